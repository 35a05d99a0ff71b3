use std::net::IpAddr;
use std::time::Duration;

use crate::app::actions::lab;
use crate::app::events::{others, resets};
use crate::app::model::lab::brief_ip;
use crate::app::model::{
    Awaited, Clients, Episodes, LabStage, LabState, LoopbackBefore, Servers, Sockets, Statement,
    Tone,
};
use crate::app::query::watched::wanted;
use crate::app::{Effect, Find, Overlay, PointOfView, State, format};
use crate::tcp::{
    Command, Endpoint, HostLimits, LabComputer, LabEvent, LabLimits, LabRefusal, LabSpec,
    ListenSpec, LocalAddress, Port, PortRange, WireEvent,
};

pub(crate) fn on_lab_event(state: &mut State, news: LabEvent) -> Vec<Effect> {
    match news {
        LabEvent::Up { computers, limits, took } => up(state, computers, limits, took),
        LabEvent::Refused(why) => refused(state, &why),
        LabEvent::Down(why) => down(state, why),
        LabEvent::Warned(what) => {
            state.warn(Statement::verbatim(what));
            vec![]
        }
        LabEvent::CaptureFailed(why) => {
            state.lab.capture_failed = true;
            state.warn(Statement::new("capture-stopped").with("why", why));
            vec![]
        }
        LabEvent::Wire(news) => {
            say_what_was_lost(state, &news);
            let before = state.lab.crossings.back().map(|crossing| crossing.segment.number);
            let arrived = news.iter().filter_map(|event| {
                if let WireEvent::Arrived { number, .. } = event { Some(*number) } else { None }
            });
            let arrived: Vec<u64> = arrived.collect();
            if !arrived.is_empty() {
                state.awaited.at = state.now;
            }
            state.lab.take_wire(news);
            resets::look_for_late_data(state, before);
            others::look_for_refusals(state, &arrived);
            vec![]
        }
    }
}

fn say_what_was_lost(state: &mut State, news: &[WireEvent]) {
    for news in news {
        let what = match *news {
            WireEvent::Full { frames, bytes } => Statement::new("wire-full")
                .with("frames", format::number(frames as u64))
                .with("size", format::number(bytes as u64 >> 20))
                .when("Held", state.lab.wire.held),
            WireEvent::Status(status) if status.missed > 0 => {
                let before = state.lab.known.missed;
                let all = before + status.missed;
                // It comes in many small parts: only those that matter are reported.
                if before > 0 && all.ilog2() == before.ilog2() {
                    continue;
                }
                Statement::new("wire-missed").with("frames", format::number(all))
            }
            WireEvent::Sent { .. }
            | WireEvent::SentAgain { .. }
            | WireEvent::Arrived { .. }
            | WireEvent::Lost { .. }
            | WireEvent::Unreported { .. }
            | WireEvent::Status(_) => continue,
        };
        state.warn(what);
    }
}

fn up(
    state: &mut State,
    computers: Vec<LabComputer>,
    limits: LabLimits,
    took: Duration,
) -> Vec<Effect> {
    let Some(server) = computers.first().copied() else { return vec![] };
    let were_open = state.ends.len();
    let was_listening = state.listened();
    let spec = ListenSpec {
        host: server.host,
        at: Endpoint { ip: state.lab.bind.unwrap_or(server.ip), port: state.server().spec.at.port },
        backlog: state.server().spec.backlog,
        ..ListenSpec::at(state.server().spec.at)
    };
    // Each computer has its own settings, which are the kernel's defaults.
    let HostLimits { pid, uid, linux, descriptors, .. } = state.machine;
    let machine = HostLimits {
        pid,
        uid,
        linux,
        descriptors,
        ephemeral: state.lab.spec.ports.unwrap_or(PortRange::DEFAULT),
        unprivileged_from: limits.unprivileged_from,
        somaxconn: limits.somaxconn,
        addresses: [Some(server.ip), server.ip6.map(IpAddr::from)]
            .into_iter()
            .flatten()
            .map(LocalAddress::from)
            .collect(),
        has_ipv6: limits.has_ipv6,
        ..HostLimits::default()
    };
    let clients = Clients::in_lab(&computers, &state.clients);
    state.lab.before = Some(Box::new(LoopbackBefore {
        machine: std::mem::replace(&mut state.machine, machine),
        servers: std::mem::replace(&mut state.servers, Servers::new(spec)),
        clients: std::mem::replace(&mut state.clients, clients),
        ends: std::mem::take(&mut state.ends),
    }));
    state.lab.stage = LabStage::Up;
    state.lab.computers = computers;
    let what = Statement::new("lab-up")
        .with("took", format::seconds(took))
        .with("hosts", addresses(state))
        .when("Closed", were_open > 0 || was_listening)
        .when("LowPorts", limits.unprivileged_from == Port::ANY);
    state.say(what);
    if let Some(lacks) = limits.lacks() {
        state.warn(Statement::verbatim(lacks));
    }
    (state.lab.unset, state.lab.gives_up) = (limits.unset, limits.gives_up);
    let mut effects = begin_anew(state);
    effects.extend(lab::use_up_ports(state));
    effects
}

/// Keys that were typed for the lab are not for this machine.
fn drop_typed_ahead(state: &mut State) {
    if let Some(keys) = state.ui.ahead.drop_all() {
        state.say(Statement::new("keys-dropped").count("keys", keys as u64));
    }
}

fn refused(state: &mut State, why: &LabRefusal) -> Vec<Effect> {
    never_up(state);
    drop_typed_ahead(state);
    let what = Statement::new("lab-refused").with("step", &why.step).with("errno", why.errno);
    let helps = why.helps.trim_end();
    let stop = if helps.ends_with('.') { "" } else { "." };
    let helps = (!helps.is_empty()).then(|| format!("{helps}{stop}"));
    state.notices.blame(state.now, what.with_some("helps", helps), &[]);
    vec![]
}

/// `server 192.168.1.10, laptop 192.168.1.13, phone .14`.
fn addresses(state: &State) -> String {
    let server = state.lab.server().map(|server| server.ip.to_string());
    let clients = state.clients.computers.iter().enumerate();
    let clients =
        clients.map(|(n, client)| format!(", {} {}", client.name, brief_ip(n, client.ip)));
    format!("server {}{}", server.unwrap_or_default(), clients.collect::<String>())
}

fn never_up(state: &mut State) {
    state.lab.stage = LabStage::Off;
    state.lab.plan = None;
    // The port range may be the cause of the failure.
    state.lab.spec.ports = None;
}

fn down(state: &mut State, why: Option<String>) -> Vec<Effect> {
    let Some(before) = state.lab.before.take() else {
        never_up(state);
        if let Some(why) = why {
            drop_typed_ahead(state);
            let what = Statement::new("lab-refused").with("why", why);
            state.notices.blame(state.now, what, &[]);
        }
        return vec![];
    };
    state.machine = before.machine;
    state.servers = before.servers;
    state.servers.start_over();
    state.clients = before.clients;
    state.clients.start_over();
    state.ends = before.ends;
    state.ends.clear(state.now);
    let plan = state.lab.plan.filter(|_| why.is_none());
    state.lab = LabState {
        // The port range of a use-up run ends with its lab.
        spec: LabSpec { ports: plan.map(|plan| plan.range), ..state.lab.spec },
        bind: state.lab.bind,
        capture_failed: state.lab.capture_failed,
        absolute: state.lab.absolute,
        plan,
        ..LabState::default()
    };
    let tone = if why.is_some() { Tone::Warning } else { Tone::Plain };
    state.notices.say(state.now, tone, Statement::new("lab-down").with_some("why", why));
    let mut effects = begin_anew(state);
    if state.lab.plan.is_some() {
        effects.extend(lab::toggle(state));
    }
    effects
}

/// The tables are those of other hosts now: drops all rows, sockets, failures and tests.
fn begin_anew(state: &mut State) -> Vec<Effect> {
    state.sockets = Sockets::new(state.machine.ephemeral);
    state.held_sockets.clear();
    state.awaited = Awaited::default();
    state.episodes = Episodes::default();
    state.notices.failure = None;
    state.ui.myth = None;
    state.script = None;
    let ui = &mut state.ui;
    ui.selected = None;
    let stays = |overlay: &Overlay| matches!(overlay, Overlay::Help(_) | Overlay::Palette(_));
    ui.overlay = ui.overlay.take().filter(stays);
    ui.find = Find::default();
    ui.count = None;
    ui.row_filter.view = PointOfView::BothEnds;
    ui.stale = true;
    vec![
        Effect::Run(Command::StopConnecting),
        Effect::Run(Command::CloseEverything),
        Effect::Watch(wanted(state)),
    ]
}
