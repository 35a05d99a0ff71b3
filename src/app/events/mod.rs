pub(crate) mod client;
pub(crate) mod connection;
pub(crate) mod cut_short;
pub(crate) mod episodes;
pub(crate) mod held_state;
pub(crate) mod lab;
pub(crate) mod late_data;
pub(crate) mod refusal;
pub(crate) mod server;

use crate::app::actions::why_not;
use crate::app::{Effect, LabStage, State, Statement, Tone};
use crate::tcp::{Host, SocketEvent, escape};

/// Applies an event of one of our own sockets.
pub(crate) fn heard(state: &mut State, news: SocketEvent) -> Vec<Effect> {
    if is_too_late(state, &news) {
        return vec![];
    }
    state.sockets.log.note(state.now, &news);
    match news {
        SocketEvent::Listening { spec, sockets } => server::listening(state, spec, sockets),
        SocketEvent::ListenFailed { spec, why } => server::failed(state, &spec, why),
        SocketEvent::StoppedListening { why } => server::stopped(state, why),
        SocketEvent::AcceptHeld(held) => server::held(state, held),
        SocketEvent::Accepted(socket) => server::accepted(state, socket),
        SocketEvent::AcceptFailed { why, pause } => server::accept_failed(state, why, pause),
        SocketEvent::Connecting(socket) => client::connecting(state, socket),
        SocketEvent::Connected(socket) => client::connected(state, socket),
        SocketEvent::ConnectFailed { spec, to, local, why } => {
            client::failed(state, &spec, (local, to), why)
        }
        SocketEvent::BurstBegun { id, burst, whole_range } => {
            client::burst_begun(state, id, burst, whole_range)
        }
        SocketEvent::BurstEnded { id, opened, asked, took } => {
            client::burst_ended(state, id, (opened, asked), took)
        }
        SocketEvent::Received { at, bytes, first } => {
            connection::received(state, at, bytes, &first)
        }
        SocketEvent::Sent { at, bytes } => connection::sent(state, at, bytes),
        SocketEvent::CallFailed { at, why } => connection::call_failed(state, at, why),
        SocketEvent::PeerClosed(end) => connection::peer_closed(state, end),
        SocketEvent::HalfClosed(end) => connection::half_closed(state, end),
        SocketEvent::Closed { at, how } => connection::closed(state, at, how),
        SocketEvent::Staged { state: held, main, sockets, calls } => {
            held_state::staged(state, (held, main), &sockets, &calls)
        }
        SocketEvent::StageFailed { state: held, why } => held_state::stage_failed(state, held, why),
        SocketEvent::Called(record) => {
            state.calls.made(state.now, record);
            vec![]
        }
        SocketEvent::Tried { trial, outcome } => {
            why_not::tried(state, trial, outcome);
            vec![]
        }
        SocketEvent::CalledAlike { deed, count } => {
            state.calls.made_alike(deed, count);
            vec![]
        }
        SocketEvent::Crashed(what) => {
            let what = Statement::new("crashed").with("what", escape(what.as_bytes()));
            state.notices.say(state.now, Tone::Warning, what);
            vec![]
        }
    }
}

/// Whether an event is about sockets that were closed when the lab went up or down: already reported.
fn is_too_late(state: &State, news: &SocketEvent) -> bool {
    let is_of_an_end = matches!(
        news,
        SocketEvent::StoppedListening { .. }
            | SocketEvent::CallFailed { .. }
            | SocketEvent::PeerClosed(_)
            | SocketEvent::Closed { .. }
    );
    let is_elsewhere = host_of(news).is_some_and(|host| !state.lab.shows(host));
    is_elsewhere || (is_of_an_end && state.lab.stage == LabStage::Stopping)
}

/// The host of an event about one socket.
fn host_of(news: &SocketEvent) -> Option<Host> {
    match news {
        SocketEvent::Listening { spec, .. } | SocketEvent::ListenFailed { spec, .. } => {
            Some(spec.host)
        }
        SocketEvent::ConnectFailed { spec, .. } => Some(spec.host),
        SocketEvent::Accepted(socket)
        | SocketEvent::Connecting(socket)
        | SocketEvent::Connected(socket) => Some(socket.name.host),
        SocketEvent::Received { at, .. }
        | SocketEvent::Sent { at, .. }
        | SocketEvent::CallFailed { at, .. }
        | SocketEvent::PeerClosed(at)
        | SocketEvent::HalfClosed(at)
        | SocketEvent::Closed { at, .. }
        | SocketEvent::Staged { main: at, .. } => Some(at.host),
        SocketEvent::StoppedListening { .. }
        | SocketEvent::AcceptHeld(_)
        | SocketEvent::AcceptFailed { .. }
        | SocketEvent::BurstBegun { .. }
        | SocketEvent::BurstEnded { .. }
        | SocketEvent::StageFailed { .. }
        | SocketEvent::Called(_)
        | SocketEvent::CalledAlike { .. }
        | SocketEvent::Tried { .. }
        | SocketEvent::Crashed(_) => None,
    }
}
