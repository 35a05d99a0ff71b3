use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::io::{Errno, Result, retry_on_intr};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, Shutdown, SocketFlags, SocketType, recvmsg, sendmsg, shutdown,
    socketpair, sockopt,
};

/// The most descriptors in one message.
pub(super) const BATCH: usize = 32;
/// The longest message.
const MAX_MESSAGE: usize = 4096;

/// One end of the channel between the dashboard and the lab's helper: messages with descriptors (unix(7), `SOCK_SEQPACKET`).
#[derive(Debug)]
pub(super) struct Channel {
    socket: OwnedFd,
}

/// A received message.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) text: Vec<u8>,
    pub(super) fds: Vec<OwnedFd>,
}

impl Channel {
    /// Both ends; the second is for another process.
    pub(super) fn pair() -> Result<(Channel, OwnedFd)> {
        let (here, there) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        Ok((Channel { socket: here }, there))
    }

    /// Uses the end that another process has made.
    pub(super) fn over(socket: OwnedFd) -> Channel {
        Channel { socket }
    }

    /// Limits how long [`Channel::receive`] waits.
    pub(super) fn set_timeout(&self, timeout: Duration) -> Result<()> {
        sockopt::set_socket_timeout(&self.socket, sockopt::Timeout::Recv, Some(timeout))
    }

    /// Sends a message with at most [`BATCH`] descriptors.
    pub(super) fn send(&self, text: &[u8], fds: &[BorrowedFd<'_>]) -> Result<()> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(BATCH))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
            return Err(Errno::MSGSIZE);
        }
        let text = [IoSlice::new(text)];
        retry_on_intr(|| sendmsg(&self.socket, &text, &mut control, SendFlags::NOSIGNAL)).map(drop)
    }

    /// Waits for the next message; `None` once the other end is closed.
    pub(super) fn receive(&self) -> Result<Option<Message>> {
        let mut text = vec![0; MAX_MESSAGE];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(BATCH))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let length = retry_on_intr(|| {
            let mut parts = [IoSliceMut::new(&mut text)];
            recvmsg(&self.socket, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC)
        })?
        .bytes;
        text.truncate(length);
        let mut fds = Vec::new();
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(some) = message {
                fds.extend(some);
            }
        }
        Ok((length > 0).then_some(Message { text, fds }))
    }

    /// Shuts both directions down, which the other end notices.
    pub(super) fn shut_down(&self) {
        // The other end may be closed already.
        let _ = shutdown(&self.socket, Shutdown::Both);
    }
}
