use std::collections::BTreeSet;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::tcp::{Errno, Filter, Snapshot, SocketId, SocketRow, TcpInfo};

/// A source of socket rows: `sock_diag`, or `/proc` where that is refused.
pub trait SocketSource: Send {
    /// The name shown for it.
    fn name(&self) -> &'static str;

    /// Whether one row can be looked up without reading all.
    fn is_exact(&self) -> bool {
        true
    }

    /// Replaces the content of `reading` by every wanted row; its memory is reused.
    ///
    /// # Errors
    /// When the table cannot be read.
    fn read(&mut self, wanted: &Filter, reading: &mut Reading) -> ReadResult;

    /// Reads one row; `None` when there is no such socket.
    ///
    /// An id with number 0 whose tuple is not connected stands for any socket at that address. A dual-stack socket is found by its IPv4
    /// addresses, too; its row says IPv4-mapped.
    ///
    /// # Errors
    /// When the table cannot be read.
    fn lookup(&mut self, id: SocketId) -> ReadResult<Option<SocketRow>>;

    /// Reads the `tcp_info` of one connection; `None` when there is no such socket, or the source does not have it.
    ///
    /// # Errors
    /// When the kernel cannot be asked.
    fn inspect(&mut self, _id: SocketId) -> ReadResult<Option<TcpInfo>> {
        Ok(None)
    }

    /// The name of the interface with that number, if the source knows it.
    fn interface(&self, _number: u32) -> Option<String> {
        None
    }

    /// Reads every wanted row.
    ///
    /// # Errors
    /// When the table cannot be read.
    fn snapshot(&mut self, wanted: &Filter) -> ReadResult<Reading> {
        let mut reading = Reading::default();
        self.read(wanted, &mut reading).map(|()| reading)
    }
}

/// The numbers and names of the interfaces that these sockets are bound to.
pub fn interfaces<'a>(
    source: &dyn SocketSource,
    rows: impl Iterator<Item = &'a SocketRow>,
) -> Vec<(u32, String)> {
    let numbers: BTreeSet<u32> = rows.map(|row| row.interface).filter(|it| *it != 0).collect();
    let names = numbers.into_iter().map(|number| source.interface(number).map(|it| (number, it)));
    names.flatten().collect()
}

/// The result of one read of the table.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The rows.
    pub snapshot: Snapshot,
    /// Whether rows may be missing, as the table changed meanwhile (`NLM_F_DUMP_INTR`).
    pub interrupted: bool,
    /// The processor time that a second thread spent on it.
    pub beside: Duration,
}

impl Reading {
    pub(super) fn clear(&mut self) {
        self.snapshot.rows.clear();
        (self.interrupted, self.beside) = (false, Duration::ZERO);
    }
}

/// The result of reading the table, or a row of it.
pub type ReadResult<T = ()> = Result<T, ReadError>;

/// The table could not be read.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub enum ReadError {
    /// A call on a netlink socket failed.
    #[error("{0} failed: {1}")]
    Call(&'static str, Errno),
    /// A file of /proc cannot be read.
    #[error("reading {0} failed: {1}")]
    Proc(&'static str, Errno),
    /// The kernel answered `sock_diag` with an error.
    #[error("sock_diag failed: {0}")]
    Refused(Errno),
    /// The answer is invalid.
    #[error("cannot parse the kernel's answer: {0}")]
    Garbled(&'static str),
}

impl ReadError {
    /// Whether this kernel or sandbox forbids asking `sock_diag`, so that /proc may work instead.
    pub fn is_denied(self) -> bool {
        match self {
            ReadError::Call(_, errno) | ReadError::Refused(errno) => {
                self.is_unknown_here()
                    || [
                        Errno::EPERM,
                        Errno::EACCES,
                        Errno::EPROTONOSUPPORT,
                        Errno::EAFNOSUPPORT,
                        Errno::ENOSYS,
                    ]
                    .contains(&errno)
            }
            ReadError::Proc(..) | ReadError::Garbled(_) => false,
        }
    }

    /// Whether the kernel says that it has no such table, family or kind of request.
    pub(super) fn is_unknown_here(self) -> bool {
        matches!(self, ReadError::Refused(Errno::ENOENT | Errno::EOPNOTSUPP | Errno::EINVAL))
    }
}

/// Whether `row` is the socket that `id` stands for; the kernel may answer with another one.
pub(super) fn is_asked_for(id: SocketId, row: &SocketRow) -> bool {
    let any = id.number == 0 || id.tuple.is_connected();
    row.tuple.canonical() == id.tuple.canonical() && (any || row.inode == id.number)
}

/// The processor time that this thread has used so far.
pub fn thread_cpu_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default()
}
