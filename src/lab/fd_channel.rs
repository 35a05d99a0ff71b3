use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::io::{Errno, Result};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, Shutdown, SocketFlags, SocketType, recvmsg, sendmsg, shutdown,
    socketpair, sockopt,
};

/// So many descriptors go into one message.
pub(crate) const BATCH: usize = 32;
/// No message is longer.
const LONGEST: usize = 4096;

/// One end of the line between the dashboard and the lab's helper: messages with descriptors (unix(7), `SOCK_SEQPACKET`).
#[derive(Debug)]
pub(crate) struct Channel {
    socket: OwnedFd,
}

/// What came through.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) text: Vec<u8>,
    pub(crate) fds: Vec<OwnedFd>,
}

impl Channel {
    /// Both ends; the second is for another process.
    pub(crate) fn pair() -> Result<(Channel, OwnedFd)> {
        let (here, there) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        Ok((Channel { socket: here }, there))
    }

    /// The end that another process has made.
    pub(crate) fn over(socket: OwnedFd) -> Channel {
        Channel { socket }
    }

    /// Waits no longer than that for a message.
    pub(crate) fn set_patience(&self, patience: Duration) -> Result<()> {
        sockopt::set_socket_timeout(&self.socket, sockopt::Timeout::Recv, Some(patience))
    }

    /// Sends a message with at most [`BATCH`] descriptors.
    pub(crate) fn send(&self, text: &[u8], fds: &[BorrowedFd<'_>]) -> Result<()> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(BATCH))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
            return Err(Errno::MSGSIZE);
        }
        let text = [IoSlice::new(text)];
        again(|| sendmsg(&self.socket, &text, &mut control, SendFlags::NOSIGNAL)).map(drop)
    }

    /// The next message; `None` once the other end is gone.
    pub(crate) fn receive(&self) -> Result<Option<Message>> {
        let mut text = vec![0; LONGEST];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(BATCH))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let length = again(|| {
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

    /// The other end notices that nobody is here any more.
    pub(crate) fn hang_up(&self) {
        // It may have gone first.
        let _ = shutdown(&self.socket, Shutdown::Both);
    }
}

fn again<T>(mut call: impl FnMut() -> Result<T>) -> Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            other => return other,
        }
    }
}
