//! Data that is not read.

use crate::app::State;
use crate::tcp::{OnData, SocketId};

/// Whether received bytes wait at a server's socket that will not be read.
pub(crate) fn has_unread(state: &State, end: SocketId) -> bool {
    let waits = state.sockets.get(end).is_some_and(|line| line.row.unread() > 0);
    state.server.promise(end).on_data == OnData::LeaveUnread && waits
}
