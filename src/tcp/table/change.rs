use crate::tcp::SocketRow;

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
