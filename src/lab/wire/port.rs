//! One port of the wire, to which a computer is connected: a packet socket on the middle's side of a link (packet(7)).

#![allow(
    unsafe_code,
    reason = "bind(2), setsockopt(2) and getsockopt(2) and ioctl(2) with what rustix and socket2 do not wrap"
)]

use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, Result};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with, sockopt,
};

use crate::lab::addressing::name;
use crate::lab::diagnosis::{FailedStep, at};
use crate::lab::namespace::errno;
use crate::tcp::{DropReason, Host, Moment};

/// How often a frame is offered to a kernel without space for it before it is lost.
const TRIES: usize = 1000;
const LINK_CACHE_TIME: Duration = Duration::from_millis(5);

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

    pub(super) fn recv(&self, buffer: &mut [u8]) -> Result<usize> {
        recv(&self.socket, buffer, RecvFlags::DONTWAIT).map(|(length, _)| length)
    }

    pub(super) fn send(
        &mut self,
        now: Moment,
        frame: &[u8],
    ) -> std::result::Result<(), DropReason> {
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

    pub(super) fn missed(&self) -> u64 {
        let mut counted = libc::tpacket_stats { tp_packets: 0, tp_drops: 0 };
        let mut size = libc::socklen_t::try_from(size_of_val(&counted)).unwrap_or(0);
        let (fd, level, option) =
            (self.socket.as_raw_fd(), libc::SOL_PACKET, libc::PACKET_STATISTICS);
        // SAFETY: the pointers are to a live tpacket_stats and to its size; the kernel writes no more than that.
        let done = unsafe {
            libc::getsockopt(fd, level, option, (&raw mut counted).cast(), &raw mut size)
        };
        checked(done).map_or(0, |()| u64::from(counted.tp_drops))
    }

    /// Whether the link is up. A kernel whose link is down accepts frames, and drops them silently.
    fn has_link(&mut self, now: Moment) -> bool {
        let known = self.link.filter(|(asked, _)| now.since(*asked) < LINK_CACHE_TIME);
        let link = known.unwrap_or_else(|| (now, has_carrier(&self.socket, name(self.host))));
        self.link = Some(link);
        link.1
    }

    /// Waits up to 20 ms until the kernel has taken what was sent before.
    fn has_space(&self) -> bool {
        let a_moment = Timespec::try_from(Duration::from_millis(20)).ok();
        let mut asked = [PollFd::new(&self.socket, PollFlags::OUT)];
        poll(&mut asked, a_moment.as_ref()).is_ok_and(|ready| ready > 0)
    }
}

/// The receive buffer asked for, so that a burst of SYNs is not lost.
const RECEIVE_BUFFER: usize = 64 << 20;

/// Receives every incoming frame of that link, and sends frames out of it, each behind a `virtio_net_hdr`.
pub(crate) fn open(link: u32) -> std::result::Result<OwnedFd, FailedStep> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    // Without a protocol it receives nothing before it is bound.
    let socket = socket_with(AddressFamily::PACKET, SocketType::RAW, flags, None)
        .map_err(at("socket(AF_PACKET)"))?;
    for option in [libc::PACKET_VNET_HDR, libc::PACKET_IGNORE_OUTGOING] {
        switch_on(&socket, option).map_err(at("setsockopt(SOL_PACKET)"))?;
    }
    if sockopt::set_socket_recv_buffer_size_force(&socket, RECEIVE_BUFFER).is_err() {
        // Without CAP_NET_ADMIN on the machine the limit is `net.core.rmem_max`.
        let _ = sockopt::set_socket_recv_buffer_size(&socket, RECEIVE_BUFFER);
    }
    bind(&socket, link).map_err(at("bind(AF_PACKET)"))?;
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

/// Two requests of the kernel's `linux/sockios.h` and `linux/ethtool.h`, which libc does not have everywhere.
const SIOCETHTOOL: libc::c_ulong = 0x8946;
const ETHTOOL_GLINK: u32 = 10;

/// Whether both ends of a link in the socket's network namespace are up. `IFF_RUNNING` (netdevice(7)) may lag behind by a second.
fn has_carrier(socket: &OwnedFd, link: &str) -> bool {
    // `struct ethtool_value`: the command, and the answer.
    let mut value = [ETHTOOL_GLINK, 0];
    // SAFETY: an ifreq of nothing but zeros is a valid one.
    let mut asked: libc::ifreq = unsafe { std::mem::zeroed() };
    // The last byte stays zero.
    let length = asked.ifr_name.len() - 1;
    for (to, byte) in asked.ifr_name[..length].iter_mut().zip(link.bytes()) {
        *to = libc::c_char::from_ne_bytes([byte]);
    }
    asked.ifr_ifru.ifru_data = (&raw mut value).cast();
    // SAFETY: both pointers are to live values; the kernel writes the answer into the second one.
    let done = unsafe { libc::ioctl(socket.as_raw_fd(), SIOCETHTOOL as _, &raw mut asked) };
    // If the kernel does not answer, the link is assumed to be up.
    checked(done).is_err() || value[1] != 0
}

fn checked(done: i32) -> Result<()> {
    if done == 0 {
        return Ok(());
    }
    Err(errno(&std::io::Error::last_os_error()))
}
