//! The few requests of rtnetlink(7) that a lab needs: links, addresses, neighbours.
//!
//! The messages are netlink-packet-route's. Its socket is not needed: one request waits for one answer. The rtnetlink crate would bring
//! some twenty crates and a task for each socket.

use std::cell::Cell;
use std::net::IpAddr;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use libc::{RTM_GETLINK, RTM_NEWADDR, RTM_NEWLINK, RTM_NEWNEIGH};
use netlink_packet_core::{
    Emitable, ErrorBuffer, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST, NLMSG_ERROR,
    NetlinkBuffer, NetlinkHeader,
};
use netlink_packet_route::AddressFamily;
use netlink_packet_route::address::{AddressAttribute, AddressHeaderFlags, AddressMessage};
use netlink_packet_route::link::{
    AfSpecInet6, AfSpecUnspec, In6AddrGenMode, InfoData, InfoKind, InfoVeth, LinkAttribute,
    LinkFlags, LinkHeader, LinkInfo, LinkMessage,
};
use netlink_packet_route::neighbour::{NeighbourAttribute, NeighbourMessage, NeighbourState};
use rustix::io::{Errno, Result, retry_on_intr};
use rustix::net::{RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};

/// `RTM_NEWLINK` and `RTM_GETLINK` name a link by the name attribute when its number is 0.
const ANY_LINK: u32 = 0;

#[derive(Debug)]
pub(crate) struct Rtnetlink {
    socket: OwnedFd,
    /// The number of the last request.
    number: Cell<u32>,
}

impl Rtnetlink {
    pub(crate) fn open() -> Result<Rtnetlink> {
        let netlink = rustix::net::AddressFamily::NETLINK;
        let socket = socket_with(netlink, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
        Ok(Rtnetlink { socket, number: Cell::new(0) })
    }

    /// `ip link add NAME index NUMBER type veth peer name eth0 address MAC netns THERE`.
    pub(crate) fn add_pair(
        &self,
        (name, number): (&str, u32),
        there: BorrowedFd<'_>,
        mac: [u8; 6],
    ) -> Result<()> {
        let mut peer = link(ANY_LINK, "eth0");
        peer.attributes.push(LinkAttribute::Address(mac.to_vec()));
        peer.attributes.push(LinkAttribute::NetNsFd(there.as_raw_fd()));
        let mut pair = link(number, name);
        let data = InfoData::Veth(InfoVeth::Peer(peer));
        let info = vec![LinkInfo::Kind(InfoKind::Veth), LinkInfo::Data(data)];
        pair.attributes.push(LinkAttribute::LinkInfo(info));
        self.ask(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &pair).map(drop)
    }

    /// `ip link set NAME addrgenmode none`, then `up`: nothing crosses a wire but what a program has sent.
    pub(crate) fn up(&self, name: &str) -> Result<()> {
        let mut quiet = link(ANY_LINK, name);
        let mode = AfSpecInet6::AddrGenMode(In6AddrGenMode::None);
        let spec = vec![AfSpecUnspec::Inet6(vec![mode])];
        quiet.attributes.push(LinkAttribute::AfSpecUnspec(spec));
        // A kernel without IPv6 gives no such address anyway.
        let _ = self.ask(RTM_NEWLINK, 0, &quiet);
        let mut up = link(ANY_LINK, name);
        up.header.flags = LinkFlags::Up;
        up.header.change_mask = LinkFlags::Up;
        self.ask(RTM_NEWLINK, 0, &up).map(drop)
    }

    pub(crate) fn link(&self, name: &str) -> Result<(u32, bool)> {
        let found = self.ask(RTM_GETLINK, 0, &link(ANY_LINK, name))?.ok_or(Errno::PROTO)?;
        Ok((found.index, found.flags.contains(LinkFlags::Running)))
    }

    /// `ip address add IP/24 dev LINK`, or `IP/64 nodad`: each address is used by one computer only.
    pub(crate) fn add_address(&self, link: u32, ip: IpAddr) -> Result<()> {
        let mut address = AddressMessage::default();
        address.header.family = family(ip);
        address.header.index = link;
        address.attributes = vec![AddressAttribute::Local(ip), AddressAttribute::Address(ip)];
        match ip {
            IpAddr::V4(ip) => {
                let [a, b, c, _] = ip.octets();
                address.header.prefix_len = 24;
                address.attributes.push(AddressAttribute::Broadcast([a, b, c, 255].into()));
            }
            IpAddr::V6(_) => {
                address.header.prefix_len = 64;
                address.header.flags = AddressHeaderFlags::Nodad;
            }
        }
        self.ask(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &address).map(drop)
    }

    /// `ip neighbour add IP lladdr MAC dev LINK nud permanent`.
    pub(crate) fn add_neighbour(&self, link: u32, ip: IpAddr, mac: [u8; 6]) -> Result<()> {
        let mut neighbour = NeighbourMessage::default();
        neighbour.header.family = family(ip);
        neighbour.header.ifindex = link;
        neighbour.header.state = NeighbourState::Permanent;
        neighbour.attributes = vec![
            NeighbourAttribute::Destination(ip.into()),
            NeighbourAttribute::LinkLayerAddress(mac.to_vec()),
        ];
        self.ask(RTM_NEWNEIGH, NLM_F_CREATE, &neighbour).map(drop)
    }

    /// Sends a request and waits for its acknowledgement; the link that was asked for comes before it. The answer to an earlier
    /// request, whose reception failed, is skipped.
    fn ask(&self, kind: u16, flags: u16, request: &impl Emitable) -> Result<Option<LinkHeader>> {
        let mut header = NetlinkHeader::default();
        let length = header.buffer_len() + request.buffer_len();
        header.length = u32::try_from(length).unwrap_or(0);
        header.sequence_number = self.number.get().wrapping_add(1);
        self.number.set(header.sequence_number);
        header.message_type = kind;
        header.flags = NLM_F_REQUEST | NLM_F_ACK | flags;
        let mut bytes = vec![0; length];
        header.emit(&mut bytes);
        request.emit(&mut bytes[header.buffer_len()..]);
        retry_on_intr(|| send(&self.socket, &bytes, SendFlags::empty()))?;
        let mut buffer = vec![0; 8192];
        let mut found = None;
        loop {
            let receive = || recv(&self.socket, &mut buffer[..], RecvFlags::empty());
            let (length, _) = retry_on_intr(receive)?;
            let answer = NetlinkBuffer::new_checked(&buffer[..length]).map_err(|_| Errno::PROTO)?;
            if answer.sequence_number() != header.sequence_number {
                continue;
            }
            if answer.message_type() != NLMSG_ERROR {
                found = LinkHeader::parse(answer.payload()).ok();
                continue;
            }
            let error = ErrorBuffer::new_checked(answer.payload()).map_err(|_| Errno::PROTO)?;
            return error
                .code()
                .map_or(Ok(found), |errno| Err(Errno::from_raw_os_error(-errno.get())));
        }
    }
}

const fn family(ip: IpAddr) -> AddressFamily {
    match ip {
        IpAddr::V4(_) => AddressFamily::Inet,
        IpAddr::V6(_) => AddressFamily::Inet6,
    }
}

fn link(number: u32, name: &str) -> LinkMessage {
    let mut link = LinkMessage::default();
    link.header.index = number;
    link.attributes.push(LinkAttribute::IfName(name.to_owned()));
    link
}
