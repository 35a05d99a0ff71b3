pub(crate) mod client;
pub(crate) mod connection;
pub(crate) mod episodes;
pub(crate) mod held_state;
pub(crate) mod lab;
pub(crate) mod others;
pub(crate) mod owners;
pub(crate) mod refusal;
pub(crate) mod resets;
pub(crate) mod server;

use crate::app::actions::{expect, lesson, why_not};
use crate::app::{Effect, LabStage, Server, State, Statement};
use crate::tcp::{FiveTuple, SocketEvent, SocketId, escape};

/// Applies an event of one of our own sockets, and looks at the rows of its connection.
pub(crate) fn on_socket_event(state: &mut State, news: SocketEvent) -> Vec<Effect> {
    let end = end_of(&news);
    state.awaited.report(state.now, &news);
    expect::closing(state, &news);
    if is_too_late(state, &news, end) {
        return vec![];
    }
    state.sockets.log.note(state.now, &news);
    if let Some(order) = news.order() {
        state.notices.resolved(order);
    }
    let mut effects = vec![];
    match news {
        SocketEvent::Listening { spec, sockets } => {
            return server::listening(state, &spec, sockets);
        }
        SocketEvent::ListenFailed { spec, why } => server::failed(state, &spec, why),
        SocketEvent::StoppedListening { id, why } => return server::stopped(state, id, why),
        SocketEvent::AcceptHeld(id, held) => server::held(state, id, held),
        SocketEvent::Accepted { socket, on } => server::accepted(state, socket, on),
        SocketEvent::AcceptFailed { id, why, pause, times } => {
            server::accept_failed(state, id, why, (pause, times));
        }
        SocketEvent::Connecting(socket) => client::connecting(state, socket),
        SocketEvent::Connected(socket) => client::connected(state, socket),
        SocketEvent::ConnectFailed { spec, to, why, .. } => {
            client::failed(state, &spec, (end, to), why);
        }
        SocketEvent::BurstBegun { id, burst, whole_range } => {
            client::burst_begun(state, id, burst, whole_range);
        }
        SocketEvent::BurstEnded { id, opened, asked, took } => {
            client::burst_ended(state, id, (opened, asked), took);
        }
        SocketEvent::Received { at, bytes, first } => {
            connection::received(state, at, bytes, &first);
        }
        SocketEvent::Sent { at, bytes } => connection::sent(state, at, bytes),
        SocketEvent::CallFailed { at, why } => connection::call_failed(state, at, why),
        SocketEvent::PeerClosed(end) => connection::peer_closed(state, end),
        SocketEvent::HalfClosed(end) => connection::half_closed(state, end),
        SocketEvent::Closed { at, how } => effects = connection::closed(state, at, how),
        SocketEvent::StateHeld { state: held, main, sockets } => {
            return held_state::held_sockets(state, (held, main), &sockets);
        }
        SocketEvent::HoldFailed { state: held, why } => held_state::hold_failed(state, held, why),
        SocketEvent::SyscallsTraced(record) => state.calls.made(state.now, record),
        SocketEvent::SyscallsOmitted { purpose, count } => state.calls.omitted(purpose, count),
        SocketEvent::Probed { probe, outcome } => why_not::tried(state, probe, outcome),
        // Its row is looked up below.
        SocketEvent::TimeWaitEnded(_) => lesson::time_wait_ended(state),
        SocketEvent::Crashed(what) => {
            state.warn(Statement::new("crashed").with("what", escape(what.as_bytes())));
        }
    }
    let Some(end) = end else { return effects };
    let other = end.tuple.is_connected().then(|| state.other_end(end));
    let names = [end].into_iter().chain(other).chain(queues(state));
    effects.push(Effect::Lookup(names.collect()));
    effects
}

/// The listening sockets whose queue may have changed.
fn queues(state: &State) -> impl Iterator<Item = SocketId> {
    let has_queue = |server: &&Server| {
        server.held || state.listening_rows(server).any(|line| line.row.queues.recv > 0)
    };
    let listeners = state.servers.all.iter().filter(has_queue);
    listeners.flat_map(|server| &server.sockets).map(|socket| socket.name)
}

/// Whether an event is about sockets that were closed when the lab went up or down: already reported.
fn is_too_late(state: &State, news: &SocketEvent, end: Option<SocketId>) -> bool {
    let is_of_an_end = matches!(
        news,
        SocketEvent::StoppedListening { .. }
            | SocketEvent::CallFailed { .. }
            | SocketEvent::PeerClosed(_)
            | SocketEvent::Closed { .. }
    );
    let host = if let SocketEvent::Listening { spec, .. } | SocketEvent::ListenFailed { spec, .. } =
        news
    {
        Some(spec.host)
    } else if let SocketEvent::ConnectFailed { spec, .. } = news {
        Some(spec.host)
    } else {
        end.map(|end| end.host)
    };
    let is_elsewhere = host.is_some_and(|host| !state.lab.shows(host));
    is_elsewhere || (is_of_an_end && state.lab.stage == LabStage::Stopping)
}

/// The end of a connection that an event is about.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others are of no single end")]
fn end_of(news: &SocketEvent) -> Option<SocketId> {
    match news {
        SocketEvent::ConnectFailed { spec, to, local, .. } => {
            let tuple = |(local, remote)| FiveTuple { protocol: spec.protocol, local, remote };
            local.zip(*to).map(tuple).map(|tuple| SocketId::connected(spec.host, tuple))
        }
        SocketEvent::Accepted { socket, .. }
        | SocketEvent::Connecting(socket)
        | SocketEvent::Connected(socket) => Some(socket.name),
        SocketEvent::Received { at, .. }
        | SocketEvent::Sent { at, .. }
        | SocketEvent::CallFailed { at, .. }
        | SocketEvent::PeerClosed(at)
        | SocketEvent::HalfClosed(at)
        | SocketEvent::TimeWaitEnded(at)
        | SocketEvent::Closed { at, .. }
        | SocketEvent::StateHeld { main: at, .. } => Some(*at),
        _ => None,
    }
}
