//! What our own programs will do next: keys that are typed meanwhile wait for it.

use crate::app::State;
use crate::tcp::{CloseKind, OnData, Protocol, ServerCloses, SocketEvent, SocketId};

/// A client of ours has connected, or our server has accepted it, whichever is reported first: the bytes that it sends are read once.
pub(crate) fn reading_of_call(state: &mut State, end: SocketId) {
    let other = state.other_end(end);
    let (client, server_end) =
        if state.ends.server_holds(end) { (other, end) } else { (end, other) };
    let has_read = state.ends.get(server_end).is_none_or(|end| end.has_read);
    let sends = !state.clients.spec.payload.is_empty() && state.script.is_none();
    if sends && !has_read && state.ends.client_holds(client) {
        reading(state, client);
    }
}

/// A client has sent bytes to our server, which will read them, and may send them back.
pub(crate) fn reading(state: &mut State, client: SocketId) {
    let server_end = state.other_end(client);
    let is_read = client.tuple.protocol == Protocol::Tcp && state.ends.server_holds(server_end);
    if !is_read || !state.is_quick() {
        return;
    }
    let readers = match state.policy(server_end).on_data {
        OnData::Read => [Some(server_end), None],
        OnData::Echo => [Some(server_end), Some(client)],
        OnData::LeaveUnread => return,
    };
    state.awaited.readers.extend(readers.into_iter().flatten());
}

/// The end that was closed, or has sent its FIN, is ours: so may be the other one, which closes, too.
pub(crate) fn closing(state: &mut State, event: &SocketEvent) {
    let (end, how) = if let SocketEvent::Closed { at, how } = event {
        (*at, Some(*how))
    } else if let SocketEvent::HalfClosed(at) = event {
        (*at, None)
    } else {
        return;
    };
    let other = state.other_end(end);
    let Some(known) = state.ends.get(other).filter(|_| end.tuple.is_connected()) else { return };
    let closes = match how {
        None | Some(CloseKind::Close) => {
            let follows = known.policy.is_none_or(|it| it.closes == ServerCloses::WithClient);
            follows && (how.is_some() || !known.stays_open)
        }
        Some(CloseKind::Abort | CloseKind::Broken(_)) => true,
    };
    if closes && state.is_quick() {
        state.awaited.ends.insert(other);
    }
}
