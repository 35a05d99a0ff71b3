//! A source of rows that does what it is told, and fails in every way.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use fivetuple::kernel::{ReadError, Reading, SocketSource};
use fivetuple::tcp::{Errno, Filter, Port, Snapshot, SocketId, SocketRow, TcpState};

pub(crate) const OTHER: &str =
    "tcp 0 0 127.0.0.1:40001 127.0.0.1:5000 ESTABLISHED inode=3 cookie=3";

/// What a source does next when a table is asked for; it hangs while nothing is told.
pub(crate) type Plot = Arc<Mutex<Receiver<Next>>>;

pub(crate) enum Next {
    Rows(&'static str),
    /// Rows of which some may be missing.
    Torn(&'static str),
    Fail(i32),
    Deny,
    /// As where a table is read from /proc, for want of a module.
    DenyProc,
    Panic,
}

pub(crate) struct Actor {
    pub(crate) plot: Plot,
}

impl SocketSource for Actor {
    fn name(&self) -> &'static str {
        "actor"
    }

    fn is_exact(&self) -> bool {
        true
    }

    fn read(&mut self, wanted: &Filter, reading: &mut Reading) -> Result<(), ReadError> {
        if wanted.state == Some(TcpState::Listen) {
            return Ok(());
        }
        let next = self.plot.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let call = "acting";
        match next {
            Ok(Next::Rows(rows) | Next::Torn(rows)) => {
                reading.snapshot = rows.parse::<Snapshot>().unwrap();
                reading.interrupted = matches!(next, Ok(Next::Torn(_)));
            }
            Ok(Next::Fail(errno)) => return Err(ReadError::Call(call, Errno(errno))),
            Ok(Next::Deny) | Err(_) => return Err(ReadError::Call(call, Errno::EPERM)),
            Ok(Next::DenyProc) => return Err(ReadError::Proc("/proc/it", Errno::EACCES)),
            Ok(Next::Panic) => panic!("as planned"),
        }
        Ok(())
    }

    fn lookup(&mut self, name: SocketId) -> Result<Option<SocketRow>, ReadError> {
        let row: SocketRow = OTHER.parse().unwrap();
        assert_ne!(name.tuple.local.port, Port(13), "as planned");
        Ok(Some(row).filter(|row| row.name() == name))
    }
}
