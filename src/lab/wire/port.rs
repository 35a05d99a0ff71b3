//! One end of the wire, at which a computer is.

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use crate::lab::addressing::name;
use crate::lab::wire::packet_socket;
use crate::tcp::{DropReason, Host, Moment};

/// So often a frame is offered to a kernel that has no room for it; then it is lost.
const TRIES: usize = 1000;
/// So long it is taken for granted that a link is as it was.
const SURE: Duration = Duration::from_millis(5);

/// An end of the wire.
pub(crate) struct WirePort {
    pub(crate) host: Host,
    pub(crate) socket: OwnedFd,
    /// Whether its link was up, and when that was asked.
    link: Option<(Moment, bool)>,
}

impl WirePort {
    pub(crate) fn new((host, socket): (Host, OwnedFd)) -> WirePort {
        WirePort { host, socket, link: None }
    }

    /// How long the next frame is that came in; it may be cut at the end of the buffer.
    pub(crate) fn recv(&self, buffer: &mut [u8]) -> rustix::io::Result<usize> {
        recv(&self.socket, buffer, RecvFlags::DONTWAIT).map(|(length, _)| length)
    }

    /// Hands a frame to the kernel of the computer.
    pub(crate) fn send(&mut self, now: Moment, frame: &[u8]) -> Result<(), DropReason> {
        if !self.has_link(now) {
            return Err(DropReason::NoLink);
        }
        let taken = (0..TRIES).find_map(|_| match send(&self.socket, frame, SendFlags::empty()) {
            Ok(_) => Some(Ok(())),
            Err(Errno::INTR) => None,
            Err(Errno::AGAIN | Errno::NOBUFS) if self.has_room() => None,
            Err(_) => Some(Err(DropReason::Full)),
        });
        taken.unwrap_or(Err(DropReason::Full))
    }

    /// How many frames came in since the last time for which there was no room.
    pub(crate) fn missed(&self) -> u64 {
        packet_socket::missed(&self.socket)
    }

    /// Whether the link is up. Where the computer has switched it off, its kernel takes frames, and drops them without a word.
    fn has_link(&mut self, now: Moment) -> bool {
        let known = self.link.filter(|(asked, _)| now.since(*asked) < SURE);
        let (_, is_up) = *self.link.insert(known.unwrap_or_else(|| {
            let is_up = packet_socket::is_running(&self.socket, name(self.host));
            (now, is_up)
        }));
        is_up
    }

    /// Waits a moment until the kernel has taken what was sent before.
    fn has_room(&self) -> bool {
        let a_moment = Timespec::try_from(Duration::from_millis(20)).ok();
        let mut asked = [PollFd::new(&self.socket, PollFlags::OUT)];
        poll(&mut asked, a_moment.as_ref()).is_ok_and(|ready| ready > 0)
    }
}
