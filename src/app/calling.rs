//! News of the clients while they connect.

use std::time::Duration;

use crate::app::heard::look_at_both;
use crate::app::{Effect, Progress, State, Tone, Topic, dialing, refused, words};
use crate::tcp::{Burst, ConnectSpec, Endpoint, FiveTuple, OwnSocket, Refusal, RowName};

pub(crate) fn connecting(state: &mut State, socket: OwnSocket) -> Vec<Effect> {
    client_end(state, socket);
    let waiting = answered(state);
    let who = words::client_name(state, socket.name);
    let full = state.is_queue_full() && state.listener.serves(socket.name.tuple.remote.port);
    let why = if full {
        " The accept queue is full, so the server's kernel drops the SYN; it is sent again."
    } else if socket.name.tuple.remote.ip.is_loopback() {
        // No wire is in between that could be slow.
        " Within one machine that means: the accept queue is full, lo is down, or a firewall drops it."
    } else {
        ""
    };
    let text = format!(
        "{who} calls {}: SYN is sent, no answer yet.{why}",
        socket.name.tuple.remote
    );
    state.notices.count(state.now, Topic::Called, text, |n| {
        format!("SYN was sent {n} times, without an answer at once.")
    });
    look_at_both(socket.name)
        .into_iter()
        .chain(waiting)
        .collect()
}

pub(crate) fn connected(state: &mut State, socket: OwnSocket) -> Vec<Effect> {
    let is_news = state.clients.holder_of(socket.name).is_none();
    client_end(state, socket);
    let waiting = if is_news { answered(state) } else { None };
    if let Some(progress) = &mut state.clients.under_way {
        progress.opened += 1;
        if progress.ports.len() < 5 {
            progress.ports.push(socket.name.tuple.local.port);
        }
    } else {
        let text = words::connected(state, &socket);
        state.notices.say(state.now, Tone::Plain, text);
    }
    look_at_both(socket.name)
        .into_iter()
        .chain(waiting)
        .collect()
}

/// A call was answered, or is at least on its way; it may have been the one that others wait for.
fn answered(state: &mut State) -> Option<Effect> {
    let clients = &mut state.clients;
    clients.awaited = clients.awaited.saturating_sub(1);
    if clients.under_way.is_none() {
        clients.singles = clients.singles.saturating_sub(1);
    }
    dialing::call_waiting(state)
}

/// The call of a client, from its own end as far as it was bound to whom it called, was refused.
pub(crate) fn failed(
    state: &mut State,
    spec: &ConnectSpec,
    (local, to): (Option<Endpoint>, Option<Endpoint>),
    why: Refusal,
) -> Vec<Effect> {
    let ends = local.zip(to);
    let name = ends.map(|(local, remote)| {
        RowName::connected(
            spec.host,
            FiveTuple {
                protocol: spec.protocol,
                local,
                remote,
            },
        )
    });
    let was_on_its_way = name.is_some_and(|name| state.clients.forget(name));
    let waiting = if was_on_its_way {
        None
    } else {
        answered(state)
    };
    let (text, rows) = refused::connect_failed(state, spec, to, why);
    match &mut state.clients.under_way {
        Some(progress) => progress.refused = Some((text, rows)),
        None => state.notices.blame(state.now, text, rows),
    }
    let look = name.map_or_else(Vec::new, look_at_both);
    look.into_iter().chain(waiting).collect()
}

pub(crate) fn burst_begun(state: &mut State, burst: Burst, whole_range: bool) -> Vec<Effect> {
    let computer = state.clients.chosen;
    state.clients.under_way = Some(Progress {
        asked: burst.count,
        opened: 0,
        whole_range,
        ports: Vec::new(),
        computer,
        refused: None,
    });
    vec![]
}

pub(crate) fn burst_ended(
    state: &mut State,
    opened: u32,
    asked: u32,
    took: Duration,
) -> Vec<Effect> {
    if opened < asked {
        // The rest was given up, and will not be heard of.
        let waiting = state.clients.waiting.as_ref();
        state.clients.awaited = waiting.map_or(0, |(_, burst)| burst.count);
    }
    state.clients.singles = 0;
    if let Some(mut progress) = state.clients.under_way.take() {
        progress.opened = opened;
        let text = words::burst_ended(state, &progress, asked, took);
        state.notices.say(state.now, Tone::Plain, text);
        if let Some((why, rows)) = progress.refused {
            state.notices.blame(state.now, why, rows);
        }
    }
    dialing::call_waiting(state).into_iter().collect()
}

/// Notes which computer holds a client's end.
fn client_end(state: &mut State, socket: OwnSocket) {
    let clients = &mut state.clients;
    let known = clients
        .computers
        .iter()
        .position(|computer| computer.ends.contains(socket.name));
    let owner = known
        .or_else(|| clients.index_of(socket.name.tuple.local.ip))
        .unwrap_or(clients.chosen);
    clients.computers[owner].ends.insert(socket, state.now);
    state.sockets.own(&socket, state.machine.pid);
}
