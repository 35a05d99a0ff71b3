//! The socket options that no crate in use has a name for (ip(7), tcp(7)).

#![allow(
    unsafe_code,
    reason = "setsockopt(2) with options that std, socket2 and rustix do not wrap"
)]

use std::io;
use std::os::fd::AsRawFd;

use crate::tcp::PortRange;

/// `IP_LOCAL_PORT_RANGE` of linux/in.h, which libc lacks.
const IP_LOCAL_PORT_RANGE: libc::c_int = 51;

/// Restricts the ports that the kernel picks for this socket to `range` (Linux 6.3); `ENOPROTOOPT` where the kernel lacks the option.
///
/// The kernel silently ignores what lies outside of `net.ipv4.ip_local_port_range`.
pub(super) fn set_local_port_range(socket: &impl AsRawFd, range: PortRange) -> io::Result<()> {
    let both = u32::from(range.low.0) | u32::from(range.high.0) << 16;
    set_option(socket, (libc::IPPROTO_IP, IP_LOCAL_PORT_RANGE), both)
}

/// Lets bind() with port 0 fix the address only; connect() then picks a port that may be in use for other destinations.
pub(super) fn set_bind_address_no_port(socket: &impl AsRawFd) -> io::Result<()> {
    set_option(socket, (libc::IPPROTO_IP, libc::IP_BIND_ADDRESS_NO_PORT), 1)
}

/// Lets a listening socket leave connections in SYN_RECV until data arrives, for about `seconds`.
pub(super) fn set_defer_accept(socket: &impl AsRawFd, seconds: u32) -> io::Result<()> {
    set_option(socket, (libc::IPPROTO_TCP, libc::TCP_DEFER_ACCEPT), seconds)
}

fn set_option(
    socket: &impl AsRawFd,
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
