use crate::tcp::{CloseKind, Host, SocketId, SocketRow, TcpState};

#[derive(Clone, Debug)]
pub(crate) enum TableEvent {
    Look {
        /// The computer whose whole table this is, if it is.
        afresh: Option<Host>,
        rows: Box<[RowChange]>,
    },
    Ended {
        name: SocketId,
        how: CloseKind,
        /// The state that it had at least reached, by its own calls.
        reached: Option<TcpState>,
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
