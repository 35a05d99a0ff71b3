use std::net::IpAddr;

use etherparse::{
    IpNumber, Ipv6ExtensionSlice, LaxIpPayloadSlice, LaxNetSlice, LaxSlicedPacket, TransportSlice,
    UdpHeaderSlice, icmpv4, icmpv6,
};

use crate::tcp::{Endpoint, FiveTuple, Flags, Host, IcmpMessage, Protocol, Segment};

/// The TCP segment, the UDP datagram (or its first fragment, which has the ports) or the ICMP message in an Ethernet frame.
pub fn segment(frame: &[u8], number: u64, hosts: (Host, Host)) -> Option<Segment> {
    Packet::of(frame)?.segment(number, hosts)
}

/// What the wire counts, holds and loses: TCP, UDP and ICMP, whole or in fragments. Other frames pass: without ARP, for one, computers
/// would not find each other.
pub(super) struct Packet<'a>(LaxSlicedPacket<'a>);

/// Source, destination, protocol and identification: what the fragments of a datagram have in common (RFC 791, section 3.2).
pub(super) type DatagramId = (IpAddr, IpAddr, IpNumber, u32);

/// A part of a datagram that is longer than a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment {
    pub(super) of: DatagramId,
    pub(super) is_first: bool,
    pub(super) bytes: usize,
    /// The length of the whole datagram, which the last fragment tells.
    pub(super) whole: Option<usize>,
}

impl<'a> Packet<'a> {
    pub(super) fn of(frame: &'a [u8]) -> Option<Packet<'a>> {
        let packet = Packet(LaxSlicedPacket::from_ethernet(frame).ok()?);
        let is_carried = match &packet.0.transport {
            Some(TransportSlice::Tcp(_) | TransportSlice::Udp(_) | TransportSlice::Icmpv4(_)) => {
                true
            }
            // Messages of higher types find neighbours and groups (RFC 4861, RFC 3810).
            Some(TransportSlice::Icmpv6(icmp)) => icmp.type_u8() <= icmpv6::TYPE_ECHO_REPLY,
            Some(TransportSlice::Igmp(_)) => false,
            None => packet.fragment().is_some(),
        };
        is_carried.then_some(packet)
    }

    /// The five-tuple, with the sender's end first; `None` of what has no ports.
    pub(super) fn tuple(&self) -> Option<FiveTuple> {
        match &self.0.transport {
            Some(TransportSlice::Icmpv4(_) | TransportSlice::Icmpv6(_)) => {
                self.message().map(|(_, tuple, _)| tuple)
            }
            Some(_) => five_tuple(&self.0),
            None => self.first_fragment().map(|(tuple, ..)| tuple),
        }
    }

    pub(super) fn flags(&self) -> Flags {
        const PLACE: usize = 13;
        let Some(TransportSlice::Tcp(tcp)) = &self.0.transport else { return Flags::default() };
        Flags(tcp.header_slice().get(PLACE).copied().unwrap_or_default())
    }

    /// Sequence number, acknowledgement number and length of the data of a TCP segment.
    pub(super) fn numbers(&self) -> Option<(u32, u32, u32)> {
        let Some(TransportSlice::Tcp(tcp)) = &self.0.transport else { return None };
        let length = u32::try_from(tcp.payload().len()).unwrap_or(u32::MAX);
        Some((tcp.sequence_number(), tcp.acknowledgment_number(), length))
    }

    pub(super) fn segment(&self, number: u64, (from, to): (Host, Host)) -> Option<Segment> {
        let (data, elsewhere): (&[u8], usize) = match &self.0.transport {
            Some(TransportSlice::Tcp(tcp)) => (tcp.payload(), 0),
            Some(TransportSlice::Udp(udp)) => (udp.payload(), 0),
            Some(_) => (self.message()?.2, 0),
            None => self.first_fragment().map(|(_, data, elsewhere)| (data, elsewhere))?,
        };
        let (seq, ack, _) = self.numbers().unwrap_or_default();
        Some(Segment {
            number,
            from,
            to,
            tuple: self.tuple()?,
            icmp: self.message().map(|(message, ..)| message),
            is_fragment: self.0.transport.is_none(),
            flags: self.flags(),
            seq,
            ack,
            length: u32::try_from(data.len() + elsewhere).unwrap_or(u32::MAX),
            first: data.iter().take(Segment::SHOWN).copied().collect(),
        })
    }

    pub(super) fn fragment(&self) -> Option<Fragment> {
        let payload = self.payload().filter(|payload| payload.fragmented)?;
        let (id, offset, has_more) = match self.0.net.as_ref()? {
            LaxNetSlice::Ipv4(ip) => {
                let ip = ip.header();
                (ip.identification().into(), ip.fragments_offset(), ip.more_fragments())
            }
            LaxNetSlice::Ipv6(ip) => ip.extensions().clone().into_iter().find_map(|header| {
                let Ipv6ExtensionSlice::Fragment(header) = header else { return None };
                Some((header.identification(), header.fragment_offset(), header.more_fragments()))
            })?,
            LaxNetSlice::Arp(_) => return None,
        };
        let [source, destination] = addresses(&self.0)?;
        let (bytes, before) = (payload.payload.len(), usize::from(offset.byte_offset()));
        Some(Fragment {
            of: (source, destination, payload.ip_number, id),
            is_first: before == 0,
            bytes,
            whole: (!has_more).then_some(before + bytes),
        })
    }

    fn payload(&self) -> Option<&LaxIpPayloadSlice<'a>> {
        match self.0.net.as_ref()? {
            LaxNetSlice::Ipv4(ip) => Some(ip.payload()),
            LaxNetSlice::Ipv6(ip) => Some(ip.payload()),
            LaxNetSlice::Arp(_) => None,
        }
    }

    /// The first fragment of a UDP datagram, its data, and how many bytes more the others have.
    fn first_fragment(&self) -> Option<(FiveTuple, &'a [u8], usize)> {
        let is_first = self.fragment()?.is_first;
        let payload = self.payload().filter(|payload| payload.ip_number == IpNumber::UDP)?;
        let bytes = payload.payload;
        let udp = UdpHeaderSlice::from_slice(bytes).ok().filter(|_| is_first)?;
        let ports = [udp.source_port(), udp.destination_port()];
        let elsewhere = usize::from(udp.length()).saturating_sub(bytes.len());
        Some((between(&self.0, Protocol::Udp, ports)?, bytes.get(udp.slice().len()..)?, elsewhere))
    }

    /// A message of ICMP, the ends that it is about, and the data of an echo. "Port unreachable" quotes the datagram that it refuses
    /// (RFC 792, RFC 4443).
    fn message(&self) -> Option<(IcmpMessage, FiveTuple, &'a [u8])> {
        let (version, kind, code, data) = match self.0.transport.as_ref()? {
            TransportSlice::Icmpv4(icmp) => (4, icmp.type_u8(), icmp.code_u8(), icmp.payload()),
            TransportSlice::Icmpv6(icmp) => (6, icmp.type_u8(), icmp.code_u8(), icmp.payload()),
            TransportSlice::Tcp(_) | TransportSlice::Udp(_) | TransportSlice::Igmp(_) => {
                return None;
            }
        };
        let message = match (version, kind, code) {
            (4, icmpv4::TYPE_DEST_UNREACH, icmpv4::CODE_DST_UNREACH_PORT)
            | (6, icmpv6::TYPE_DST_UNREACH, icmpv6::CODE_DST_UNREACH_PORT) => {
                IcmpMessage::PortUnreachable
            }
            (4, icmpv4::TYPE_ECHO_REQUEST, _) | (6, icmpv6::TYPE_ECHO_REQUEST, _) => {
                IcmpMessage::EchoRequest
            }
            (4, icmpv4::TYPE_ECHO_REPLY, _) | (6, icmpv6::TYPE_ECHO_REPLY, _) => {
                IcmpMessage::EchoReply
            }
            _ => return None,
        };
        if message != IcmpMessage::PortUnreachable {
            return Some((message, between(&self.0, Protocol::Udp, [0, 0])?, data));
        }
        let datagram = five_tuple(&LaxSlicedPacket::from_ip(data).ok()?)?;
        let is_udp = datagram.protocol == Protocol::Udp;
        is_udp.then(|| (message, datagram.mirrored(), &[][..]))
    }
}

fn five_tuple(packet: &LaxSlicedPacket<'_>) -> Option<FiveTuple> {
    let (protocol, ports) = match packet.transport.as_ref()? {
        TransportSlice::Tcp(tcp) => (Protocol::Tcp, [tcp.source_port(), tcp.destination_port()]),
        TransportSlice::Udp(udp) => (Protocol::Udp, [udp.source_port(), udp.destination_port()]),
        TransportSlice::Icmpv4(_) | TransportSlice::Icmpv6(_) | TransportSlice::Igmp(_) => {
            return None;
        }
    };
    between(packet, protocol, ports)
}

fn between(packet: &LaxSlicedPacket<'_>, protocol: Protocol, ports: [u16; 2]) -> Option<FiveTuple> {
    let [source, destination] = addresses(packet)?;
    Some(FiveTuple {
        protocol,
        local: Endpoint::new(source, ports[0]),
        remote: Endpoint::new(destination, ports[1]),
    })
}

fn addresses(packet: &LaxSlicedPacket<'_>) -> Option<[IpAddr; 2]> {
    match packet.net.as_ref()? {
        LaxNetSlice::Ipv4(ip) => {
            let ip = ip.header();
            Some([ip.source_addr().into(), ip.destination_addr().into()])
        }
        LaxNetSlice::Ipv6(ip) => {
            let ip = ip.header();
            Some([ip.source_addr().into(), ip.destination_addr().into()])
        }
        LaxNetSlice::Arp(_) => None,
    }
}
