//! What is read of a frame.

use fivetuple::lab::segment;
use fivetuple::tcp::{IcmpMessage, Segment};

use crate::lab::{LAPTOP, SERVER};

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const REDIRECT: u8 = 5;

/// A frame with an IPv4 packet from the laptop to the server; `fragment` is the flags and the offset.
fn decoded(protocol: u8, fragment: u16, payload: &[u8]) -> Option<Segment> {
    let length = u16::try_from(20 + payload.len()).unwrap().to_be_bytes();
    let fragment = fragment.to_be_bytes();
    let frame = [
        &[2; 12],
        &[8, 0, 0x45, 0][..],
        &length,
        &[0, 7],
        &fragment,
        &[64, protocol, 0, 0],
        &[192, 168, 1, 13],
        &[192, 168, 1, 10],
        payload,
    ];
    segment(&frame.concat(), 1, (LAPTOP, SERVER))
}

#[test]
fn every_flag_has_its_name() {
    for (flags, name) in [(0xc2, "SYN+ECE+CWR"), (0x38, "PSH+ACK+URG"), (0, "-")] {
        let tcp = [&[0x9c, 0x40, 1, 0xf4][..], &[0; 8], &[0x50, flags], &[0; 6]].concat();
        let segment = decoded(TCP, 0, &tcp).expect("a segment");
        assert_eq!(segment.flags.to_string(), name);
        assert_eq!(segment.tuple.remote.to_string(), "192.168.1.10:500");
    }
}

#[test]
fn an_echo_has_no_ports() {
    for (kind, message) in [(8, IcmpMessage::EchoRequest), (0, IcmpMessage::EchoReply)] {
        let echo = decoded(ICMP, 0, &[&[kind, 0][..], &[0; 6], &[1; 56]].concat());
        let echo = echo.expect("an echo");
        assert_eq!((echo.icmp, echo.length), (Some(message), 56));
        assert!(!echo.tuple.is_connected());
    }
    assert!(decoded(ICMP, 0, &[&[REDIRECT, 0][..], &[0; 34]].concat()).is_none());
}

#[test]
fn of_a_datagram_in_fragments_the_first_has_the_ports() {
    const MORE: u16 = 0x2000;
    let udp = [&[0x9c, 0x40, 1, 0xf4, 0x0f, 0xa8, 0, 0][..], &[7; 1472]].concat();
    let first = decoded(UDP, MORE, &udp).expect("it has the ports");
    assert_eq!((first.length, first.first.len()), (4000, Segment::SHOWN));
    assert_eq!(first.tuple.remote.to_string(), "192.168.1.10:500");
    assert!(first.is_fragment);
    assert!(decoded(UDP, MORE + 185, &udp).is_none());
}
