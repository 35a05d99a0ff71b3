//! News of connections that were made already: data, and how they end.

use std::time::Duration;

use crate::app::heard::look_at_both;
use crate::app::listening::is_stranger;
use crate::app::{Effect, State, Tone, Topic, goodbye, words};
use crate::tcp::{Ending, OnData, Refusal, RowName, escape};

pub(crate) fn received(state: &mut State, end: RowName, bytes: u64, first: &[u8]) -> Vec<Effect> {
    let text = escape(&first[..first.len().min(48)]);
    let more = if bytes > 48 { "..." } else { "" };
    let size = words::many(bytes, "byte", "bytes");
    if state.listener.ends.contains(end) {
        state.listener.totals.received += bytes;
        let who = state.peer_name(end.tuple.remote.ip, end);
        let many = |n: u32| format!("data came {n} times; the last: {size} from {who}.");
        let part_of_the_call = is_young(state, end) && !is_stranger(state, end);
        state.listener.last_payload = Some((end, first.to_vec()));
        if !part_of_the_call {
            let said = format!("the server read {size} from {who}: \"{text}{more}\"");
            state.notices.count(state.now, Topic::Data, said, many);
        }
    } else {
        let who = words::client_name(state, end);
        let from = if end.tuple.is_to_itself() {
            " from itself"
        } else {
            ""
        };
        let said = format!("{who} received {size}{from}: \"{text}{more}\"");
        state.notices.count(state.now, Topic::Data, said, |n| {
            format!("data came {n} times; the last: {size} for {who}.")
        });
    }
    look_at_both(state, end)
}

pub(crate) fn sent(state: &mut State, end: RowName, bytes: u64) -> Vec<Effect> {
    if state.listener.ends.contains(end) {
        state.listener.totals.sent += bytes;
    } else if !is_young(state, end) {
        let who = words::client_name(state, end);
        let size = words::many(bytes, "byte", "bytes");
        let many = |n| format!("data was sent {n} times; the last: {size} from {who}.");
        if let Some(text) = sent_words(state, end, &who, &size) {
            state.notices.count(state.now, Topic::Data, text, many);
        }
    }
    look_at_both(state, end)
}

/// What became of data that a client sent; nothing when the server reads it, and is about to say so.
fn sent_words(state: &State, end: RowName, who: &str, size: &str) -> Option<String> {
    if !state.is_with_our_server(end) {
        return Some(format!("{who} sent {size} to {}.", end.tuple.remote));
    }
    if state.lab.wire.is_slow() {
        return Some(format!(
            "{who} sent {size}: they stand in its Send-Q until the answer to them has crossed the wire."
        ));
    }
    let other = state.other_end(end);
    if !state.listener.ends.contains(other) {
        return Some(format!(
            "{who} sent {size}: nobody has accepted the other end, so they wait in its Recv-Q."
        ));
    }
    let unread = state.listener.promise(other).on_data == OnData::LeaveUnread;
    unread.then(|| {
        format!("{who} sent {size}: the server does not read, so they wait in its Recv-Q.")
    })
}

pub(crate) fn call_failed(state: &mut State, end: RowName, why: Refusal) -> Vec<Effect> {
    let who = words::client_name(state, end);
    let text = format!("{who}: {} failed: {}.", why.call, why.errno);
    state.notices.count(state.now, Topic::Refused, text, |n| {
        format!("{n} calls failed: {}.", why.errno)
    });
    look_at_both(state, end)
}

pub(crate) fn peer_closed(state: &mut State, end: RowName) -> Vec<Effect> {
    if !state.listener.ends.peer_closed(end) {
        for computer in &mut state.clients.computers {
            computer.ends.peer_closed(end);
        }
    }
    look_at_both(state, end)
}

pub(crate) fn half_closed(state: &mut State, end: RowName) -> Vec<Effect> {
    let text = words::half_closed(state, end);
    state.notices.say(state.now, Tone::Plain, text);
    look_at_both(state, end)
}

/// Whether the connection was made a moment ago, so that its payload belongs to the same key.
fn is_young(state: &State, end: RowName) -> bool {
    const MOMENT: Duration = Duration::from_millis(300);
    let known = state
        .listener
        .ends
        .get(end)
        .or_else(|| state.clients.holder_of(end)?.ends.get(end));
    known.is_none_or(|end| state.now.since(end.since) < MOMENT)
}

pub(crate) fn closed(state: &mut State, end: RowName, how: Ending) -> Vec<Effect> {
    if !end.tuple.is_connected() {
        // A listening socket, or one that was never connected: the news of the listener tells it.
        return vec![Effect::Look(vec![end])];
    }
    let said = goodbye::words(state, end, how);
    if state.listener.ends.remove(end).is_some() {
        let other = state.other_end(end);
        let mut computers = state.clients.computers.iter_mut();
        computers.any(|computer| computer.ends.other_closed(other));
    }
    state.clients.forget(end, state.now);
    let at = state.now;
    let State {
        listener,
        clients,
        sockets,
        ..
    } = state;
    sockets.ended(at, end, how, |end| {
        State::is_servers(listener, clients, end)
    });
    if let Some((topic, text)) = said {
        let ended = if topic == Topic::Broke {
            "broke"
        } else {
            "were closed"
        };
        let many = |n: u32| format!("{} connections {ended}.", words::number(u64::from(n)));
        state.notices.count(at, topic, text, many);
    }
    look_at_both(state, end)
}
