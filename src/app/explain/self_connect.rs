//! A socket that called the very port that it has: one row that is both ends (RFC 9293, section 3.5: the simultaneous open).

use crate::app::State;
use crate::app::query::names;
use crate::tcp::{Port, SocketId};

/// It is connected.
pub(crate) fn connected(who: &str, port: Port) -> String {
    format!(
        "{who} connected to itself: its SYN came back to port {port}, from which it was sent. One socket is both ends, so there is one row, and nobody listens."
    )
}

/// What comes of a half-close.
pub(crate) const HALF_CLOSED: &str =
    "The FIN came back to the same socket, which is both ends: CLOSING, then TIME_WAIT.";

/// Its program closed it; nothing when the half-close has told what comes of that.
pub(crate) fn hung_up(state: &State, end: SocketId) -> Option<String> {
    let who = names::client_name(state, end);
    (!state.peer_has_closed(end)).then(|| {
        format!(
            "{who} hung up on itself: its FIN came back to the same socket, so both ends closed at once. Its one row turns to TIME_WAIT for 60 s."
        )
    })
}

/// Its program aborted it.
pub(crate) fn aborted(state: &State, end: SocketId) -> String {
    let who = names::client_name(state, end);
    format!(
        "{who} aborted its connection to itself: its one row goes at once, and nothing stays in TIME_WAIT."
    )
}
