use crate::tcp::{Host, SocketRow};

/// One difference between two looks at the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The row was not there before.
    Appeared(SocketRow),
    /// The same socket, but its state, queues, timer or owner differ.
    Moved {
        /// The row before.
        from: SocketRow,
        /// The row now.
        to: SocketRow,
    },
    /// The row is gone; this is how it was last seen.
    Vanished(SocketRow),
}

impl Change {
    /// The row as it is now, or was last seen.
    pub fn row(&self) -> &SocketRow {
        let (Change::Appeared(row) | Change::Moved { to: row, .. } | Change::Vanished(row)) = self;
        row
    }
}

/// The result of one poll of the kernel's table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableUpdate {
    /// Whose table.
    pub host: Host,
    /// The differences from the previous poll.
    pub changes: Vec<Change>,
    /// Whether the previous poll was of other rows, so that `changes` is the whole table of that host: each row once.
    pub afresh: bool,
    /// Whether the kernel said that rows may be missing.
    pub interrupted: bool,
    /// The numbers and names of the interfaces that sockets in `changes` are bound to.
    pub interfaces: Vec<(u32, String)>,
    /// The source's name: `sock_diag` or `procfs`.
    pub source: &'static str,
}

/// The notice that `/proc` is read because `sock_diag` failed with `why`.
pub fn procfs_instead(why: &str) -> String {
    format!("{why}. Reading /proc/net/tcp instead: slower, and without the backlog.")
}
