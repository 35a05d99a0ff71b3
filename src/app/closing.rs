//! News of connections that were made already: data, and how they end.

use std::time::Duration;

use crate::app::heard::look_at_both;
use crate::app::listening::is_stranger;
use crate::app::{Effect, State, Tone, Topic, words};
use crate::tcp::{Ending, Moment, Refusal, RowName, escape};

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
            let said = format!("{who} sent {size}: \"{text}{more}\"");
            state.notices.count(state.now, Topic::Data, said, many);
        }
    } else {
        let who = words::client_name(state, end);
        let said = format!("{who} received {size}: \"{text}{more}\"");
        state.notices.count(state.now, Topic::Data, said, |n| {
            format!("data came {n} times; the last: {size} for {who}.")
        });
    }
    look_at_both(end)
}

pub(crate) fn sent(state: &mut State, end: RowName, bytes: u64) -> Vec<Effect> {
    if state.listener.ends.contains(end) {
        state.listener.totals.sent += bytes;
    }
    look_at_both(end)
}

pub(crate) fn call_failed(state: &mut State, end: RowName, why: Refusal) -> Vec<Effect> {
    let who = words::client_name(state, end);
    let text = format!("{who}: {} failed: {}.", why.call, why.errno);
    state.notices.count(state.now, Topic::Refused, text, |n| {
        format!("{n} calls failed: {}.", why.errno)
    });
    look_at_both(end)
}

pub(crate) fn peer_closed(state: &mut State, end: RowName) -> Vec<Effect> {
    if !state.listener.ends.peer_closed(end) {
        for computer in &mut state.clients.computers {
            computer.ends.peer_closed(end);
        }
    }
    look_at_both(end)
}

pub(crate) fn half_closed(state: &mut State, end: RowName) -> Vec<Effect> {
    let text = words::half_closed(state, end);
    state.notices.say(state.now, Tone::Plain, text);
    look_at_both(end)
}

/// Whether the connection was made a moment ago, so that its payload belongs to the same key.
fn is_young(state: &State, end: RowName) -> bool {
    let moment = Duration::from_millis(300);
    let born = state.sockets.get(end).map(|line| line.born);
    born.is_none_or(|born: Moment| state.now.since(born) < moment)
}

pub(crate) fn closed(state: &mut State, end: RowName, how: Ending) -> Vec<Effect> {
    if !end.tuple.is_connected() {
        // A listening socket, or one that was never connected: the news of the listener tells it.
        return vec![Effect::Look(vec![end])];
    }
    let client_side = state.clients.holder_of(end).is_some();
    let text = closing_words(state, end, how);
    let ours = state.listener.ends.remove(end);
    let theirs = state
        .clients
        .computers
        .iter_mut()
        .find_map(|computer| computer.ends.remove(end));
    let peer_closed = ours.or(theirs).is_some_and(|end| end.peer_closed);
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
    let listener = &state.listener;
    if let Some((topic, text)) =
        text.filter(|_| !(peer_closed && client_side && listener.serves(end.tuple.remote.port)))
    {
        let ended = if topic == Topic::Broke {
            "broke"
        } else {
            "were closed"
        };
        let many = |n: u32| format!("{} connections {ended}.", words::number(u64::from(n)));
        state.notices.count(at, topic, text, many);
    }
    look_at_both(end)
}

/// What to say about an end that is closed, if it is worth a sentence: the second of two ends mostly is not.
fn closing_words(state: &State, end: RowName, how: Ending) -> Option<(Topic, String)> {
    let client_side = state.clients.holder_of(end).is_some();
    let peer_closed = state.peer_has_closed(end);
    match how {
        Ending::Close if client_side => {
            Some((Topic::Went, words::client_closed(state, end, peer_closed)))
        }
        Ending::Close if !peer_closed => {
            Some((Topic::Went, words::server_closed_first(state, end)))
        }
        Ending::Close => is_stranger(state, end).then(|| {
            let who = state.peer_name(end.tuple.remote.ip, end);
            (
                Topic::Went,
                format!(
                    "{who} ({}) hung up; the server closed its end, too.",
                    end.tuple.remote.canonical()
                ),
            )
        }),
        Ending::Abort => Some((Topic::Went, words::aborted(state, end))),
        Ending::Broken(errno) => {
            let by_ours = state
                .sockets
                .mirror(end)
                .is_some_and(|line| line.ending == Some(Ending::Abort));
            (!by_ours).then(|| (Topic::Broke, words::broke(state, end, errno)))
        }
    }
}
