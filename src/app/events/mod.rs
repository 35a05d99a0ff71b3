pub(crate) mod client;
pub(crate) mod connection;
pub(crate) mod held_state;
pub(crate) mod lab;
pub(crate) mod no_answer;
pub(crate) mod server;
pub(crate) mod settle;
pub(crate) mod wire;

use crate::app::actions::why_not;
use crate::app::model::{Stage, Tone};
use crate::app::{Effect, State};
use crate::tcp::{Host, News, escape};

/// Takes what TCP told one of our own sockets.
pub(crate) fn heard(state: &mut State, news: News) -> Vec<Effect> {
    if is_too_late(state, &news) {
        return vec![];
    }
    state.sockets.doings.note(state.now, &news);
    match news {
        News::Listening { spec, sockets } => server::listening(state, spec, sockets),
        News::ListenFailed { spec, why } => server::failed(state, &spec, why),
        News::StoppedListening { why } => server::stopped(state, why),
        News::AcceptHeld(held) => server::held(state, held),
        News::Accepted(socket) => server::accepted(state, socket),
        News::AcceptFailed { why, pause } => server::accept_failed(state, why, pause),
        News::Connecting(socket) => client::connecting(state, socket),
        News::Connected(socket) => client::connected(state, socket),
        News::ConnectFailed { spec, to, local, why } => {
            client::failed(state, &spec, (local, to), why)
        }
        News::BurstBegun { burst, whole_range } => client::burst_begun(state, burst, whole_range),
        News::BurstEnded { opened, asked, took } => client::burst_ended(state, opened, asked, took),
        News::Received { at, bytes, first } => connection::received(state, at, bytes, &first),
        News::Sent { at, bytes } => connection::sent(state, at, bytes),
        News::CallFailed { at, why } => connection::call_failed(state, at, why),
        News::PeerClosed(end) => connection::peer_closed(state, end),
        News::HalfClosed(end) => connection::half_closed(state, end),
        News::Closed { at, how } => connection::closed(state, at, how),
        News::Staged { state: held, main, sockets, calls } => {
            held_state::staged(state, (held, main), &sockets, &calls)
        }
        News::StageFailed { state: held, why } => held_state::stage_failed(state, held, why),
        News::Called(record) => {
            state.calls.made(state.now, record);
            vec![]
        }
        News::Tried { trial, outcome } => {
            why_not::tried(state, trial, outcome);
            vec![]
        }
        News::CalledAlike { deed, count } => {
            state.calls.made_alike(deed, count);
            vec![]
        }
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

/// Whether news is of sockets that were closed as the lab came up, or went; or are, as it goes: that has been said, and nothing of them stays.
fn is_too_late(state: &State, news: &News) -> bool {
    let is_of_an_end = matches!(
        news,
        News::StoppedListening { .. }
            | News::CallFailed { .. }
            | News::PeerClosed(_)
            | News::Closed { .. }
    );
    let is_elsewhere = host_of(news).is_some_and(|host| !state.lab.shows(host));
    is_elsewhere || (is_of_an_end && state.lab.stage == Stage::Stopping)
}

/// On which computer it happened, where news is of one socket.
fn host_of(news: &News) -> Option<Host> {
    match news {
        News::Listening { spec, .. } | News::ListenFailed { spec, .. } => Some(spec.host),
        News::ConnectFailed { spec, .. } => Some(spec.host),
        News::Accepted(socket) | News::Connecting(socket) | News::Connected(socket) => {
            Some(socket.name.host)
        }
        News::Received { at, .. }
        | News::Sent { at, .. }
        | News::CallFailed { at, .. }
        | News::PeerClosed(at)
        | News::HalfClosed(at)
        | News::Closed { at, .. }
        | News::Staged { main: at, .. } => Some(at.host),
        News::StoppedListening { .. }
        | News::AcceptHeld(_)
        | News::AcceptFailed { .. }
        | News::BurstBegun { .. }
        | News::BurstEnded { .. }
        | News::StageFailed { .. }
        | News::Called(_)
        | News::CalledAlike { .. }
        | News::Tried { .. }
        | News::Crashed(_) => None,
    }
}
