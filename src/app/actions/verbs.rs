//! The actions on listeners and connections.

use std::time::Duration;

use crate::app::actions::targets::{
    answered_targets, client_targets, selected_row, server_targets, targets_at_either_end,
};
use crate::app::actions::{expect, wire};
use crate::app::query::facts;
use crate::app::query::watched::wanted;
use crate::app::{Effect, Find, PointOfView, Servers, State, Statement, TableRow, Topic, format};
use crate::tcp::{
    Accepting, CloseKind, Command, ListenSpec, OwnSocket, Protocol, SocketId, TcpState,
};

pub(crate) fn listen(state: &mut State) -> Vec<Effect> {
    let spec = state.server().spec.clone();
    if state.server().will_listen() {
        state.server_mut().ordered_to_stop = true;
        let State { servers, awaited, .. } = state;
        awaited.ends.extend(servers.selected().sockets.iter().map(|socket| socket.name));
        return vec![Effect::Run(Command::StopListening(spec.id))];
    }
    start_listening(state, spec)
}

/// Orders a listener, and watches the rows at its port, so that a failure can name the rows in the way.
pub(crate) fn start_listening(state: &mut State, spec: ListenSpec) -> Vec<Effect> {
    if let Some(why) = state.lab.why_not_now() {
        return state.only_say(why);
    }
    if state.servers.get(spec.id).is_none() && !state.servers.has_room() {
        return state.only_say(Statement::new("listeners-full").with("most", Servers::MOST));
    }
    let watch = state.servers.order(&spec).then(|| Effect::Watch(wanted(state)));
    watch.into_iter().chain([Effect::Run(Command::Listen(spec))]).collect()
}

pub(crate) fn hold(state: &mut State) -> Vec<Effect> {
    let server = state.server_mut();
    if !server.is_listening() {
        let held = server.spec.accepting == Accepting::Held;
        server.spec.accepting = if held { Accepting::AtOnce } else { Accepting::Held };
        let what = Statement::new(if held { "will-not-hold" } else { "will-hold" });
        return state.only_say(what.with("server", state.server_name(state.server().at())));
    }
    let command = if server.held { Command::ResumeAccept } else { Command::HoldAccept };
    vec![Effect::Run(command(server.spec.id))]
}

pub(crate) fn accept_one(state: &mut State) -> Vec<Effect> {
    let (is_listening, held) = (state.server().is_listening(), state.server().held);
    if is_listening && held && state.waiting_for_accept() > 0 {
        return vec![Effect::Run(Command::AcceptOne(state.server().spec.id))];
    }
    let what = Statement::new("nothing-to-accept")
        .with_some("at", state.one_of_several(state.server().at()));
    state.only_say(what.when("Listening", is_listening).when("Held", held))
}

pub(crate) fn close(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    match client_targets(state, count) {
        ends if ends.is_empty() => say_no_target(state, "disconnect", count),
        ends => end_all(state, "Close", ends, CloseKind::Close, Command::Close),
    }
}

pub(crate) fn server_closes(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = server_targets(state, count);
    if ends.is_empty() {
        return state.only_say(why_held(state, count).unwrap_or_else(|| nothing_accepted(state)));
    }
    end_all(state, "Server", ends, CloseKind::Close, Command::Close)
}

fn nothing_accepted(state: &State) -> Statement {
    let what = Statement::new("nothing-accepted")
        .with("server", state.server_name(state.server().at()))
        .when("Selected", selected_row(state).is_some())
        .when("Before", state.server().totals.accepted > 0);
    let newest = client_targets(state, None).first().copied();
    let others = newest.filter(|end| !state.is_with_our_server(*end));
    let Some(other) = others.map(|end| state.other_end(end)) else { return what };
    let line = state.sockets.get(other);
    let owner = line.and_then(|line| state.sockets.owners.get(&line.held));
    let owner = owner.map_or("another program", |owner| owner.program.as_str());
    what.with("peer", other.tuple.local).with("owner", owner)
}

pub(crate) fn abort(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    match targets_at_either_end(state, count) {
        ends if ends.is_empty() => say_no_target(state, "abort", count),
        ends => end_all(state, "Abort", ends, CloseKind::Abort, Command::Abort),
    }
}

pub(crate) fn half_close(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = targets_at_either_end(state, count);
    if let [end] = ends[..] {
        if end.tuple.protocol == Protocol::Udp {
            return state.only_say("no-fin-in-udp");
        }
        if state.sockets.get(end).is_some_and(TableRow::has_sent_fin) {
            return state.only_say("fin-already-sent");
        }
    }
    if ends.is_empty() {
        return say_no_target(state, "half-close", count);
    }
    note_rows(state, &ends);
    ends.into_iter().flat_map(|end| half_close_one(state, end)).collect()
}

/// The other end stays open, if it is ours and has sent no FIN: there would be nothing to be seen of a half-closed connection. So does one
/// that accept() has not returned yet.
fn half_close_one(state: &mut State, end: SocketId) -> Vec<Effect> {
    let other = state.other_end(end);
    let stays = match state.ends.get(other) {
        Some(other) => other.half_closed.is_none(),
        None => state.is_with_our_server(end) && !state.was_accepted(end),
    };
    let mut effects = Vec::new();
    if stays {
        state.ends.change(other, |other| other.stays_open = true);
        effects.push(Effect::Run(Command::StayOpen(other, end)));
    }
    effects.push(Effect::Run(Command::HalfClose(end)));
    effects
}

pub(crate) fn send(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = answered_targets(state, count);
    if ends.is_empty() {
        if targets_at_either_end(state, count).is_empty() {
            return say_no_target(state, "send over", count);
        }
        return state.only_say("not-answered-yet");
    }
    let payload = state.clients.spec.payload.clone();
    if payload.is_empty() {
        return state.only_say("no-payload");
    }
    for end in &ends {
        state.ends.change(*end, |end| end.was_sent = true);
        expect::reading(state, *end);
    }
    ends.into_iter().map(|end| Effect::Run(Command::Send(end, payload.clone()))).collect()
}

fn say_no_target(state: &mut State, verb: &str, count: Option<u32>) -> Vec<Effect> {
    if let Some(what) = why_held(state, count) {
        return state.only_say(what);
    }
    let selected = selected_row(state).filter(|_| count.is_none());
    let line = selected.and_then(|name| state.sockets.get(name));
    let listens = |line: &TableRow| line.row.state == TcpState::Listen && line.gone.is_none();
    let what = Statement::new("no-target")
        .with("verb", verb)
        .when("Selected", selected.is_some())
        .when("Gone", selected.is_some() && line.is_none())
        .when("Listener", line.is_some_and(listens));
    state.only_say(what)
}

/// Why there is no target, where `S` holds the rows.
fn why_held(state: &State, count: Option<u32>) -> Option<Statement> {
    let selected = selected_row(state).filter(|_| count.is_none());
    let is_held = match selected {
        Some(row) => state.is_held(row),
        None => !state.held_sockets.is_empty(),
    };
    let what = Statement::new("no-target").when("Staged", true);
    is_held.then(|| what.when("Selected", selected.is_some()))
}

fn note_rows(state: &mut State, ends: &[SocketId]) {
    for end in ends {
        let rows = facts::rows(state, [*end, state.other_end(*end)]);
        state.ends.change(*end, |end| end.before = Some(rows));
    }
}

/// Orders sockets to end; where they are several, one sentence counts them as they do.
fn end_all(
    state: &mut State,
    what: &'static str,
    ends: Vec<SocketId>,
    how: CloseKind,
    command: fn(SocketId) -> Command,
) -> Vec<Effect> {
    (state.clients.ordered, state.clients.closed) = (ends.len(), 0);
    note_rows(state, &ends);
    for end in &ends {
        state.ends.change(*end, |end| end.ordered = Some(how));
    }
    if ends.len() > 1 {
        let is_tcp = ends.iter().any(|end| end.tuple.protocol == Protocol::Tcp);
        let protocol = if is_tcp { Protocol::Tcp } else { Protocol::Udp };
        let ends = format::sockets(ends.len() as u64, protocol);
        let what = Statement::new("ending").with("ends", ends).when(what, true);
        state.notices.begin(state.now, Topic::Ordered, what);
    }
    ends.into_iter().map(|end| Effect::Run(command(end))).collect()
}

/// The second `r` resets if it comes within this time.
const ASKED: Duration = Duration::from_secs(10);

/// Closes everything; where something is open, the first time only says what.
pub(crate) fn reset(state: &mut State) -> Vec<Effect> {
    let is_end = |socket: &&OwnSocket| socket.name.tuple.is_connected();
    let held_ends = state.held_sockets.iter().filter(is_end).count();
    let held_listeners = state.held_sockets.len() - held_ends;
    let open = state.ends.len() + held_ends;
    let all = state.servers.all.iter();
    let listeners = held_listeners + all.filter(|server| server.will_listen()).count();
    let is_open = open > 0 || listeners > 0 || state.clients.awaited() > 0;
    let asked = state.ui.asked_to_reset.take();
    let is_sure = asked.is_some_and(|asked| state.now.since(asked) < ASKED);
    if is_open && !is_sure {
        state.ui.asked_to_reset = Some(state.now);
        let what = Statement::new("reset-asked").count("open", open as u64);
        return state.only_say(what.count("listeners", listeners as u64));
    }
    let waiting = state.sockets.count(TcpState::TimeWait);
    let what = Statement::new("reset-all")
        .count("open", open as u64)
        .count("listeners", held_listeners as u64)
        .count("waiting", waiting.into())
        .when("Wire", !state.lab.wire.is_plain())
        .with_some("range", state.lab.unusual_range());
    state.say(what);
    close_everything(state)
}

/// Closes everything, and begins with the options of the start.
pub(crate) fn close_everything(state: &mut State) -> Vec<Effect> {
    state.held_sockets.clear();
    state.ui.selected = None;
    state.ui.find = Find::default();
    state.ui.row_filter.view = PointOfView::default();
    state.ui.count = None;
    state.notices.failure = None;
    state.ui.myth = None;
    let sockets: Vec<_> = state.servers.sockets().map(|socket| socket.name).collect();
    state.awaited.ends.extend(state.ends.names().chain(sockets.iter().copied()));
    state.servers.start_over();
    state.clients.start_over();
    state.ends.clear(state.now);
    let mut effects = vec![
        Effect::Run(Command::StopConnecting),
        Effect::Run(Command::CloseEverything),
        Effect::Lookup(sockets),
        Effect::Watch(wanted(state)),
    ];
    // What is held on the wire arrives after its socket is closed.
    effects.extend(wire::reset(state));
    state.script = None;
    state.lab.forget_crossings();
    effects
}
