//! Another program: sockets that the test itself has, on the same computers.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use fivetuple::lab::{SocketKind, SocketPool};
use fivetuple::tcp::Host;
use socket2::{Domain, Socket, Type};

/// Its listening socket, and its ends of connections.
pub(super) struct Others {
    /// Where it listens, where the dashboard's server is, and from where it calls that.
    pub(super) places: (SocketAddr, SocketAddr, (Host, IpAddr)),
    /// The lab's sockets, where they are to be a lab's.
    pool: Option<Arc<SocketPool>>,
    listener: Option<Socket>,
    ends: Vec<Socket>,
}

impl Others {
    /// What it does, and how often: it listens or stops it, at a place of its own or at the dashboard's, accepts, calls whoever listens there,
    /// and does the rest at its newest end.
    pub(super) const DEEDS: &str =
        "2 Listen, 2 Take, 2 Accept, 4 Call, 3 Close, 2 Abort, 2 HalfClose, 2 Write, 1 Read";

    pub(super) fn new(
        pool: Option<Arc<SocketPool>>,
        places: (SocketAddr, SocketAddr, (Host, IpAddr)),
    ) -> Others {
        Others { places, pool, listener: None, ends: Vec::new() }
    }

    /// Does it; what the kernel refuses is no failure of the test.
    pub(super) fn act(&mut self, deed: &str) {
        let (own, server, (host, ip)) = self.places;
        let newest = self.ends.last_mut();
        match deed {
            "Listen" if self.listener.take().is_none() => self.listener = self.listen(own),
            "Take" if self.listener.take().is_none() => self.listener = self.listen(server),
            "Listen" | "Take" => (),
            "Accept" => {
                let accepted = self.listener.as_ref().and_then(|listener| listener.accept().ok());
                self.ends.extend(accepted.map(|(socket, _)| socket));
            }
            "Call" => {
                let Some(socket) = self.socket(host) else { return };
                if socket.bind(&SocketAddr::new(ip, 0).into()).is_ok() {
                    let _ = socket.connect(&server.into());
                    self.ends.push(socket);
                }
            }
            "Close" => drop(self.ends.pop()),
            "Abort" => {
                let ended = self.ends.pop();
                let _ = ended.map(|socket| socket.set_linger(Some(Duration::ZERO)));
            }
            "HalfClose" => drop(newest.map(|socket| socket.shutdown(Shutdown::Write))),
            "Write" => drop(newest.map(|socket| socket.write(b"from another program"))),
            "Read" => drop(newest.map(|socket| socket.read(&mut [0; 1024]))),
            other => panic!("{other}?"),
        }
    }

    /// The inodes of its sockets.
    pub(super) fn inodes(&self) -> HashSet<u64> {
        let all = self.ends.iter().chain(&self.listener);
        all.filter_map(|socket| rustix::fs::fstat(socket).ok()).map(|stat| stat.st_ino).collect()
    }

    fn socket(&self, host: Host) -> Option<Socket> {
        match &self.pool {
            Some(pool) => pool.take(host, SocketKind::Tcp4).ok().map(Socket::from),
            None => Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), None).ok(),
        }
    }

    fn listen(&self, own: SocketAddr) -> Option<Socket> {
        let host = if self.pool.is_some() { Host::SERVER } else { Host::THIS };
        let socket = self.socket(host)?;
        socket.set_reuse_address(true).ok()?;
        socket.bind(&own.into()).ok()?;
        socket.listen(4).ok()?;
        socket.set_nonblocking(true).ok()?;
        Some(socket)
    }
}
