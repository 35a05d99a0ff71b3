use std::net::IpAddr;

use etherparse::{NetSlice, SlicedPacket, TcpSlice, TransportSlice};

use crate::tcp::{Endpoint, FiveTuple, Flags, Host, Protocol, Segment};

/// The TCP segment or UDP datagram in an Ethernet frame, if there is one; its number and hosts are the caller's to say.
pub fn segment(frame: &[u8], number: u64, (from, to): (Host, Host)) -> Option<Segment> {
    let packet = SlicedPacket::from_ethernet(frame).ok()?;
    let (source, destination) = match packet.net? {
        NetSlice::Ipv4(ip) => (
            IpAddr::from(ip.header().source()),
            IpAddr::from(ip.header().destination()),
        ),
        NetSlice::Ipv6(ip) => (
            IpAddr::from(ip.header().source()),
            IpAddr::from(ip.header().destination()),
        ),
        NetSlice::Arp(_) => return None,
    };
    let transport = packet.transport?;
    let (protocol, [source_port, destination_port], data) = match &transport {
        TransportSlice::Tcp(tcp) => (
            Protocol::Tcp,
            [tcp.source_port(), tcp.destination_port()],
            tcp.payload(),
        ),
        TransportSlice::Udp(udp) => (
            Protocol::Udp,
            [udp.source_port(), udp.destination_port()],
            udp.payload(),
        ),
        TransportSlice::Icmpv4(_) | TransportSlice::Icmpv6(_) | TransportSlice::Igmp(_) => {
            return None;
        }
    };
    let bare = Segment {
        number,
        from,
        to,
        tuple: FiveTuple {
            protocol,
            local: Endpoint::new(source, source_port),
            remote: Endpoint::new(destination, destination_port),
        },
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
        flags: flags(&tcp),
        seq: tcp.sequence_number(),
        ack: tcp.acknowledgment_number(),
        window: tcp.window_size(),
        ..bare
    })
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

/// Whether an Ethernet frame carries TCP or UDP; fragments but the first do not count.
pub(super) fn is_segment(frame: &[u8]) -> bool {
    SlicedPacket::from_ethernet(frame).is_ok_and(|packet| {
        matches!(
            packet.transport,
            Some(TransportSlice::Tcp(_) | TransportSlice::Udp(_))
        )
    })
}
