//! Orders in words.

use std::fmt::Debug;

use fivetuple::app::Effect;
use fivetuple::tcp::{
    Accepting, Burst, Command, ConnectSpec, Host, LabOrder, ListenSpec, Probe, Protocol,
    ServerCloses, SocketId, SourcePort, Stays, WireOrder,
};

/// An order; what is only looked at is none.
pub(super) fn words(order: &Effect) -> Option<String> {
    let end = |verb: &str, end: &SocketId| format!("{verb} {}", end.tuple.local);
    Some(match order {
        Effect::Run(Command::Listen(spec)) => listen(spec),
        Effect::Run(Command::Connect(spec, burst)) => connect(spec, *burst),
        Effect::Run(Command::Close(name)) => end("close", name),
        Effect::Run(Command::Abort(name)) => end("abort", name),
        Effect::Run(Command::HalfClose(name)) => end("shutdown", name),
        Effect::Run(Command::StayOpen(name, _)) => end("stay open", name),
        Effect::Run(Command::CloseWithPeer(name)) => end("close with peer", name),
        Effect::Run(Command::Send(name, data)) => {
            format!("{} \"{}\"", end("write", name), data.escape_ascii())
        }
        Effect::Run(Command::Probe(probes)) => {
            let words: Vec<String> = probes.iter().map(probe).collect();
            format!("try {}", words.join(", "))
        }
        Effect::Run(Command::HoldState(state, ip)) => format!("stage {state} for {ip}"),
        Effect::Run(command) => plain(command),
        Effect::Lab(LabOrder::Wire(WireOrder::Delay(time))) => format!("wire: delay {time:?}"),
        Effect::Lab(LabOrder::Wire(order)) => format!("wire: {}", plain(order)),
        Effect::Lab(LabOrder::Start(spec)) => {
            let ports = spec.ports.map_or_else(String::new, |ports| format!(", ports {ports}"));
            format!("start a lab of {} computers{ports}", spec.computers)
        }
        Effect::Lab(LabOrder::Stop) => String::from("stop the lab"),
        Effect::Save { name, .. } => format!("save {name}"),
        Effect::KeepExercise(number) => format!("keep exercise {number}"),
        Effect::Exit => String::from("exit"),
        Effect::Watch(_) | Effect::Lookup(_) | Effect::ReadLimits => return None,
    })
}

/// `close everything` for `CloseEverything`; the first listener needs no number.
fn plain(order: impl Debug) -> String {
    let mut words = String::new();
    let order = format!("{order:?}").replace("(ListenerId(0))", "");
    let order = order.replace("(ListenerId(", " ").replace("))", "");
    for c in order.chars() {
        let begins = c.is_uppercase() && !words.is_empty();
        words.extend(begins.then_some(' ').into_iter().chain(c.to_lowercase()));
    }
    words
}

fn listen(spec: &ListenSpec) -> String {
    let held = if spec.accepting == Accepting::Held { ", accept held" } else { "" };
    let closes = match spec.closes {
        ServerCloses::WithClient => String::new(),
        ServerCloses::After(time) => format!(", closes after {time:?}"),
        ServerCloses::Never => String::from(", never closes"),
    };
    format!("{}listen on {}, backlog {}{held}{closes}", on(spec.host), spec.at, spec.backlog)
}

fn connect(spec: &ConnectSpec, burst: Burst) -> String {
    let from = spec.from.map(|from| format!(" from {from}"));
    let port = match spec.source_port {
        SourcePort::Range(range) => Some(format!(", a port of {range}")),
        SourcePort::Fixed(port) => Some(format!(", port {port}")),
        SourcePort::SameAsServer => Some(format!(", port {}", spec.to.port)),
        SourcePort::KernelPicks => None,
    };
    let stays = match spec.stays {
        Stays::For(time) => Some(format!(", for {time:?}")),
        Stays::UntilClosed => None,
    };
    let times = (burst.count > 1).then(|| format!(", {} times", burst.count));
    let udp = if spec.protocol == Protocol::Udp { " by UDP" } else { "" };
    let more: String = [from, port, stays, times].into_iter().flatten().collect();
    format!("{}connect{udp} to {}{more}", on(spec.host), spec.to)
}

/// The computer of the lab that an order is for.
fn on(host: Host) -> String {
    host.name().map(|name| format!("{name}: ")).unwrap_or_default()
}

fn probe(probe: &Probe) -> String {
    match probe {
        Probe::Bind { host, at, reuse_addr, reuse_port, .. } => {
            let on = host.name().map_or_else(String::new, |name| format!(" on {name}"));
            let addr = if *reuse_addr { " SO_REUSEADDR" } else { "" };
            let port = if *reuse_port { " SO_REUSEPORT" } else { "" };
            format!("bind {at}{on}{addr}{port}")
        }
        Probe::Reach { from, source_port, to, .. } => {
            format!("connect to {to} from {from:?}, {source_port:?}")
        }
    }
}
