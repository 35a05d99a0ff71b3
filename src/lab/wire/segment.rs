use std::net::IpAddr;

use etherparse::{
    Icmpv4Type, Icmpv6Type, LaxNetSlice, LaxSlicedPacket, TcpSlice, TransportSlice, icmpv4, icmpv6,
};

use crate::tcp::{Endpoint, FiveTuple, Flags, Host, Protocol, Segment};

/// The TCP segment or UDP datagram in an Ethernet frame, or the ICMP message that refuses one, if there is any of them; its number and
/// hosts are the caller's to say.
pub fn segment(frame: &[u8], number: u64, (from, to): (Host, Host)) -> Option<Segment> {
    let packet = LaxSlicedPacket::from_ethernet(frame).ok()?;
    let transport = packet.transport.as_ref()?;
    let refused = refused(transport);
    let tuple = refused.map(FiveTuple::mirrored);
    let data = match transport {
        TransportSlice::Tcp(tcp) => tcp.payload(),
        TransportSlice::Udp(udp) => udp.payload(),
        TransportSlice::Icmpv4(_) | TransportSlice::Icmpv6(_) | TransportSlice::Igmp(_) => &[],
    };
    let bare = Segment {
        number,
        from,
        to,
        tuple: tuple.or_else(|| five_tuple(&packet))?,
        is_refusal: refused.is_some(),
        flags: Flags::default(),
        seq: 0,
        ack: 0,
        window: 0,
        length: u32::try_from(data.len()).unwrap_or(u32::MAX),
        first: data.iter().take(Segment::SHOWN).copied().collect(),
    };
    let TransportSlice::Tcp(tcp) = transport else {
        return Some(bare);
    };
    Some(Segment {
        flags: flags(tcp),
        seq: tcp.sequence_number(),
        ack: tcp.acknowledgment_number(),
        window: tcp.window_size(),
        ..bare
    })
}

/// The five numbers of a packet of TCP or UDP.
fn five_tuple(packet: &LaxSlicedPacket<'_>) -> Option<FiveTuple> {
    let (source, destination) = match packet.net.as_ref()? {
        LaxNetSlice::Ipv4(ip) => (
            IpAddr::from(ip.header().source_addr()),
            IpAddr::from(ip.header().destination_addr()),
        ),
        LaxNetSlice::Ipv6(ip) => (
            IpAddr::from(ip.header().source_addr()),
            IpAddr::from(ip.header().destination_addr()),
        ),
        LaxNetSlice::Arp(_) => return None,
    };
    let (protocol, source_port, destination_port) = match packet.transport.as_ref()? {
        TransportSlice::Tcp(tcp) => (Protocol::Tcp, tcp.source_port(), tcp.destination_port()),
        TransportSlice::Udp(udp) => (Protocol::Udp, udp.source_port(), udp.destination_port()),
        TransportSlice::Icmpv4(_) | TransportSlice::Icmpv6(_) | TransportSlice::Igmp(_) => {
            return None;
        }
    };
    Some(FiveTuple {
        protocol,
        local: Endpoint::new(source, source_port),
        remote: Endpoint::new(destination, destination_port),
    })
}

/// The datagram that an ICMP message answers with "port unreachable", of which it holds the beginning (RFC 792, RFC 4443).
fn refused(transport: &TransportSlice<'_>) -> Option<FiveTuple> {
    let nobodys = (
        Icmpv4Type::DestinationUnreachable(icmpv4::DestUnreachableHeader::Port),
        Icmpv6Type::DestinationUnreachable(icmpv6::DestUnreachableCode::Port),
    );
    let beginning = match transport {
        TransportSlice::Icmpv4(icmp) if icmp.icmp_type() == nobodys.0 => icmp.payload(),
        TransportSlice::Icmpv6(icmp) if icmp.icmp_type() == nobodys.1 => icmp.payload(),
        TransportSlice::Icmpv4(_)
        | TransportSlice::Icmpv6(_)
        | TransportSlice::Tcp(_)
        | TransportSlice::Udp(_)
        | TransportSlice::Igmp(_) => return None,
    };
    let datagram = LaxSlicedPacket::from_ip(beginning).ok()?;
    five_tuple(&datagram).filter(|tuple| tuple.protocol == Protocol::Udp)
}

fn flags(tcp: &TcpSlice<'_>) -> Flags {
    let flags = [
        (tcp.fin(), Flags::FIN),
        (tcp.syn(), Flags::SYN),
        (tcp.rst(), Flags::RST),
        (tcp.psh(), Flags::PSH),
        (tcp.ack(), Flags::ACK),
    ];
    let set = flags.into_iter().filter(|(is_set, _)| *is_set);
    set.fold(Flags::default(), |all, (_, flag)| all.and(flag))
}

/// Whether [`segment`] finds something in an Ethernet frame; fragments but the first do not count.
pub(super) fn is_segment(frame: &[u8]) -> bool {
    let packet = LaxSlicedPacket::from_ethernet(frame);
    let transport = packet.ok().and_then(|packet| packet.transport);
    transport.is_some_and(|transport| match &transport {
        TransportSlice::Tcp(_) | TransportSlice::Udp(_) => true,
        TransportSlice::Icmpv4(_) | TransportSlice::Icmpv6(_) => refused(&transport).is_some(),
        TransportSlice::Igmp(_) => false,
    })
}
