//! News of connections that were made already: data, and how they end.

use std::time::Duration;

use crate::app::explain::{close, close_in_transit, half_close};
use crate::app::model::{FinOrder, LoggedEvent, Topic};
use crate::app::query::peers::is_stranger;
use crate::app::query::watched::look_at_both;
use crate::app::query::{Transit, names};
use crate::app::{Effect, State, format};
use crate::tcp::{
    CloseKind, Errno, Flags, OnData, Protocol, SocketId, SyscallError, TcpState, escape,
};

pub(crate) fn received(state: &mut State, end: SocketId, bytes: u64, first: &[u8]) -> Vec<Effect> {
    let text = escape(&first[..first.len().min(48)]);
    let more = if bytes > 48 { "..." } else { "" };
    let size = format::many(bytes, "byte", "bytes");
    if state.server.ends.contains(end) {
        state.server.totals.received += bytes;
        let who = state.peer_name(end.tuple.remote.ip, end);
        let many = |n: u32| format!("data came {n} times; the last: {size} from {who}.");
        let part_of_the_call = is_young(state, end) && !is_stranger(state, end);
        state.server.last_payload = Some((end, first.to_vec()));
        if !part_of_the_call {
            let said = format!("the server read {size} from {who}: \"{text}{more}\"");
            state.notices.count(state.now, Topic::Data, said, many);
        }
    } else {
        let who = names::client_name(state, end);
        let from = if end.tuple.is_to_itself() { " from itself" } else { "" };
        let said = format!("{who} received {size}{from}: \"{text}{more}\"");
        state.notices.count(state.now, Topic::Data, said, |n| {
            format!("data came {n} times; the last: {size} for {who}.")
        });
    }
    look_at_both(state, end)
}

pub(crate) fn sent(state: &mut State, end: SocketId, bytes: u64) -> Vec<Effect> {
    if state.server.ends.contains(end) {
        state.server.totals.sent += bytes;
    }
    let who = names::client_name(state, end);
    let size = format::many(bytes, "byte", "bytes");
    let many = |n| format!("data was sent {n} times; the last: {size} from {who}.");
    if let Some(text) = sent_words(state, end, &who, &size) {
        state.notices.count(state.now, Topic::Data, text, many);
    }
    look_at_both(state, end)
}

/// What became of data that was sent; nothing when the other end reads it, and is about to say so.
fn sent_words(state: &State, end: SocketId, who: &str, size: &str) -> Option<String> {
    if state.is_half_open(end) {
        return Some(format!(
            "{who} sent {size}, but nobody is at the other end any more (half-open): the answer is RST."
        ));
    }
    if state.server.ends.contains(end) || is_young(state, end) {
        return None;
    }
    let is_udp = end.tuple.protocol == Protocol::Udp;
    if is_udp && state.datagrams_passage(end) == Transit::Lost {
        return Some(format!(
            "{who} sent {size} in one datagram, which is lost: UDP sends nothing again, and neither end is told."
        ));
    }
    if !state.is_with_our_server(end) {
        return Some(format!("{who} sent {size} to {}.", end.tuple.remote));
    }
    if is_udp {
        return Some(format!(
            "{who} sent {size} in one datagram: nobody answers it, and nobody notices if it is lost."
        ));
    }
    match state.passage(end, Flags::PSH) {
        Transit::AtOnce => (),
        Transit::Slow => {
            return Some(format!(
                "{who} sent {size}: they stand in its Send-Q until the answer to them has crossed the wire."
            ));
        }
        Transit::Lost => {
            return Some(format!(
                "{who} sent {size}, which are lost: they stand in its Send-Q, and are sent again until they are answered."
            ));
        }
    }
    if state.is_alone_in_believing(end) {
        return Some(format!(
            "{who} sent {size}: it believes that it is connected, but the accept queue is full and the server's kernel dropped its ACK. Nobody takes them: they are sent again."
        ));
    }
    if !state.was_accepted(end) {
        let row = state.sockets.other_line(end);
        let then = match row.map(|line| line.gone.is_some()) {
            Some(false) => "nobody has accepted the other end, so they wait in its Recv-Q",
            Some(true) => {
                "nobody had accepted the other end, and it is gone (half-open): the answer is RST"
            }
            None => "nobody has accepted the other end",
        };
        return Some(format!("{who} sent {size}: {then}."));
    }
    let promise = state.server.promise(state.other_end(end));
    let unread = promise.on_data == OnData::LeaveUnread;
    unread.then(|| {
        format!("{who} sent {size}: the server does not read, so they wait in its Recv-Q.")
    })
}

pub(crate) fn call_failed(state: &mut State, end: SocketId, why: SyscallError) -> Vec<Effect> {
    let who = names::client_name(state, end);
    let half_closed = state.own_end(end).is_some_and(|end| end.half_closed.is_some());
    let own = if why.errno == Errno::EPIPE && half_closed { close_in_transit::OWN_FIN } else { "" };
    let text = format!("{who}: {} failed: {}.{own}", why.call, why.errno);
    state
        .notices
        .count(state.now, Topic::Refused, text, |n| format!("{n} calls failed: {}.", why.errno));
    look_at_both(state, end)
}

pub(crate) fn peer_closed(state: &mut State, end: SocketId) -> Vec<Effect> {
    state.note(end, |end| end.peer_closed = true);
    if let Some(text) = close_in_transit::came_from_outside(state, end) {
        let many = |n| format!("{} FINs came.", format::number(u64::from(n)));
        state.notices.count(state.now, Topic::Went, text, many);
    }
    look_at_both(state, end)
}

pub(crate) fn half_closed(state: &mut State, end: SocketId) -> Vec<Effect> {
    let text = half_close::half_closed(state, end);
    let place = if state.peer_has_closed(end) { FinOrder::Second } else { FinOrder::First };
    state.note(end, |end| end.half_closed = Some(place));
    let many = |n: u32| {
        let n = format::number(u64::from(n));
        format!("{n} connections were half-closed; the last: {text}")
    };
    state.notices.count(state.now, Topic::HalfClosed, text.clone(), many);
    look_at_both(state, end)
}

/// Whether the connection was made a moment ago, so that its payload belongs to the same key.
fn is_young(state: &State, end: SocketId) -> bool {
    const MOMENT: Duration = Duration::from_millis(300);
    let known = state.server.ends.get(end).or_else(|| state.clients.holder_of(end)?.ends.get(end));
    known.is_none_or(|end| state.now.since(end.since) < MOMENT)
}

pub(crate) fn closed(state: &mut State, end: SocketId, how: CloseKind) -> Vec<Effect> {
    if !end.tuple.is_connected() {
        // A listening socket, or one that was never connected: the news of the listener tells it.
        return vec![Effect::Lookup(vec![end])];
    }
    let said = close::words(state, end, how);
    let reached = reached(state, end);
    let ordered = state.own_end(end).and_then(|end| end.ordered);
    if state.server.ends.remove(end).is_some() {
        state.note(state.other_end(end), |end| end.other_closed = true);
    }
    state.clients.forget(end, state.now);
    let at = state.now;
    let State { server: listener, clients, sockets, .. } = state;
    sockets.ended(at, end, (how, reached), |end| State::is_servers(listener, clients, end));
    let is_one_of_many = state.clients.ordered > 1 && ordered == Some(how);
    state.clients.closed += u64::from(is_one_of_many);
    if let Some((topic, text)) = said.as_ref().filter(|_| is_one_of_many) {
        let text = match state.clients.closed {
            0 | 1 => text.clone(),
            n => format!(
                "{} {}; the last: {text}",
                format::sockets(n, end.tuple.protocol),
                did(*topic, end.tuple.protocol)
            ),
        };
        state.notices.go_on(at, Topic::Ordered, text);
    } else if let Some((topic, text)) = said {
        let many = |n: u32| {
            let last = if topic == Topic::WentToo {
                format!("; the last: {text}")
            } else {
                String::from(".")
            };
            let some = format::sockets(u64::from(n), end.tuple.protocol);
            format!("{some} {}{last}", did(topic, end.tuple.protocol))
        };
        state.notices.count(at, topic, text.clone(), many);
    }
    look_at_both(state, end)
}

/// What was done to connections about whose ends several sentences of that topic were.
fn did(topic: Topic, protocol: Protocol) -> &'static str {
    if topic == Topic::Broke {
        "broke"
    } else if protocol == Protocol::Udp {
        "were closed"
    } else if topic == Topic::Aborted {
        "were aborted"
    } else if topic == Topic::WentToo {
        "were hung up at the other end, too"
    } else {
        "were hung up"
    }
}

/// Which state an end had reached at least, as far as its own calls tell; `None` where none was told.
fn reached(state: &State, end: SocketId) -> Option<TcpState> {
    let answered = |is_answered| {
        if is_answered { TcpState::Established } else { TcpState::SynSent }
    };
    if let Some(known) = state.own_end(end) {
        return Some(answered(known.answered));
    }
    // A call that was refused is forgotten already.
    let events = state.sockets.log.of(end.tuple.connection(), state.now);
    let own = events.filter(|(_, name, _)| *name == end);
    let come = own.filter_map(|(_, _, doing)| match doing {
        LoggedEvent::Connecting => Some(false),
        LoggedEvent::Connected | LoggedEvent::Accepted => Some(true),
        LoggedEvent::Sent(_)
        | LoggedEvent::Received(_)
        | LoggedEvent::PeerClosed
        | LoggedEvent::HalfClosed
        | LoggedEvent::Closed(_) => None,
    });
    come.last().map(answered)
}
