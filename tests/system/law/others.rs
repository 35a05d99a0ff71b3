//! Another program: sockets that the test itself has, on the same computers.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::program::{Host, SocketKind, SocketPool};

/// Its listening socket, and its ends of connections.
#[derive(Default)]
pub(super) struct Others {
    /// The lab's sockets, where they are to be a lab's.
    pub(super) stock: Option<Arc<SocketPool>>,
    listener: Option<Socket>,
    pub(super) ends: Vec<Socket>,
}

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Listens, or stops it.
    Listen,
    /// Calls accept(), if somebody waits.
    Accept,
    /// Calls the dashboard's server.
    Call,
    /// Closes its newest end; aborts it; sends its FIN; writes; reads.
    Close,
    Abort,
    HalfClose,
    Write,
    Read,
}

impl Others {
    pub(super) const DEEDS: [(usize, Deed); 8] = [
        (2, Deed::Listen),
        (2, Deed::Accept),
        (4, Deed::Call),
        (3, Deed::Close),
        (2, Deed::Abort),
        (2, Deed::HalfClose),
        (2, Deed::Write),
        (1, Deed::Read),
    ];

    /// Does it; what the kernel refuses is no failure of the test.
    pub(super) fn act(
        &mut self,
        deed: Deed,
        own: SocketAddr,
        server: SocketAddr,
        from: (Host, IpAddr),
    ) {
        match deed {
            Deed::Listen if self.listener.take().is_none() => self.listener = self.listen(own),
            Deed::Listen => (),
            Deed::Accept => {
                let accepted = self.listener.as_ref().and_then(|listener| listener.accept().ok());
                self.ends.extend(accepted.map(|(socket, _)| socket));
            }
            Deed::Call => {
                let Some(socket) = self.socket(from.0) else { return };
                if socket.bind(&SocketAddr::new(from.1, 0).into()).is_ok() {
                    let _ = socket.connect(&server.into());
                    self.ends.push(socket);
                }
            }
            Deed::Close => drop(self.ends.pop()),
            Deed::Abort => {
                let ended = self.ends.pop();
                let _ = ended.map(|socket| socket.set_linger(Some(Duration::ZERO)));
            }
            Deed::HalfClose => {
                let _ = self.ends.last().map(|socket| socket.shutdown(std::net::Shutdown::Write));
            }
            Deed::Write => {
                let _ = self.ends.last_mut().map(|socket| socket.write(b"from another program"));
            }
            Deed::Read => {
                let _ = self.ends.last_mut().map(|socket| socket.read(&mut [0; 1024]));
            }
        }
    }

    /// The inodes of its sockets.
    pub(super) fn inodes(&self) -> HashSet<u64> {
        let all = self.ends.iter().chain(&self.listener);
        all.filter_map(|socket| rustix::fs::fstat(socket).ok()).map(|stat| stat.st_ino).collect()
    }

    fn socket(&self, host: Host) -> Option<Socket> {
        match &self.stock {
            Some(stock) => stock.take(host, SocketKind::Tcp4).ok().map(Socket::from),
            None => Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), None).ok(),
        }
    }

    fn listen(&self, own: SocketAddr) -> Option<Socket> {
        let host = if self.stock.is_some() { Host::SERVER } else { Host::THIS };
        let socket = self.socket(host)?;
        socket.set_reuse_address(true).ok()?;
        socket.bind(&own.into()).ok()?;
        socket.listen(4).ok()?;
        socket.set_nonblocking(true).ok()?;
        Some(socket)
    }
}
