//! The few requests of rtnetlink(7) that a lab needs: links, addresses, neighbours.

use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use rustix::io::{Errno, Result};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with,
};

/// `VETH_INFO_PEER` of linux/veth.h.
const VETH_INFO_PEER: u16 = 1;
/// `IFLA_AF_SPEC` of linux/if_link.h, and in it `AF_INET6`.
const AF_SPEC: u16 = 26;
const INET6: u16 = 10;
/// `IFLA_INET6_ADDR_GEN_MODE` of linux/if_link.h: whether a link gets an address of IPv6 by itself.
const ADDR_GEN_MODE: u16 = 8;
/// `IN6_ADDR_GEN_MODE_NONE`.
const ADDR_GEN_MODE_NONE: u8 = 1;
/// `NUD_PERMANENT` of linux/neighbour.h.
const NUD_PERMANENT: u16 = 0x80;
/// `RTM_NEWLINK` and `RTM_GETLINK` name a link by the name attribute when its number is 0.
const ANY_LINK: u32 = 0;

/// A netlink socket in one network namespace.
#[derive(Debug)]
pub(crate) struct Rtnetlink {
    socket: OwnedFd,
}

/// A request as bytes; attributes are added at its end.
struct RtnetlinkRequest(Vec<u8>);

impl RtnetlinkRequest {
    /// The header (netlink(7)); its length is filled in when it is sent.
    fn new(kind: u16, flags: i32) -> RtnetlinkRequest {
        let mut bytes = vec![0; 4];
        bytes.extend(kind.to_ne_bytes());
        let flags = u16::try_from(libc::NLM_F_REQUEST | libc::NLM_F_ACK | flags).unwrap_or(0);
        bytes.extend(flags.to_ne_bytes());
        bytes.extend([0; 8]);
        RtnetlinkRequest(bytes)
    }

    /// `struct ifinfomsg`.
    fn link(mut self, number: u32, flags: u32) -> RtnetlinkRequest {
        self.0.extend([0; 4]);
        self.0.extend(number.to_ne_bytes());
        self.0.extend(flags.to_ne_bytes());
        self.0.extend(flags.to_ne_bytes());
        self
    }

    /// An attribute (rtnetlink(7)), padded to four bytes.
    fn with(self, kind: u16, value: &[u8]) -> RtnetlinkRequest {
        self.around(kind, |mut inside| {
            inside.0.extend(value);
            inside
        })
    }

    /// An attribute that consists of others.
    fn around(
        mut self,
        kind: u16,
        inside: impl FnOnce(RtnetlinkRequest) -> RtnetlinkRequest,
    ) -> RtnetlinkRequest {
        let start = self.0.len();
        self.0.extend([0; 2]);
        self.0.extend(kind.to_ne_bytes());
        let mut all = inside(self);
        let length = u16::try_from(all.0.len() - start).unwrap_or(u16::MAX);
        all.0[start..start + 2].copy_from_slice(&length.to_ne_bytes());
        all.0.resize(all.0.len().next_multiple_of(4), 0);
        all
    }
}

impl Rtnetlink {
    /// Opens the socket in the network namespace of this thread.
    pub(crate) fn open() -> Result<Rtnetlink> {
        let socket =
            socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
        Ok(Rtnetlink { socket })
    }

    /// `ip link add NAME index NUMBER type veth peer name eth0 address MAC netns THERE`.
    pub(crate) fn add_pair(
        &self,
        (name, number): (&str, u32),
        there: BorrowedFd<'_>,
        mac: [u8; 6],
    ) -> Result<()> {
        let peer = |request: RtnetlinkRequest| {
            request
                .link(ANY_LINK, 0)
                .with(libc::IFLA_IFNAME, b"eth0\0")
                .with(libc::IFLA_ADDRESS, &mac)
                .with(libc::IFLA_NET_NS_FD, &there.as_raw_fd().to_ne_bytes())
        };
        let kind = |request: RtnetlinkRequest| {
            request
                .with(libc::IFLA_INFO_KIND, b"veth\0")
                .around(libc::IFLA_INFO_DATA, |data| data.around(VETH_INFO_PEER, peer))
        };
        let request =
            RtnetlinkRequest::new(libc::RTM_NEWLINK, libc::NLM_F_CREATE | libc::NLM_F_EXCL)
                .link(number, 0)
                .with(libc::IFLA_IFNAME, &named(name))
                .around(libc::IFLA_LINKINFO, kind);
        self.ask(request).map(drop)
    }

    /// `ip link set NAME addrgenmode none`, then `up`: nothing crosses a wire but what a program has sent.
    pub(crate) fn up(&self, name: &str) -> Result<()> {
        let mode = |inet6: RtnetlinkRequest| inet6.with(ADDR_GEN_MODE, &[ADDR_GEN_MODE_NONE]);
        let spec = |all: RtnetlinkRequest| all.around(INET6, mode);
        let request = RtnetlinkRequest::new(libc::RTM_NEWLINK, 0)
            .link(ANY_LINK, 0)
            .with(libc::IFLA_IFNAME, &named(name))
            .around(AF_SPEC, spec);
        // A kernel without IPv6 gives no such address anyway.
        let _ = self.ask(request);
        let up = u32::try_from(libc::IFF_UP).unwrap_or(0);
        let request = RtnetlinkRequest::new(libc::RTM_NEWLINK, 0)
            .link(ANY_LINK, up)
            .with(libc::IFLA_IFNAME, &named(name));
        self.ask(request).map(drop)
    }

    /// Its number, and whether it carries frames already.
    pub(crate) fn link(&self, name: &str) -> Result<(u32, bool)> {
        let request = RtnetlinkRequest::new(libc::RTM_GETLINK, 0)
            .link(ANY_LINK, 0)
            .with(libc::IFLA_IFNAME, &named(name));
        let answer = self.ask(request)?;
        let number = |at: usize| {
            let bytes = answer.get(at..at + 4).and_then(|four| four.try_into().ok());
            bytes.map(u32::from_ne_bytes).ok_or(Errno::PROTO)
        };
        let running = u32::try_from(libc::IFF_RUNNING).unwrap_or(0);
        Ok((number(20)?, number(24)? & running != 0))
    }

    /// `ip address add IP/24 dev LINK`.
    pub(crate) fn add_address(&self, link: u32, ip: Ipv4Addr) -> Result<()> {
        let mut request =
            RtnetlinkRequest::new(libc::RTM_NEWADDR, libc::NLM_F_CREATE | libc::NLM_F_EXCL);
        request.0.extend([family(), 24, 0, 0]);
        request.0.extend(link.to_ne_bytes());
        let [a, b, c, _] = ip.octets();
        let request = request
            .with(libc::IFA_LOCAL, &ip.octets())
            .with(libc::IFA_ADDRESS, &ip.octets())
            .with(libc::IFA_BROADCAST, &[a, b, c, 255]);
        self.ask(request).map(drop)
    }

    /// `ip neighbour add IP lladdr MAC dev LINK nud permanent`.
    pub(crate) fn add_neighbour(&self, link: u32, ip: Ipv4Addr, mac: [u8; 6]) -> Result<()> {
        let mut request = RtnetlinkRequest::new(libc::RTM_NEWNEIGH, libc::NLM_F_CREATE);
        request.0.extend([family(), 0, 0, 0]);
        request.0.extend(link.to_ne_bytes());
        request.0.extend(NUD_PERMANENT.to_ne_bytes());
        request.0.extend([0, 0]);
        let request = request.with(libc::NDA_DST, &ip.octets()).with(libc::NDA_LLADDR, &mac);
        self.ask(request).map(drop)
    }

    /// Sends a request; the answer, or else the acknowledgement.
    fn ask(&self, request: RtnetlinkRequest) -> Result<Vec<u8>> {
        let RtnetlinkRequest(mut bytes) = request;
        let length = u32::try_from(bytes.len()).unwrap_or(0);
        bytes[..4].copy_from_slice(&length.to_ne_bytes());
        send(&self.socket, &bytes, SendFlags::empty())?;
        let mut answer = None;
        loop {
            let mut buffer = vec![0; 8192];
            let (length, _) = recv(&self.socket, &mut buffer[..], RecvFlags::empty())?;
            buffer.truncate(length);
            let kind = buffer.get(4..6).and_then(|two| two.try_into().ok());
            if kind.map(u16::from_ne_bytes).map(i32::from) != Some(libc::NLMSG_ERROR) {
                answer = Some(buffer);
                continue;
            }
            let errno = buffer.get(16..20).and_then(|four| four.try_into().ok());
            return match errno.map_or(-libc::EPROTO, i32::from_ne_bytes) {
                0 => Ok(answer.unwrap_or(buffer)),
                errno => Err(Errno::from_raw_os_error(-errno)),
            };
        }
    }
}

fn family() -> u8 {
    u8::try_from(libc::AF_INET).unwrap_or(0)
}

fn named(name: &str) -> Vec<u8> {
    [name.as_bytes(), b"\0"].concat()
}
