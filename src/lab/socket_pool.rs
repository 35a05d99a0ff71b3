use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::io::Errno;

use crate::lab::fd_channel::{BATCH, Channel};
use crate::lab::protocol;
use crate::lab::protocol::{HelperReply, SocketKind, SocketsWanted};
use crate::lab::stop_handle::StopHandle;
use crate::tcp::{Host, PortRange};

/// The unconnected sockets of the lab's computers: asked of the helper in batches, so that thousands of calls are as quick as at home.
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
    /// How many were asked for the last time.
    batch: usize,
}

impl SocketPool {
    /// The descriptors that a stock may hold at a time, with all else that a lab needs.
    pub const DESCRIPTORS: u64 = 256;

    pub(crate) fn new(channel: Arc<Channel>, stopper: StopHandle, ports: PortRange) -> SocketPool {
        SocketPool { channel, stopper, shelves: Mutex::default(), ports }
    }

    /// Waits no longer than that for an answer of the helper; then the lab is over.
    ///
    /// # Errors
    /// When the kernel does not take it: it is too long, or nothing.
    pub fn set_patience(&self, patience: Duration) -> io::Result<()> {
        Ok(self.channel.set_patience(patience)?)
    }

    /// `net.ipv4.ip_local_port_range` of the computers.
    pub fn ports(&self) -> PortRange {
        self.ports
    }

    /// A new socket of that computer, nonblocking but for netlink; it stays that computer's wherever it is used. May wait for the helper.
    ///
    /// # Errors
    /// What socket(2) says there; `EHOSTUNREACH` when there is no such computer (any more), `EMFILE` when this process has no descriptor
    /// left.
    pub fn take(&self, host: Host, kind: SocketKind) -> io::Result<OwnedFd> {
        let mut all = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let pile = all.entry((host, kind)).or_default();
        if let Some(socket) = pile.left.pop() {
            return Ok(socket);
        }
        // One at first; who comes again gets more at a time. Netlink sockets are few.
        pile.batch = match kind {
            SocketKind::Diag => 1,
            SocketKind::Tcp4 | SocketKind::Tcp6 | SocketKind::Udp4 | SocketKind::Udp6 => {
                (pile.batch * 2).clamp(1, BATCH)
            }
        };
        let count = u8::try_from(pile.batch).unwrap_or(1);
        pile.left = self.ask(SocketsWanted { host, kind, count })?;
        let none = || io::Error::from_raw_os_error(libc::EMFILE);
        pile.left.pop().ok_or_else(none)
    }

    /// The same without waiting for anybody: only what is there already.
    pub fn at_hand(&self, host: Host, kind: SocketKind) -> Option<OwnedFd> {
        let mut all = self.shelves.try_lock().ok()?;
        all.get_mut(&(host, kind))?.left.pop()
    }

    fn ask(&self, ask: SocketsWanted) -> io::Result<Vec<OwnedFd>> {
        let gone = || io::Error::from_raw_os_error(libc::EHOSTUNREACH);
        self.channel.send(&protocol::bytes(&ask), &[]).map_err(|_| gone())?;
        let answer = self.channel.receive();
        if let Err(why) = &answer {
            // Its answer may still come, and would be taken for the answer to something else.
            self.stopper.give_up(match *why {
                Errno::AGAIN => "the lab's helper process did not answer in time".to_owned(),
                why => format!("nothing can be heard of the lab's helper process: {why}"),
            });
        }
        let message = answer.map_err(|_| gone())?.ok_or_else(gone)?;
        match protocol::read(&message.text) {
            Some(HelperReply::Sockets) => Ok(message.fds),
            Some(HelperReply::Failed(errno)) => Err(io::Error::from_raw_os_error(errno.0)),
            Some(HelperReply::Computer(_) | HelperReply::Ready(_) | HelperReply::Refused(_))
            | None => Err(gone()),
        }
    }
}
