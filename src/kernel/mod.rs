//! Reads the kernel's tables: sockets, their owners, the settings that decide about ports.

use crate::tcp::{Filter, RowName, Snapshot, SocketRow};

/// Where socket rows come from: `sock_diag`, or `/proc` where that is refused.
pub trait SocketSource: Send {
    /// The name to show for it.
    fn name(&self) -> &'static str;

    /// Reads every row that `wanted` asks for.
    ///
    /// # Errors
    /// When the table could not be read at all.
    fn snapshot(&mut self, wanted: &Filter) -> Result<Reading, ReadError>;

    /// Reads one row by its name; `None` when there is no such socket.
    ///
    /// # Errors
    /// When the table could not be read.
    fn look(&mut self, name: RowName) -> Result<Option<SocketRow>, ReadError>;
}

/// One reading of the table.
#[derive(Debug, Default)]
pub struct Reading {
    /// The rows.
    pub snapshot: Snapshot,
    /// The table changed in a way that the kernel says may have hidden rows (`NLM_F_DUMP_INTR`).
    pub torn: bool,
}

/// The table could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// This kernel or sandbox does not let us ask; another source may.
    #[error("{call} was refused: {source}")]
    Denied {
        /// What was tried.
        call: &'static str,
        /// What the system answered.
        source: std::io::Error,
    },
    /// Asking went wrong this time.
    #[error("{call} failed: {source}")]
    Failed {
        /// What was tried.
        call: &'static str,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The answer made no sense.
    #[error("the kernel's answer could not be read: {0}")]
    Garbled(&'static str),
}
