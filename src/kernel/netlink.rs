//! Written on rustix, which is linked anyway: netlink-sys would wrap the same three calls, and with unsafe code of its own.

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::io::retry_on_intr;
use rustix::net::netdevice::index_to_name;
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send,
    socket_with, sockopt,
};

use crate::kernel::source::{ReadError, ReadResult};
use crate::tcp::{Errno, escape};

/// The kernel fills at most 32 KiB per call.
const BUFFER: usize = 32 * 1024;
/// How long an answer may take. The kernel answers within send(); this is for kernels that never answer.
const TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Netlink {
    socket: OwnedFd,
    sequence: u32,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Netlink {
    /// A socket in the network namespace of this thread; `None` stands for `NETLINK_ROUTE`.
    pub(super) fn open(protocol: Option<Protocol>) -> ReadResult<Netlink> {
        let socket =
            socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, protocol);
        Netlink::over(socket.map_err(failed("socket(AF_NETLINK)"))?)
    }

    pub(super) fn over(socket: OwnedFd) -> ReadResult<Netlink> {
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Recv, Some(TIMEOUT))
            .map_err(failed("setsockopt(SO_RCVTIMEO)"))?;
        Ok(Netlink { socket, sequence: 0, request: Vec::new(), buffer: vec![0; BUFFER] })
    }

    pub(super) fn ask(&mut self, write: impl FnOnce(u32, &mut Vec<u8>)) -> ReadResult<u32> {
        self.sequence = self.sequence.wrapping_add(1);
        write(self.sequence, &mut self.request);
        retry_on_intr(|| send(&self.socket, &self.request, SendFlags::empty()))
            .map_err(failed("send(AF_NETLINK)"))?;
        Ok(self.sequence)
    }

    pub(super) fn receive(&mut self) -> ReadResult<&[u8]> {
        const CALL: &str = "recv(AF_NETLINK)";
        let received =
            retry_on_intr(|| recv(&self.socket, &mut self.buffer[..], RecvFlags::empty()));
        match received.map_err(failed(CALL))? {
            (0, _) => Err(ReadError::Call(CALL, Errno::EPIPE)),
            (length, _) => Ok(self.buffer.get(..length).unwrap_or_default()),
        }
    }

    /// The name of an interface of the network namespace that the socket was opened in, escaped: root may have chosen any.
    pub(super) fn interface(&self, number: u32) -> Option<String> {
        let name = index_to_name(&self.socket, number).ok()?;
        Some(escape(name.as_bytes()))
    }

    /// After ENOBUFS: doubles the receive buffer, and drops what is left of the answer.
    pub(super) fn grow(&mut self) {
        let size = sockopt::socket_recv_buffer_size(&self.socket).unwrap_or(BUFFER);
        // If it is not granted, the next try fails in the same way.
        let _ = sockopt::set_socket_recv_buffer_size(&self.socket, size.saturating_mul(2));
        while recv(&self.socket, &mut self.buffer[..], RecvFlags::DONTWAIT).is_ok() {}
    }
}

fn failed(call: &'static str) -> impl Fn(rustix::io::Errno) -> ReadError {
    move |why| ReadError::Call(call, Errno(why.raw_os_error()))
}
