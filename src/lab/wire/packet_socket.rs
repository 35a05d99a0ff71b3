//! The packet socket of a wire port, on the middle's side of a link (packet(7)).

#![allow(
    unsafe_code,
    reason = "bind(2), setsockopt(2) and getsockopt(2) and ioctl(2) with what rustix and socket2 do not wrap"
)]

use std::os::fd::{AsRawFd, OwnedFd};

use rustix::io::{Errno, Result};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with, sockopt};

/// The receive buffer asked for, so that a burst of SYNs is not lost.
const RECEIVE_BUFFER: usize = 64 << 20;

/// A socket that receives every incoming frame of that link, in the network namespace of this thread, and sends frames out of it. Before
/// each frame stands a header with what the kernel left to the hardware (checksums, segmentation).
pub(crate) fn open(link: u32) -> std::result::Result<OwnedFd, (&'static str, Errno)> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    // Without a protocol it receives nothing before it is bound.
    let socket = socket_with(AddressFamily::PACKET, SocketType::RAW, flags, None)
        .map_err(|why| ("socket(AF_PACKET)", why))?;
    for option in [libc::PACKET_VNET_HDR, libc::PACKET_IGNORE_OUTGOING] {
        switch_on(&socket, option).map_err(|why| ("setsockopt(SOL_PACKET)", why))?;
    }
    if sockopt::set_socket_recv_buffer_size_force(&socket, RECEIVE_BUFFER).is_err() {
        // Without CAP_NET_ADMIN on the machine the limit is `net.core.rmem_max`.
        let _ = sockopt::set_socket_recv_buffer_size(&socket, RECEIVE_BUFFER);
    }
    bind(&socket, link).map_err(|why| ("bind(AF_PACKET)", why))?;
    Ok(socket)
}

fn bind(socket: &OwnedFd, link: u32) -> Result<()> {
    let every = u16::try_from(libc::ETH_P_ALL).unwrap_or(0).to_be();
    let address = libc::sockaddr_ll {
        sll_family: u16::try_from(libc::AF_PACKET).unwrap_or(0),
        sll_protocol: every,
        sll_ifindex: i32::try_from(link).unwrap_or(0),
        sll_hatype: 0,
        sll_pkttype: 0,
        sll_halen: 0,
        sll_addr: [0; 8],
    };
    let size = libc::socklen_t::try_from(size_of_val(&address)).unwrap_or(0);
    // SAFETY: the pointer is to a live sockaddr_ll and `size` is its size; the kernel only reads it.
    let done = unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), size) };
    checked(done)
}

fn switch_on(socket: &OwnedFd, option: i32) -> Result<()> {
    let (value, level) = (1_i32, libc::SOL_PACKET);
    let size = libc::socklen_t::try_from(size_of::<i32>()).unwrap_or(0);
    // SAFETY: the pointer is to a live i32 and `size` is its size; the kernel only reads it.
    let done = unsafe {
        libc::setsockopt(socket.as_raw_fd(), level, option, (&raw const value).cast(), size)
    };
    checked(done)
}

/// How many frames were lost for lack of space since the last call.
pub(super) fn missed(socket: &OwnedFd) -> u64 {
    let mut counted = libc::tpacket_stats { tp_packets: 0, tp_drops: 0 };
    let mut size = libc::socklen_t::try_from(size_of_val(&counted)).unwrap_or(0);
    // SAFETY: the pointers are to a live tpacket_stats and to its size; the kernel writes no more than that.
    let done = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_STATISTICS,
            (&raw mut counted).cast(),
            &raw mut size,
        )
    };
    checked(done).map_or(0, |()| u64::from(counted.tp_drops))
}

/// Whether both ends of a link in the socket's network namespace are up (netdevice(7), `IFF_RUNNING`).
pub(super) fn is_running(socket: &OwnedFd, link: &str) -> bool {
    // SAFETY: an ifreq of nothing but zeros is a valid one.
    let mut asked: libc::ifreq = unsafe { std::mem::zeroed() };
    // The last byte stays zero.
    let length = asked.ifr_name.len() - 1;
    for (to, byte) in asked.ifr_name[..length].iter_mut().zip(link.bytes()) {
        *to = libc::c_char::from_ne_bytes([byte]);
    }
    // SAFETY: the pointer is to a live ifreq, into which the kernel writes the flags.
    let done = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS, &raw mut asked) };
    // SAFETY: the call that succeeded has written the flags.
    let flags = i32::from(unsafe { asked.ifr_ifru.ifru_flags });
    // If the kernel does not answer, the link is assumed to be up.
    checked(done).is_err() || flags & libc::IFF_RUNNING != 0
}

fn checked(done: i32) -> Result<()> {
    if done == 0 {
        return Ok(());
    }
    let error = std::io::Error::last_os_error();
    Err(Errno::from_io_error(&error).unwrap_or(Errno::IO))
}
