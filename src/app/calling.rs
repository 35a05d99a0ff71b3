//! News of the clients while they connect.

use std::time::Duration;

use crate::app::heard::look_at_both;
use crate::app::{Effect, Progress, State, Tone, Topic, Wish, dialing, myth, refused, why, words};
use crate::tcp::{
    Burst, Call, ConnectSpec, Endpoint, Errno, FiveTuple, OwnSocket, Protocol, Refusal, RowName,
};

pub(crate) fn connecting(state: &mut State, socket: OwnSocket) -> Vec<Effect> {
    client_end(state, socket);
    let waiting = answered(state);
    if let Some(why) = why_no_answer(state, socket.name) {
        let who = words::client_name(state, socket.name);
        let text = format!(
            "{who} calls {}: SYN is sent, no answer yet.{why}",
            socket.name.tuple.remote
        );
        state.notices.count(state.now, Topic::Called, text, |n| {
            format!("SYN was sent {n} times, without an answer at once.")
        });
    }
    look_at_both(state, socket.name)
        .into_iter()
        .chain(waiting)
        .collect()
}

/// Why a call is not answered at once, in as many words as are needed; nothing where the answer is only on its way.
fn why_no_answer(state: &State, client: RowName) -> Option<&'static str> {
    let wire = &state.lab.wire;
    let to = client.tuple.remote;
    if state.is_queue_full() && state.is_with_our_server(client) {
        return Some(
            " The accept queue is full, so the server's kernel drops the SYN; it is sent again.",
        );
    }
    if state.lab.is_up() && (state.clients.under_way.is_some() || wire.is_plain()) {
        return None;
    }
    Some(if wire.held {
        " The wire is held: o lets one segment through."
    } else if wire.cut {
        " The cable is cut: nothing arrives until B mends it."
    } else if to.ip.is_loopback() {
        // No wire is in between that could be slow.
        " Within one machine that means: the accept queue is full, lo is down, or a firewall drops it."
    } else {
        ""
    })
}

pub(crate) fn connected(state: &mut State, socket: OwnSocket) -> Vec<Effect> {
    // UDP never waits for an answer, so each is a call of its own, exact copies too.
    let is_udp = socket.name.tuple.protocol == Protocol::Udp;
    let is_news = is_udp || state.clients.holder_of(socket.name).is_none();
    client_end(state, socket);
    let waiting = if is_news { answered(state) } else { vec![] };
    if let Some(progress) = &mut state.clients.under_way {
        progress.opened += 1;
        if progress.ports.len() < 5 {
            progress.ports.push(socket.name.tuple.local.port);
        }
    } else {
        let text = words::connected(state, &socket);
        state.notices.say(state.now, Tone::Plain, text);
    }
    let local = Some(socket.name.tuple.local);
    let trial = myth::answered(state, local, Ok(socket.name));
    let look = look_at_both(state, socket.name).into_iter();
    look.chain(waiting).chain(trial).collect()
}

/// A call was answered, or is at least on its way; it may have been the one that others wait for.
fn answered(state: &mut State) -> Vec<Effect> {
    let clients = &mut state.clients;
    clients.awaited = clients.awaited.saturating_sub(1);
    if clients.under_way.is_none() {
        clients.singles = clients.singles.saturating_sub(1);
    }
    dialing::call_waiting(state)
}

/// An order for several calls that the sockets did not take is over, with one refusal for all of them.
fn give_up_what_never_began(state: &mut State, why: Refusal) {
    let clients = &mut state.clients;
    let was_not_taken = (why.call, why.errno) == (Call::Socket, Errno::EAGAIN);
    let never_began = |progress: &mut Progress| was_not_taken && !progress.has_begun;
    if let Some(progress) = clients.under_way.take_if(never_began) {
        // The answer itself counts for one.
        clients.awaited = clients
            .awaited
            .saturating_sub(progress.asked.saturating_sub(1));
        clients.singles += 1;
    }
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
    let was_on_its_way = name.is_some_and(|name| state.clients.forget(name, state.now));
    let waiting = if was_on_its_way {
        vec![]
    } else {
        give_up_what_never_began(state, why);
        answered(state)
    };
    let (text, rows) = refused::connect_failed(state, spec, to, why);
    why::refused(state, Wish::Connect(spec.clone(), to), why, rows.clone());
    match &mut state.clients.under_way {
        Some(progress) => progress.refused = Some((text, rows)),
        None => state.notices.blame(state.now, text, rows),
    }
    let trial = myth::answered(state, myth::asked_from(spec), Err(why));
    let look = name
        .map_or_else(Vec::new, |name| look_at_both(state, name))
        .into_iter();
    look.chain(waiting).chain(trial).collect()
}

pub(crate) fn burst_begun(state: &mut State, burst: Burst, whole_range: bool) -> Vec<Effect> {
    let clients = &mut state.clients;
    let computer = clients.chosen;
    let progress = clients
        .under_way
        .get_or_insert_with(|| Progress::of(burst, computer));
    (progress.has_begun, progress.whole_range) = (true, whole_range);
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
        let waiting = state.clients.waiting.iter();
        state.clients.awaited = waiting.map(|(_, burst)| burst.count).sum();
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
    dialing::call_waiting(state)
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
