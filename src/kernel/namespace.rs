use std::io;
use std::os::fd::OwnedFd;

use crate::kernel::{ReadError, Reading, SockDiag, SocketSource};
use crate::tcp::{Filter, Host, SocketId, SocketRow, TcpInfo, in_words};

/// Reads the table of another network namespace through sockets that were opened there.
///
/// Never falls back to /proc, which shows this machine: where the table cannot be read, it fails, and may be tried again.
#[derive(Debug)]
pub struct NamespaceSource(Result<SockDiag, String>);

impl NamespaceSource {
    /// Reads through `NETLINK_SOCK_DIAG` sockets that `open` returns; rows will carry `host`.
    pub fn over(host: Host, open: impl Fn() -> io::Result<OwnedFd>) -> NamespaceSource {
        let source = open().map_err(|why| in_words(&why)).and_then(|socket| {
            let source = SockDiag::over(socket, host).map_err(|why| why.to_string())?;
            Ok(match open() {
                Ok(second) => source.with_second(second),
                Err(_) => source,
            })
        });
        NamespaceSource(source)
    }

    fn source(&mut self) -> Result<&mut SockDiag, ReadError> {
        self.0.as_mut().map_err(|why| ReadError::Failed {
            call: "sock_diag in the lab",
            source: io::Error::other(why.clone()),
        })
    }
}

/// A denial must not make anybody fall back to /proc.
fn failed(error: ReadError) -> ReadError {
    match error {
        ReadError::Denied { call, source } => ReadError::Failed { call, source },
        other @ (ReadError::Failed { .. } | ReadError::Garbled(_)) => other,
    }
}

impl SocketSource for NamespaceSource {
    fn name(&self) -> &'static str {
        "sock_diag"
    }

    fn is_exact(&self) -> bool {
        true
    }

    fn read(&mut self, wanted: &Filter, reading: &mut Reading) -> Result<(), ReadError> {
        self.source()?.read(wanted, reading).map_err(failed)
    }

    fn lookup(&mut self, id: SocketId) -> Result<Option<SocketRow>, ReadError> {
        self.source()?.lookup(id).map_err(failed)
    }

    fn inspect(&mut self, id: SocketId) -> Result<Option<TcpInfo>, ReadError> {
        self.source()?.inspect(id).map_err(failed)
    }
}
