//! One port of the wire, to which a computer is connected.

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use crate::lab::addressing::name;
use crate::lab::wire::packet_socket;
use crate::tcp::{DropReason, Host, Moment};

/// How often a frame is offered to a kernel without space for it before it is lost.
const TRIES: usize = 1000;
/// How long the state of a link is cached.
const LINK_CACHE_TIME: Duration = Duration::from_millis(5);

/// The packet socket of one computer.
pub(super) struct WirePort {
    pub(super) host: Host,
    pub(super) socket: OwnedFd,
    /// Whether its link is up, and when that was asked.
    link: Option<(Moment, bool)>,
}

impl WirePort {
    pub(super) fn new((host, socket): (Host, OwnedFd)) -> WirePort {
        WirePort { host, socket, link: None }
    }

    /// Receives the next frame, and returns its length; it is truncated to the buffer.
    pub(super) fn recv(&self, buffer: &mut [u8]) -> rustix::io::Result<usize> {
        recv(&self.socket, buffer, RecvFlags::DONTWAIT).map(|(length, _)| length)
    }

    /// Sends a frame to the computer.
    pub(super) fn send(&mut self, now: Moment, frame: &[u8]) -> Result<(), DropReason> {
        if !self.has_link(now) {
            return Err(DropReason::NoLink);
        }
        let taken = (0..TRIES).find_map(|_| match send(&self.socket, frame, SendFlags::empty()) {
            Ok(_) => Some(Ok(())),
            Err(Errno::INTR) => None,
            Err(Errno::AGAIN | Errno::NOBUFS) if self.has_space() => None,
            Err(_) => Some(Err(DropReason::Full)),
        });
        taken.unwrap_or(Err(DropReason::Full))
    }

    /// How many frames were lost for lack of space since the last call.
    pub(super) fn missed(&self) -> u64 {
        packet_socket::missed(&self.socket)
    }

    /// Whether the link is up. A kernel whose link is down accepts frames, and drops them silently.
    fn has_link(&mut self, now: Moment) -> bool {
        let known = self.link.filter(|(asked, _)| now.since(*asked) < LINK_CACHE_TIME);
        let (_, is_up) = *self.link.insert(known.unwrap_or_else(|| {
            let is_up = packet_socket::is_running(&self.socket, name(self.host));
            (now, is_up)
        }));
        is_up
    }

    /// Waits up to 20 ms until the kernel has taken what was sent before.
    fn has_space(&self) -> bool {
        let a_moment = Timespec::try_from(Duration::from_millis(20)).ok();
        let mut asked = [PollFd::new(&self.socket, PollFlags::OUT)];
        poll(&mut asked, a_moment.as_ref()).is_ok_and(|ready| ready > 0)
    }
}
