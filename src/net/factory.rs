use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::{fmt, io};

use socket2::Socket;

use crate::net::socket;
use crate::net::trace::TraceRecorder;
use crate::tcp::{Call, Errno, Host, PortRange, Protocol, SyscallError};

/// Where the sockets of other computers come from, while there are any.
pub trait RemoteSockets: Send + Sync {
    /// socket() on that computer: nonblocking, not bound, of the family of `ip`. May take a while.
    ///
    /// # Errors
    /// What the call says there; `EHOSTUNREACH` when there is no such computer.
    fn socket(&self, host: Host, protocol: Protocol, ip: IpAddr) -> io::Result<OwnedFd>;

    /// The same without waiting, while one is at hand: thousands of calls need not change threads for each.
    fn at_hand(&self, _host: Host, _protocol: Protocol, _ip: IpAddr) -> Option<OwnedFd> {
        None
    }

    /// `net.ipv4.ip_local_port_range` of those computers.
    fn ports(&self) -> PortRange;

    /// How many descriptors it may hold for itself.
    fn descriptors(&self) -> u64;
}

/// Makes the sockets of every computer: this machine's itself, the others' through [`RemoteSockets`].
#[derive(Clone, Default)]
pub(crate) struct SocketFactory {
    elsewhere: Option<Arc<dyn RemoteSockets>>,
}

impl SocketFactory {
    pub(crate) fn with(elsewhere: Arc<dyn RemoteSockets>) -> SocketFactory {
        SocketFactory { elsewhere: Some(elsewhere) }
    }

    /// socket() on that computer; waits for other computers only, and keeps no thread of the tasks while it does.
    pub(crate) async fn socket(
        &self,
        host: Host,
        protocol: Protocol,
        ip: IpAddr,
        diary: &mut TraceRecorder,
    ) -> Result<Socket, SyscallError> {
        if host == Host::THIS {
            return socket::new(protocol, ip, diary);
        }
        let Some(elsewhere) = &self.elsewhere else {
            return Err(SyscallError { call: Call::Socket, errno: Errno::EHOSTUNREACH });
        };
        let made = match elsewhere.at_hand(host, protocol, ip) {
            Some(socket) => Ok(socket),
            None => made_there(Arc::clone(elsewhere), host, protocol, ip).await,
        };
        let made = made.map(Socket::from);
        diary.socket(protocol, ip, &made);
        made.map_err(socket::refused(Call::Socket))
    }

    /// The range that the kernel of that computer picks ports from, where a socket can be told of it.
    pub(crate) fn ephemeral_range(&self, host: Host) -> Option<PortRange> {
        if host == Host::THIS {
            return socket::ephemeral_range();
        }
        self.elsewhere.as_ref().map(|elsewhere| elsewhere.ports())
    }

    /// How many descriptors are not to be used up.
    pub(crate) fn descriptors(&self) -> u64 {
        self.elsewhere.as_ref().map_or(0, |elsewhere| elsewhere.descriptors())
    }
}

async fn made_there(
    elsewhere: Arc<dyn RemoteSockets>,
    host: Host,
    protocol: Protocol,
    ip: IpAddr,
) -> io::Result<OwnedFd> {
    let call = move || elsewhere.socket(host, protocol, ip);
    let done = tokio::task::spawn_blocking(call).await;
    done.unwrap_or_else(|panic| Err(io::Error::other(panic)))
}

impl fmt::Debug for SocketFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Makers").finish_non_exhaustive()
    }
}
