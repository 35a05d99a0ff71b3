use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::io::Errno;

use crate::lab::fd_channel::{BATCH, Channel};
use crate::lab::protocol::{SocketKind, SocketsReply, SocketsWanted};
use crate::lab::stop_handle::StopHandle;
use crate::tcp::{Host, PortRange};

/// The unconnected sockets of the lab's computers: requested from the helper in batches, so that thousands are as fast as socket(2).
#[derive(Debug)]
pub struct SocketPool {
    channel: Arc<Channel>,
    stopper: StopHandle,
    shelves: Mutex<HashMap<(Host, SocketKind), PoolShelf>>,
    ports: PortRange,
}

#[derive(Debug, Default)]
struct PoolShelf {
    left: Vec<OwnedFd>,
    batch: usize,
}

impl SocketPool {
    /// How many descriptors the pool and the rest of the lab may hold.
    pub const DESCRIPTORS: u64 = 256;

    pub(super) fn new(channel: Arc<Channel>, stopper: StopHandle, ports: PortRange) -> SocketPool {
        SocketPool { channel, stopper, shelves: Mutex::default(), ports }
    }

    /// Limits how long the helper may take to reply before the lab is stopped.
    ///
    /// # Errors
    /// When the kernel rejects the time: it is zero or too long.
    pub fn set_timeout(&self, timeout: Duration) -> io::Result<()> {
        Ok(self.channel.set_timeout(timeout)?)
    }

    /// `net.ipv4.ip_local_port_range` of the computers.
    pub fn ports(&self) -> PortRange {
        self.ports
    }

    /// A new socket of that computer, nonblocking but for netlink. May wait for the helper.
    ///
    /// # Errors
    /// That of socket(2) there; `EHOSTUNREACH` when there is no such computer, `EMFILE` when this process has no descriptor left.
    pub fn take(&self, host: Host, kind: SocketKind) -> io::Result<OwnedFd> {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let sockets = shelves.entry((host, kind)).or_default();
        if let Some(socket) = sockets.left.pop() {
            return Ok(socket);
        }
        // Batches grow with the demand; of netlink sockets there are few.
        let most = if kind == SocketKind::Diag { 1 } else { BATCH };
        sockets.batch = (sockets.batch * 2).clamp(1, most);
        let count = u8::try_from(sockets.batch).unwrap_or(1);
        sockets.left = self.request(SocketsWanted { host, kind, count })?;
        sockets.left.pop().ok_or_else(|| io::Error::from_raw_os_error(libc::EMFILE))
    }

    /// A socket that is in the pool already; never waits.
    pub fn take_ready(&self, host: Host, kind: SocketKind) -> Option<OwnedFd> {
        let mut shelves = self.shelves.try_lock().ok()?;
        shelves.get_mut(&(host, kind))?.left.pop()
    }

    fn request(&self, wanted: SocketsWanted) -> io::Result<Vec<OwnedFd>> {
        let gone = || io::Error::from_raw_os_error(libc::EHOSTUNREACH);
        self.channel.send(&wanted, &[]).map_err(|_| gone())?;
        let reply = self.channel.receive::<SocketsReply>();
        if let Err(why) = &reply {
            // A late reply would be taken for the reply to another request.
            self.stopper.stop_because(match *why {
                Errno::AGAIN => "the lab's helper process did not answer in time".to_owned(),
                why => format!("cannot receive from the lab's helper process: {why}"),
            });
        }
        match reply.map_err(|_| gone())?.ok_or_else(gone)? {
            (Ok(()), sockets) => Ok(sockets),
            (Err(errno), _) => Err(io::Error::from_raw_os_error(errno.0)),
        }
    }
}
