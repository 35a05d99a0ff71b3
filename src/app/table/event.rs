use crate::tcp::{CloseKind, Host, SocketId, SocketRow, TcpState};

/// A fact about the table.
#[derive(Clone, Debug)]
pub(crate) enum TableEvent {
    /// It was looked at.
    Look {
        /// The computer whose rows these are all, if they are.
        afresh: Option<Host>,
        /// The rows that differ.
        rows: Box<[RowChange]>,
    },
    /// One of our own ends was told about its end.
    Ended {
        name: SocketId,
        how: CloseKind,
        /// Which state it had reached at least, as far as its own calls tell.
        reached: Option<TcpState>,
        /// Whether it was the end of a server of ours.
        serves: bool,
    },
    /// The ghosts whose time was over were taken away.
    Laid,
}

/// A row as a look showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowChange {
    /// It is there; and whether it was the end of a server of ours then.
    There(SocketRow, bool),
    /// It is there no more.
    Gone(SocketRow),
}

impl RowChange {
    pub(crate) fn name(&self) -> SocketId {
        match self {
            RowChange::There(row, _) | RowChange::Gone(row) => row.name(),
        }
    }
}
