use crate::tcp::{Ending, Host, RowName, SocketRow, TcpState};

/// A fact about the table.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// It was looked at.
    Look {
        /// The computer whose rows these are all, if they are.
        afresh: Option<Host>,
        /// The rows that differ.
        rows: Box<[Noted]>,
    },
    /// One of our own ends was told about its end.
    Ended {
        name: RowName,
        how: Ending,
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
pub(crate) enum Noted {
    /// It is there; and whether it was the end of a server of ours then.
    There(SocketRow, bool),
    /// It is there no more.
    Gone(SocketRow),
}

impl Noted {
    pub(crate) fn name(&self) -> RowName {
        match self {
            Noted::There(row, _) | Noted::Gone(row) => row.name(),
        }
    }
}
