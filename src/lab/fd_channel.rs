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
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) const BATCH: usize = 32;
const MAX_MESSAGE: usize = 4096;

/// Messages in JSON, with descriptors, between the dashboard and the helper, the same program (unix(7), `SOCK_SEQPACKET`).
#[derive(Debug)]
pub(super) struct Channel(pub(super) OwnedFd);

impl Channel {
    pub(super) fn pair() -> Result<(Channel, OwnedFd)> {
        let (here, there) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        Ok((Channel(here), there))
    }

    pub(super) fn set_timeout(&self, timeout: Duration) -> Result<()> {
        sockopt::set_socket_timeout(&self.0, sockopt::Timeout::Recv, Some(timeout))
    }

    pub(super) fn send(&self, message: &impl Serialize, fds: &[BorrowedFd<'_>]) -> Result<()> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(BATCH))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
            return Err(Errno::MSGSIZE);
        }
        // Numbers and texts can always be written.
        let text = serde_json::to_vec(message).unwrap_or_default();
        let text = [IoSlice::new(&text)];
        retry_on_intr(|| sendmsg(&self.0, &text, &mut control, SendFlags::NOSIGNAL)).map(drop)
    }

    pub(super) fn receive<T: DeserializeOwned>(&self) -> Result<Option<(T, Vec<OwnedFd>)>> {
        let mut text = vec![0; MAX_MESSAGE];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(BATCH))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let length = retry_on_intr(|| {
            let mut parts = [IoSliceMut::new(&mut text)];
            recvmsg(&self.0, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC)
        })?
        .bytes;
        if length == 0 {
            return Ok(None);
        }
        let mut fds = Vec::new();
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(some) = message {
                fds.extend(some);
            }
        }
        let message = serde_json::from_slice(&text[..length]).map_err(|_| Errno::PROTO)?;
        Ok(Some((message, fds)))
    }

    /// Shuts both directions down, which the other end notices.
    pub(super) fn shut_down(&self) {
        // The other end may be closed already.
        let _ = shutdown(&self.0, Shutdown::Both);
    }
}
