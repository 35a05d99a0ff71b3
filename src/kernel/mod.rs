//! Reads the kernel's tables: sockets, their owners, the settings that decide about ports.

pub(crate) mod addresses;
pub(crate) mod change_counters;
pub mod inet_diag;
pub(crate) mod namespace;
pub(crate) mod netlink;
pub(crate) mod owner;
pub(crate) mod parallel_dump;
pub(crate) mod procfs;
pub(crate) mod request_error;
pub(crate) mod settings;
pub(crate) mod sock_diag;
pub(crate) mod thread_time;

pub use crate::kernel::addresses::addresses;
pub use crate::kernel::change_counters::Activity;
pub use crate::kernel::change_counters::ChangeCounters;
pub use crate::kernel::namespace::NamespaceSource;
pub use crate::kernel::owner::Owners;
pub use crate::kernel::owner::owners;
pub use crate::kernel::procfs::Procfs;
pub use crate::kernel::procfs::parse;
pub use crate::kernel::settings::machine;
pub use crate::kernel::settings::raise_descriptor_limit;
pub use crate::kernel::sock_diag::SockDiag;
pub use crate::kernel::thread_time::spent;

use std::time::Duration;

use crate::tcp::{Filter, Host, Snapshot, SocketId, SocketRow, TcpInfo, TcpState, in_words};

/// Where socket rows come from: `sock_diag`, or `/proc` where that is refused.
pub trait SocketSource: Send {
    /// The name to show for it.
    fn name(&self) -> &'static str;

    /// Whether one row can be looked up without reading them all.
    fn is_exact(&self) -> bool;

    /// Reads every row that `wanted` asks for into `reading`, in place of what it holds; its memory is used again.
    ///
    /// # Errors
    /// When the table could not be read at all.
    fn read(&mut self, wanted: &Filter, reading: &mut Reading) -> Result<(), ReadError>;

    /// Reads one row by its name; `None` when there is no such socket.
    ///
    /// A name with inode 0 whose tuple is not connected stands for any socket at that address. A dual-stack socket is found by
    /// its IPv4 addresses too; its row says IPv4-mapped.
    ///
    /// # Errors
    /// When the table could not be read.
    fn look(&mut self, name: SocketId) -> Result<Option<SocketRow>, ReadError>;

    /// What the kernel knows of one connection beyond its row; `None` where there is no such socket, or the source does not tell.
    ///
    /// # Errors
    /// When the kernel could not be asked.
    fn inside(&mut self, _name: SocketId) -> Result<Option<TcpInfo>, ReadError> {
        Ok(None)
    }

    /// Every row that `wanted` asks for.
    ///
    /// # Errors
    /// When the table could not be read at all.
    fn snapshot(&mut self, wanted: &Filter) -> Result<Reading, ReadError> {
        let mut reading = Reading::default();
        self.read(wanted, &mut reading).map(|()| reading)
    }
}

/// One reading of the table.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The rows.
    pub snapshot: Snapshot,
    /// The table changed in a way that the kernel says may have hidden rows (`NLM_F_DUMP_INTR`).
    pub torn: bool,
    /// The processor time that another thread spent on it, beside the one that asked for it.
    pub beside: Duration,
}

impl Reading {
    /// Forgets all of it but the memory.
    fn clear(&mut self) {
        self.snapshot.rows.clear();
        (self.torn, self.beside) = (false, Duration::ZERO);
    }
}

/// The table could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// This kernel or sandbox does not let us ask; another source may.
    #[error("{call} was refused: {}", in_words(source))]
    Denied {
        /// What was tried.
        call: &'static str,
        /// What the system answered.
        source: std::io::Error,
    },
    /// Asking went wrong this time.
    #[error("{call} failed: {}", in_words(source))]
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

/// The best source that this machine allows, and why it is not `sock_diag` if it is not.
pub fn open() -> (Box<dyn SocketSource>, Option<ReadError>) {
    match SockDiag::open(Host::THIS).and_then(tried) {
        Ok(source) => (Box::new(source), None),
        Err(why) => (Box::new(Procfs::new(Host::THIS)), Some(why)),
    }
}

/// A sandbox may allow the socket and refuse the question.
fn tried(mut source: SockDiag) -> Result<SockDiag, ReadError> {
    let listening = Filter { state: Some(TcpState::Listen), ..Filter::default() };
    source.snapshot(&listening)?;
    Ok(source)
}

/// Whether `row` is the socket that `name` stands for; the kernel may have answered with another one.
fn is_asked_for(name: SocketId, row: &SocketRow) -> bool {
    let any = name.inode == 0 || name.tuple.is_connected();
    row.tuple.canonical() == name.tuple.canonical() && (any || row.inode == name.inode)
}
