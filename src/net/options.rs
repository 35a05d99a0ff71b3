//! setsockopt() with the options of the trace; std, socket2 and rustix have no name for some of them (ip(7), tcp(7)).

#![allow(
    unsafe_code,
    reason = "setsockopt(2) with options that std, socket2 and rustix do not wrap"
)]

use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

use libc::{
    IP_BIND_ADDRESS_NO_PORT, IPPROTO_IP, IPPROTO_TCP, SO_RCVBUF, SO_SNDBUF, SOL_SOCKET,
    TCP_DEFER_ACCEPT,
};
use socket2::Socket;

use crate::net::trace::{CallResult, TraceRecorder, failed};
use crate::tcp::{Call, SockOpt, Syscall};

/// `IP_LOCAL_PORT_RANGE` of linux/in.h, which libc lacks.
const IP_LOCAL_PORT_RANGE: libc::c_int = 51;

/// `ENOPROTOOPT` where the kernel lacks the option; it silently ignores what of a range lies outside of `ip_local_port_range`.
pub(super) fn set(socket: &Socket, option: SockOpt, trace: &mut TraceRecorder) -> CallResult {
    let done = match option {
        SockOpt::ReuseAddr => socket.set_reuse_address(true),
        SockOpt::ReusePort => socket.set_reuse_port(true),
        SockOpt::OnlyV6(only) => socket.set_only_v6(only),
        SockOpt::BindAddressNoPort => set_number(socket, (IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT), 1),
        SockOpt::LocalPortRange(range) => {
            let both = u32::from(range.low.0) | u32::from(range.high.0) << 16;
            set_number(socket, (IPPROTO_IP, IP_LOCAL_PORT_RANGE), both)
        }
        SockOpt::NoLinger => socket.set_linger(Some(Duration::ZERO)),
        SockOpt::DeferAccept(seconds) => {
            set_number(socket, (IPPROTO_TCP, TCP_DEFER_ACCEPT), seconds)
        }
        SockOpt::ReceiveBuffer(bytes) => set_number(socket, (SOL_SOCKET, SO_RCVBUF), bytes),
        SockOpt::SendBuffer(bytes) => set_number(socket, (SOL_SOCKET, SO_SNDBUF), bytes),
    };
    trace.record(socket, Syscall::SetSockOpt(option), done).map_err(failed(Call::SetSockOpt))
}

fn set_number(
    socket: &Socket,
    (level, option): (libc::c_int, libc::c_int),
    value: u32,
) -> io::Result<()> {
    let size = libc::socklen_t::try_from(size_of::<u32>()).map_err(io::Error::other)?;
    // SAFETY: the pointer is to a live u32 and `size` is its size; the kernel only reads it. A wrong descriptor is an error, no harm.
    let done = unsafe {
        libc::setsockopt(socket.as_raw_fd(), level, option, (&raw const value).cast(), size)
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
