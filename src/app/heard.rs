use crate::app::{Effect, State, Tone, calling, closing, listening};
use crate::tcp::{News, RowName, escape};

/// Takes what TCP told one of our own sockets.
pub(crate) fn heard(state: &mut State, news: News) -> Vec<Effect> {
    state.sockets.doings.note(state.now, &news);
    match news {
        News::Listening { spec, sockets } => listening::listening(state, spec, sockets),
        News::ListenFailed { spec, why } => listening::failed(state, &spec, why),
        News::StoppedListening { why } => listening::stopped(state, why),
        News::AcceptHeld(held) => listening::held(state, held),
        News::Accepted(socket) => listening::accepted(state, socket),
        News::AcceptFailed { why, pause } => listening::accept_failed(state, why, pause),
        News::Connecting(socket) => calling::connecting(state, socket),
        News::Connected(socket) => calling::connected(state, socket),
        News::ConnectFailed {
            spec,
            to,
            local,
            why,
        } => calling::failed(state, &spec, (local, to), why),
        News::BurstBegun { burst, whole_range } => calling::burst_begun(state, burst, whole_range),
        News::BurstEnded {
            opened,
            asked,
            took,
        } => calling::burst_ended(state, opened, asked, took),
        News::Received { at, bytes, first } => closing::received(state, at, bytes, &first),
        News::Sent { at, bytes } => closing::sent(state, at, bytes),
        News::CallFailed { at, why } => closing::call_failed(state, at, why),
        News::PeerClosed(end) => closing::peer_closed(state, end),
        News::HalfClosed(end) => closing::half_closed(state, end),
        News::Closed { at, how } => closing::closed(state, at, how),
        News::Crashed(what) => {
            let text = format!(
                "a part of fivetuple crashed, the rest goes on: {}",
                escape(what.as_bytes())
            );
            state.notices.say(state.now, Tone::Warning, text);
            vec![]
        }
    }
}

/// Orders a look at both rows of a connection, named by one of its ends.
pub(crate) fn look_at_both(end: RowName) -> Vec<Effect> {
    vec![Effect::Look(vec![end, other_end(end)])]
}

/// The other end as its own row shows it: the client of a dual-stack server is an IPv4 socket.
pub(crate) fn other_end(name: RowName) -> RowName {
    RowName {
        tuple: name.tuple.mirrored().canonical(),
        ..name
    }
}
