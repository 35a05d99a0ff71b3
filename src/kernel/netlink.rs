//! Written on rustix, which is linked anyway: netlink-sys would wrap the same three calls, and with unsafe code of its own.

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send,
    socket_with, sockopt,
};

use crate::kernel::ReadError;
use crate::kernel::request_error::{RequestError, denied};

/// The kernel fills at most 32 KiB per call.
const BUFFER: usize = 32 * 1024;
/// How long an answer may take. The kernel answers within send(); this is for kernels that never answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A netlink socket with its buffers (netlink(7)); each request and its answers carry a sequence number.
#[derive(Debug)]
pub(super) struct Netlink {
    socket: OwnedFd,
    sequence: u32,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Netlink {
    /// A socket in the network namespace of this thread; `None` stands for `NETLINK_ROUTE`.
    pub(super) fn open(protocol: Option<Protocol>) -> Result<Netlink, ReadError> {
        let socket =
            socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, protocol);
        Netlink::over(socket.map_err(|why| denied("socket(AF_NETLINK)", why))?)
    }

    /// Uses a socket that was opened elsewhere.
    pub(super) fn over(socket: OwnedFd) -> Result<Netlink, ReadError> {
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Recv, Some(TIMEOUT))
            .map_err(|why| denied("setsockopt(SO_RCVTIMEO)", why))?;
        Ok(Netlink { socket, sequence: 0, request: Vec::new(), buffer: vec![0; BUFFER] })
    }

    /// Sends the request that `write` writes, and returns its sequence number.
    pub(super) fn ask(
        &mut self,
        write: impl FnOnce(u32, &mut Vec<u8>),
    ) -> Result<u32, RequestError> {
        self.sequence = self.sequence.wrapping_add(1);
        write(self.sequence, &mut self.request);
        loop {
            match send(&self.socket, &self.request, SendFlags::empty()) {
                Err(Errno::INTR) => {}
                Err(why) => return Err(RequestError::Call("send(AF_NETLINK)", why)),
                Ok(_) => return Ok(self.sequence),
            }
        }
    }

    /// Waits for the next messages, at least one.
    pub(super) fn receive(&mut self) -> Result<&[u8], RequestError> {
        const CALL: &str = "recv(AF_NETLINK)";
        let length = loop {
            match recv(&self.socket, &mut self.buffer[..], RecvFlags::empty()) {
                Err(Errno::INTR) => {}
                Err(why) => return Err(RequestError::Call(CALL, why)),
                Ok((0, _)) => return Err(RequestError::Call(CALL, Errno::PIPE)),
                Ok((length, _)) => break length,
            }
        };
        Ok(self.buffer.get(..length).unwrap_or_default())
    }

    /// After ENOBUFS: doubles the receive buffer, and drops what is left of the answer.
    pub(super) fn grow(&mut self) {
        let size = sockopt::socket_recv_buffer_size(&self.socket).unwrap_or(BUFFER);
        // If it is not granted, the next try fails in the same way.
        let _ = sockopt::set_socket_recv_buffer_size(&self.socket, size.saturating_mul(2));
        while recv(&self.socket, &mut self.buffer[..], RecvFlags::DONTWAIT).is_ok() {}
    }
}
