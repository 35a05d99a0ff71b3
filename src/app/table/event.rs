use crate::tcp::{CloseKind, Host, SocketId, SocketRow, TcpState};

#[derive(Clone, Debug)]
pub(crate) enum TableEvent {
    /// It was polled.
    Look {
        /// The computer whose whole table this is, if it is.
        afresh: Option<Host>,
        rows: Box<[RowChange]>,
    },
    /// One of our own ends was closed.
    Ended {
        name: SocketId,
        how: CloseKind,
        /// The state that it had at least reached, by its own calls.
        reached: Option<TcpState>,
        /// Whether it belonged to our server.
        serves: bool,
    },
    GhostsRemoved,
}

impl TableEvent {
    /// The rows that a poll showed.
    pub(super) fn rows(&self) -> &[RowChange] {
        if let TableEvent::Look { rows, .. } = self { rows } else { &[] }
    }
}

/// A row as a poll showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowChange {
    pub(crate) row: SocketRow,
    pub(crate) is_gone: bool,
    pub(crate) serves: bool,
}
