use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use socket2::Socket;

use crate::net::socket;
use crate::net::trace::{CallResult, TraceRecorder, failed};
use crate::tcp::{Call, Errno, Host, PortRange, Protocol, SyscallError};

/// Makes sockets of other computers, while there are any.
pub trait RemoteSockets: Send + Sync {
    /// socket() on that computer: nonblocking, not bound, of the family of `ip`. May block for a while.
    ///
    /// # Errors
    /// Those of socket() there; `EHOSTUNREACH` when there is no such computer.
    fn socket(&self, host: Host, protocol: Protocol, ip: IpAddr) -> io::Result<OwnedFd>;

    /// The same without blocking, if one is ready: thousands of sockets need not change threads for each.
    fn take_ready(&self, _host: Host, _protocol: Protocol, _ip: IpAddr) -> Option<OwnedFd> {
        None
    }

    /// `net.ipv4.ip_local_port_range` of those computers.
    fn ephemeral_range(&self) -> PortRange;

    /// How many descriptors it may hold for itself.
    fn descriptors(&self) -> u64;
}

#[derive(Clone, Default)]
pub(super) struct SocketFactory {
    pub(super) remote: Option<Arc<dyn RemoteSockets>>,
}

impl SocketFactory {
    pub(super) async fn socket(
        &self,
        host: Host,
        protocol: Protocol,
        ip: IpAddr,
        trace: &mut TraceRecorder,
    ) -> CallResult<Socket> {
        if host == Host::THIS {
            return socket::new(protocol, ip, trace);
        }
        let Some(remote) = self.remote.clone() else {
            return Err(SyscallError { call: Call::Socket, errno: Errno::EHOSTUNREACH });
        };
        let made = if let Some(socket) = remote.take_ready(host, protocol, ip) {
            Ok(socket)
        } else {
            let made = tokio::task::spawn_blocking(move || remote.socket(host, protocol, ip));
            made.await.unwrap_or_else(|panic| Err(io::Error::other(panic)))
        };
        let made = made.map(Socket::from);
        trace.socket(protocol, ip, &made);
        made.map_err(failed(Call::Socket))
    }

    /// The range from which the kernel of that computer picks ports, where a socket can be given a range of its own.
    pub(super) fn ephemeral_range(&self, host: Host) -> Option<PortRange> {
        if host == Host::THIS {
            return socket::ephemeral_range();
        }
        self.remote.as_ref().map(|remote| remote.ephemeral_range())
    }

    pub(super) fn descriptors(&self) -> u64 {
        self.remote.as_ref().map_or(0, |remote| remote.descriptors())
    }
}
