use std::net::IpAddr;

use etherparse::{NetSlice, SlicedPacket, TransportSlice};

use crate::tcp::{Endpoint, FiveTuple, Flags, Host, Protocol, Segment};

/// The TCP segment in an Ethernet frame, if there is one; its number and hosts are the caller's to say.
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
    let Some(TransportSlice::Tcp(tcp)) = packet.transport else {
        return None;
    };
    let data = tcp.payload();
    let flags = [
        (tcp.fin(), Flags::FIN),
        (tcp.syn(), Flags::SYN),
        (tcp.rst(), Flags::RST),
        (tcp.psh(), Flags::PSH),
        (tcp.ack(), Flags::ACK),
    ];
    let set = flags.into_iter().filter(|(is_set, _)| *is_set);
    Some(Segment {
        number,
        from,
        to,
        tuple: FiveTuple {
            protocol: Protocol::Tcp,
            local: Endpoint::new(source, tcp.source_port()),
            remote: Endpoint::new(destination, tcp.destination_port()),
        },
        flags: set.fold(Flags::default(), |all, (_, flag)| all.and(flag)),
        seq: tcp.sequence_number(),
        ack: tcp.acknowledgment_number(),
        window: tcp.window_size(),
        length: u32::try_from(data.len()).unwrap_or(u32::MAX),
        first: data.iter().take(Segment::SHOWN).copied().collect(),
    })
}

/// Whether an Ethernet frame carries TCP; fragments but the first do not count.
pub(super) fn is_segment(frame: &[u8]) -> bool {
    SlicedPacket::from_ethernet(frame)
        .is_ok_and(|packet| matches!(packet.transport, Some(TransportSlice::Tcp(_))))
}
