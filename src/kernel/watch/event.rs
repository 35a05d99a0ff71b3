use crate::tcp::{Host, SocketId, TableUpdate, TcpInfo};

/// What a [`Poller`](crate::kernel::watch::Poller) reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchEvent {
    /// The table was read, or rows of it.
    TableRead(TableUpdate),
    /// The table could not be read.
    TableUnreadable {
        /// Whose table.
        host: Host,
        /// The reason in words.
        why: String,
    },
    /// `sock_diag` is refused for this reason; /proc is read instead.
    FellBackToProcfs(String),
    /// What the kernel knows of the inspected connections; replaces what was reported before.
    Inspected {
        /// Whose kernel.
        host: Host,
        /// The connections that still exist.
        found: Vec<(SocketId, TcpInfo)>,
    },
}
