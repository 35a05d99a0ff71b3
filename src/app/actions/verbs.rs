//! The actions on listeners and connections.

use crate::app::actions::only_say;
use crate::app::actions::targets::{
    answered_targets, chosen_row, client_targets, server_targets, targets_at_either_end,
};
use crate::app::actions::wire;
use crate::app::explain::listen;
use crate::app::model::{Tone, Topic};
use crate::app::query::facts;
use crate::app::query::lab_tables;
use crate::app::query::watched::wanted;
use crate::app::table::TableRow;
use crate::app::{Effect, Find, State, format};
use crate::tcp::{Accepting, CloseKind, Command, ListenSpec, Port, Protocol, SocketId, TcpState};

pub(crate) fn listen(state: &mut State) -> Vec<Effect> {
    if state.server.will_listen() {
        state.server.ordered_to_stop = true;
        return vec![Effect::Run(Command::StopListening)];
    }
    let spec = state.server.spec.clone();
    start_listening(state, spec)
}

/// Orders a listener, and watches the rows at its port, so that a refusal can name those in the way.
pub(crate) fn start_listening(state: &mut State, spec: ListenSpec) -> Vec<Effect> {
    if let Some(why) = lab_tables::on_the_way(state) {
        return only_say(state, why);
    }
    let mut effects = vec![];
    if spec.at.port != Port::ANY && state.server.ports.insert(spec.at.port) {
        effects.push(Effect::Watch(wanted(state)));
    }
    state.server.ordered += 1;
    state.server.ordered_to_stop = false;
    effects.push(Effect::Run(Command::Listen(spec)));
    effects
}

pub(crate) fn hold(state: &mut State) -> Vec<Effect> {
    if !state.server.is_listening() {
        let held = state.server.spec.accepting == Accepting::Held;
        state.server.spec.accepting = if held { Accepting::AtOnce } else { Accepting::Held };
        let text = if held {
            "the listener will accept at once"
        } else {
            "the listener will not call accept() until a or A; press l to listen"
        };
        return only_say(state, text);
    }
    let command = if state.server.held { Command::ResumeAccept } else { Command::HoldAccept };
    vec![Effect::Run(command)]
}

pub(crate) fn accept_one(state: &mut State) -> Vec<Effect> {
    match (state.server.is_listening(), state.server.held) {
        (false, _) => only_say(state, "nobody can be accepted: nothing listens; press l first"),
        (true, false) => only_say(
            state,
            "accept() is called at once for everybody; press a to hold it, then A accepts one",
        ),
        (true, true) if state.waiting_for_accept() == 0 => only_say(
            state,
            "nobody waits in the accept queue: accept() would only block; press c, then A",
        ),
        (true, true) => vec![Effect::Run(Command::AcceptOne)],
    }
}

pub(crate) fn close(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = client_targets(state, count);
    if ends.is_empty() {
        return say_no_target(state, "disconnect", count);
    }
    end_all(state, "closes", ends, CloseKind::Close, Command::Close)
}

pub(crate) fn server_closes(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = server_targets(state, count);
    if ends.is_empty() {
        if let Some(text) = why_staged(state, count) {
            return only_say(state, text);
        }
        let text = nothing_accepted(state);
        return only_say(state, text);
    }
    end_all(state, "closes at the server's end", ends, CloseKind::Close, Command::Close)
}

/// Why the server has no socket to close.
fn nothing_accepted(state: &State) -> String {
    if chosen_row(state).is_some() {
        return String::from(
            "the server holds no end of the chosen connection; Esc, then D takes the newest",
        );
    }
    let newest = client_targets(state, None).first().copied();
    let others = newest.filter(|end| !state.is_with_our_server(*end));
    if let Some(other) = others.map(|end| state.other_end(end)) {
        let owners = &state.sockets.owners;
        let line = state.sockets.get(other);
        let owner = line.and_then(|line| owners.get(&line.held));
        let whose = owner.map_or("another program", |owner| owner.program.as_str());
        return format!(
            "the server has nothing to close: the end at {} is {whose}'s, and only that can close it",
            other.tuple.local
        );
    }
    String::from(if state.server.totals.accepted == 0 {
        "the server has nothing to close: no connection has been accepted"
    } else {
        "the server has nothing to close: what it accepted is closed already"
    })
}

pub(crate) fn abort(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = targets_at_either_end(state, count);
    if ends.is_empty() {
        return say_no_target(state, "abort", count);
    }
    end_all(state, "aborts", ends, CloseKind::Abort, Command::Abort)
}

pub(crate) fn half_close(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = targets_at_either_end(state, count);
    if let [end] = ends[..] {
        if end.tuple.protocol == Protocol::Udp {
            return only_say(state, "UDP knows no FIN: there is nothing to half-close");
        }
        if state.sockets.get(end).is_some_and(TableRow::has_sent_fin) {
            return only_say(state, "this end has sent its FIN already; d closes it");
        }
    }
    if ends.is_empty() {
        return say_no_target(state, "half-close", count);
    }
    note_rows(state, &ends);
    ends.into_iter().map(|end| Effect::Run(Command::HalfClose(end))).collect()
}

pub(crate) fn send(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = answered_targets(state, count);
    if ends.is_empty() {
        if targets_at_either_end(state, count).is_empty() {
            return say_no_target(state, "send over", count);
        }
        return only_say(state, "there is no connection to send over yet: the call has no answer");
    }
    let payload = state.clients.spec.payload.clone();
    if payload.is_empty() {
        return only_say(
            state,
            "there is nothing to send: the payload is empty; press C to write one",
        );
    }
    ends.into_iter().map(|end| Effect::Run(Command::Send(end, payload.clone()))).collect()
}

fn say_no_target(state: &mut State, verb: &str, count: Option<u32>) -> Vec<Effect> {
    if let Some(text) = why_staged(state, count) {
        return only_say(state, text);
    }
    let chosen = chosen_row(state).filter(|_| count.is_none());
    let listens = |line: &TableRow| line.row.state == TcpState::Listen && line.gone.is_none();
    if chosen.and_then(|name| state.sockets.get(name)).is_some_and(listens) {
        let text = format!(
            "there is nothing to {verb}: the chosen row listens, it is no connection; Esc, then the newest is meant"
        );
        return only_say(state, text);
    }
    let text = match chosen.map(|name| state.sockets.get(name).is_some()) {
        Some(true) => {
            format!(
                "there is nothing to {verb}: no computer of ours holds the chosen row; Esc, then the newest is meant"
            )
        }
        Some(false) => format!(
            "there is nothing to {verb}: the chosen row is gone; Esc drops the choice, then the newest is meant"
        ),
        None => format!(
            "there is nothing to {verb}: no computer has a connection open; press c to connect"
        ),
    };
    only_say(state, text)
}

/// Why there is no target, where `S` holds the rows.
fn why_staged(state: &State, count: Option<u32>) -> Option<String> {
    let chosen = chosen_row(state).filter(|_| count.is_none());
    let what = match chosen {
        Some(row) if state.is_staged(row) => "S holds the chosen row",
        None if !state.staged.is_empty() => "S holds the connections that are there",
        Some(_) | None => return None,
    };
    Some(format!(
        "{what} by sockets that no verb reaches: r closes them, c opens a connection of your own"
    ))
}

/// Notes how the rows are before an order is carried out.
fn note_rows(state: &mut State, ends: &[SocketId]) {
    for end in ends {
        let rows = facts::rows(state, [*end, state.other_end(*end)]);
        state.note(*end, |end| end.before = Some(rows));
    }
}

/// Orders sockets to end; where they are several, one sentence counts them as they do.
fn end_all(
    state: &mut State,
    verb: &str,
    ends: Vec<SocketId>,
    how: CloseKind,
    command: fn(SocketId) -> Command,
) -> Vec<Effect> {
    (state.clients.ordered, state.clients.closed) = (ends.len(), 0);
    note_rows(state, &ends);
    for end in &ends {
        state.note(*end, |end| end.ordered = Some(how));
    }
    if ends.len() > 1 {
        let is_tcp = ends.iter().any(|end| end.tuple.protocol == Protocol::Tcp);
        let protocol = if is_tcp { Protocol::Tcp } else { Protocol::Udp };
        let text = format!("{verb} {}", format::sockets(ends.len() as u64, protocol));
        state.notices.begin(state.now, Topic::Ordered, text);
    }
    ends.into_iter().map(|end| Effect::Run(command(end))).collect()
}

pub(crate) fn reset(state: &mut State) -> Vec<Effect> {
    let (held_ends, held_listeners) = std::mem::take(&mut state.staged).count();
    let open = state.clients.open() + state.server.ends.len() + held_ends;
    let waiting = state.sockets.count(TcpState::TimeWait);
    let mut text = listen::reset(open, held_listeners, waiting);
    if !state.lab.wire.is_plain() {
        text += " The wire is as quick as a cable again.";
    }
    if let Some(range) = state.lab.unusual_range() {
        let range = range.to_string();
        text.extend([" The computers keep their ports, ", &range, ", until N takes the lab down."]);
    }
    state.notices.say(state.now, Tone::Plain, text);
    state.ui.selected = None;
    state.ui.find = Find::default();
    state.ui.count = None;
    state.notices.case = None;
    state.ui.myth = None;
    let sockets = state.server.sockets.iter().map(|socket| socket.name).collect();
    state.server.start_over();
    state.clients.start_over(state.now);
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
