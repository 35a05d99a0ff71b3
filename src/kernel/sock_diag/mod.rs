//! The kernel's socket table over netlink (sock_diag(7)): dumps of whole tables, and lookups of one socket.

mod lookup;
mod parallel_dump;
mod socket;

use std::io;
use std::os::fd::OwnedFd;

use rustix::net::netlink;

use crate::kernel::netlink::Netlink;
use crate::kernel::sock_diag::parallel_dump::{SecondDump, halves};
use crate::kernel::sock_diag::socket::DiagSocket;
use crate::kernel::source::{ReadError, ReadResult, Reading, SocketSource};
use crate::tcp::{Errno, Filter, Host, SocketId, SocketRow, TcpInfo};

/// Asks the kernel over netlink: whole tables with the filter in the kernel, or one socket in a microsecond. The netlink socket stays open,
/// so that it also reads when no descriptor is left; it shows the network namespace that it was opened in.
#[derive(Debug)]
pub struct SockDiag {
    socket: DiagSocket,
    second: Option<SecondDump>,
}

impl SockDiag {
    /// Opens the netlink socket in the network namespace of this thread; rows will carry `host`.
    ///
    /// # Errors
    /// When the kernel or a sandbox forbids it.
    pub fn open(host: Host) -> ReadResult<SockDiag> {
        SockDiag::with_two(host, || Netlink::open(Some(netlink::SOCK_DIAG)))
    }

    /// Reads half of each large table through a second socket, where there is one.
    fn with_two(host: Host, open: impl Fn() -> ReadResult<Netlink>) -> ReadResult<SockDiag> {
        let open = || open().map(|socket| DiagSocket::new(socket, host));
        Ok(SockDiag { socket: open()?, second: open().ok().and_then(SecondDump::new) })
    }
}

impl SocketSource for SockDiag {
    fn name(&self) -> &'static str {
        "sock_diag"
    }

    fn read(&mut self, wanted: &Filter, reading: &mut Reading) -> ReadResult {
        // The table is much like the last one that was read.
        let halves = halves(&reading.snapshot.rows);
        reading.clear();
        match (&mut self.second, halves) {
            (Some(second), Some(halves)) if self.socket.filters => {
                self.socket.read(wanted, reading, |socket, reading| {
                    second.read(socket, halves, wanted, reading)
                })
            }
            _ => self.socket.read_whole(wanted, reading),
        }
    }

    fn lookup(&mut self, id: SocketId) -> ReadResult<Option<SocketRow>> {
        self.socket.lookup(id)
    }

    fn inspect(&mut self, id: SocketId) -> ReadResult<Option<TcpInfo>> {
        self.socket.inspect(id)
    }

    fn interface(&self, number: u32) -> Option<String> {
        self.socket.netlink.interface(number)
    }
}

/// Reads the table of another network namespace through sockets that were opened there; fails where that failed.
#[derive(Debug)]
pub struct NamespaceSource(ReadResult<SockDiag>);

impl NamespaceSource {
    /// Reads through `NETLINK_SOCK_DIAG` sockets that `open` returns; rows will carry `host`.
    pub fn over(host: Host, open: impl Fn() -> io::Result<OwnedFd>) -> NamespaceSource {
        let failed = |why| ReadError::Call("sock_diag in the lab", Errno::from(&why));
        let open = || open().map_err(failed).and_then(Netlink::over);
        NamespaceSource(SockDiag::with_two(host, open))
    }

    fn source(&mut self) -> ReadResult<&mut SockDiag> {
        self.0.as_mut().map_err(|why| *why)
    }
}

impl SocketSource for NamespaceSource {
    fn name(&self) -> &'static str {
        "sock_diag"
    }

    fn read(&mut self, wanted: &Filter, reading: &mut Reading) -> ReadResult {
        self.source()?.read(wanted, reading)
    }

    fn lookup(&mut self, id: SocketId) -> ReadResult<Option<SocketRow>> {
        self.source()?.lookup(id)
    }

    fn inspect(&mut self, id: SocketId) -> ReadResult<Option<TcpInfo>> {
        self.source()?.inspect(id)
    }

    fn interface(&self, number: u32) -> Option<String> {
        self.0.as_ref().ok()?.interface(number)
    }
}
