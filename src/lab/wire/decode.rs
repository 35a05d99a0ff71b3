use std::net::IpAddr;

use etherparse::{
    Icmpv4Type, Icmpv6Type, IpNumber, LaxNetSlice, LaxSlicedPacket, TcpSlice, TransportSlice,
    UdpHeaderSlice, icmpv4, icmpv6,
};

use crate::tcp::{Endpoint, FiveTuple, Flags, Host, Protocol, Segment};

/// The TCP segment, the UDP datagram (or its first fragment, which has the ports) or the ICMP refusal of one in an Ethernet frame.
pub fn segment(frame: &[u8], number: u64, (from, to): (Host, Host)) -> Option<Segment> {
    let packet = LaxSlicedPacket::from_ethernet(frame).ok()?;
    let refused = packet.transport.as_ref().and_then(refused);
    let (tuple, data, elsewhere): (FiveTuple, &[u8], usize) = match &packet.transport {
        Some(TransportSlice::Tcp(tcp)) => (five_tuple(&packet)?, tcp.payload(), 0),
        Some(TransportSlice::Udp(udp)) => (five_tuple(&packet)?, udp.payload(), 0),
        Some(_) => (refused?.mirrored(), &[], 0),
        None => first_fragment(&packet)?,
    };
    let bare = Segment {
        number,
        from,
        to,
        tuple,
        is_refusal: refused.is_some(),
        is_fragment: packet.transport.is_none(),
        flags: Flags::default(),
        seq: 0,
        ack: 0,
        length: u32::try_from(data.len() + elsewhere).unwrap_or(u32::MAX),
        first: data.iter().take(Segment::SHOWN).copied().collect(),
    };
    let Some(TransportSlice::Tcp(tcp)) = &packet.transport else { return Some(bare) };
    Some(Segment {
        flags: flags(tcp),
        seq: tcp.sequence_number(),
        ack: tcp.acknowledgment_number(),
        ..bare
    })
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
    let [source, destination] = match packet.net.as_ref()? {
        LaxNetSlice::Ipv4(ip) => {
            [IpAddr::from(ip.header().source_addr()), IpAddr::from(ip.header().destination_addr())]
        }
        LaxNetSlice::Ipv6(ip) => {
            [IpAddr::from(ip.header().source_addr()), IpAddr::from(ip.header().destination_addr())]
        }
        LaxNetSlice::Arp(_) => return None,
    };
    Some(FiveTuple {
        protocol,
        local: Endpoint::new(source, ports[0]),
        remote: Endpoint::new(destination, ports[1]),
    })
}

fn first_fragment<'a>(packet: &LaxSlicedPacket<'a>) -> Option<(FiveTuple, &'a [u8], usize)> {
    let Some(LaxNetSlice::Ipv4(ip)) = &packet.net else { return None };
    let fragment = ip.payload();
    let is_first = fragment.fragmented && ip.header().fragments_offset().value() == 0;
    let is_it = is_first && fragment.ip_number == IpNumber::UDP;
    let udp = UdpHeaderSlice::from_slice(fragment.payload).ok().filter(|_| is_it)?;
    let ports = [udp.source_port(), udp.destination_port()];
    let data = fragment.payload.get(udp.slice().len()..)?;
    let elsewhere = usize::from(udp.length()).saturating_sub(fragment.payload.len());
    Some((between(packet, Protocol::Udp, ports)?, data, elsewhere))
}

fn is_fragment(packet: &LaxSlicedPacket<'_>) -> bool {
    match &packet.net {
        Some(LaxNetSlice::Ipv4(ip)) => ip.is_payload_fragmented(),
        Some(LaxNetSlice::Ipv6(ip)) => ip.is_payload_fragmented(),
        Some(LaxNetSlice::Arp(_)) | None => false,
    }
}

/// The UDP datagram that an ICMP "port unreachable" quotes (RFC 792, RFC 4443).
fn refused(transport: &TransportSlice<'_>) -> Option<FiveTuple> {
    const V4: Icmpv4Type = Icmpv4Type::DestinationUnreachable(icmpv4::DestUnreachableHeader::Port);
    const V6: Icmpv6Type = Icmpv6Type::DestinationUnreachable(icmpv6::DestUnreachableCode::Port);
    let quoted = if let TransportSlice::Icmpv4(icmp) = transport {
        (icmp.icmp_type() == V4).then(|| icmp.payload())?
    } else if let TransportSlice::Icmpv6(icmp) = transport {
        (icmp.icmp_type() == V6).then(|| icmp.payload())?
    } else {
        return None;
    };
    let datagram = LaxSlicedPacket::from_ip(quoted).ok()?;
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

pub(super) fn is_segment(frame: &[u8]) -> bool {
    let Ok(packet) = LaxSlicedPacket::from_ethernet(frame) else { return false };
    match &packet.transport {
        Some(TransportSlice::Tcp(_) | TransportSlice::Udp(_)) => true,
        Some(other) => refused(other).is_some(),
        None => is_fragment(&packet),
    }
}
