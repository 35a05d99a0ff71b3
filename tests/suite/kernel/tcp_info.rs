//! `struct tcp_info` behind a socket: read by its length, whatever a kernel sends.

use std::time::Duration;

use fivetuple::kernel::inet_diag::{next_answer, tcp_info, write_lookup};
use fivetuple::tcp::{Endpoint, FiveTuple, Host, Protocol, SocketId, TcpInfo};
use proptest::prelude::*;

/// A header, and a socket without anything behind it.
const BARE: usize = 16 + 72;

fn message(attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0; BARE];
    for (kind, body) in attributes {
        let length = u16::try_from(body.len() + 4).unwrap();
        bytes.extend(length.to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(*body);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}

/// A `struct tcp_info` of that length, in which each word is its own place.
fn numbered(length: usize) -> Vec<u8> {
    let words = (0..length).step_by(4).map(|at| u32::try_from(at).unwrap());
    let mut bytes: Vec<u8> = words.flat_map(u32::to_ne_bytes).collect();
    bytes.truncate(length);
    bytes
}

fn double(at: u64) -> u64 {
    u64::from_ne_bytes(numbered(400)[usize::try_from(at).unwrap()..][..8].try_into().unwrap())
}

#[test]
fn every_field_is_read_from_its_place() {
    let whole = numbered(280);
    let bytes = message(&[(7, b"cubic\0"), (2, &whole), (8, &[0])]);
    let info = TcpInfo {
        snd_mss: 16,
        rtt: Duration::from_micros(68),
        rttvar: Duration::from_micros(72),
        snd_cwnd: 80,
        total_retrans: 100,
        bytes_received: Some(double(128)),
        segs_out: Some(136),
        segs_in: Some(140),
        bytes_sent: Some(0),
        snd_wnd: Some(228),
        rcv_wnd: Some(232),
    };
    assert_eq!(tcp_info(&bytes), Some(info));
    assert_eq!(tcp_info(&message(&[(2, &numbered(400))])), Some(info), "a newer kernel");
}

#[test]
fn what_was_sent_again_counts_once() {
    let mut whole = numbered(280);
    whole[200..208].copy_from_slice(&65_u64.to_ne_bytes());
    whole[208..216].copy_from_slice(&39_u64.to_ne_bytes());
    let info = tcp_info(&message(&[(2, &whole)])).unwrap();
    assert_eq!(info.bytes_sent, Some(26));
    // A kernel that counts them, but not what was sent again.
    let info = tcp_info(&message(&[(2, &whole[..208])])).unwrap();
    assert_eq!(info.bytes_sent, Some(65));
}

#[test]
fn a_fin_that_has_come_is_no_byte() {
    // ESTABLISHED, FIN_WAIT1 and FIN_WAIT2; CLOSE_WAIT, LAST_ACK and CLOSING (include/net/tcp_states.h).
    let came = [(1, 0), (4, 0), (5, 0), (8, 1), (9, 1), (11, 1)];
    for (state, fin) in came {
        let mut bytes = message(&[(2, &numbered(280))]);
        bytes[16 + 1] = state;
        let info = tcp_info(&bytes).unwrap();
        assert_eq!(info.bytes_received, Some(double(128) - fin), "{state}");
    }
}

#[test]
fn an_older_kernel_tells_less() {
    let old = tcp_info(&message(&[(2, &numbered(104))])).unwrap();
    assert_eq!((old.bytes_received, old.segs_in, old.snd_wnd), (None, None, None));
    let middle = tcp_info(&message(&[(2, &numbered(192))])).unwrap();
    assert_eq!(middle.bytes_sent, Some(double(120)), "what was acknowledged");
    assert_eq!(tcp_info(&message(&[(2, &numbered(100))])), None);
    assert_eq!(tcp_info(&message(&[])), None);
}

proptest! {
    #[test]
    fn random_attributes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let mut all = vec![0; BARE];
        all.extend(&bytes);
        let _ = (tcp_info(&all), tcp_info(&bytes));
    }

    #[test]
    fn a_spoilt_or_cut_message_never_panics(at in 0_usize..400, byte in any::<u8>(), end in 0_usize..400, length in 0_usize..300) {
        let mut bytes = message(&[(3, &[1, 2, 3]), (2, &numbered(length))]);
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        bytes.truncate(end);
        let _ = tcp_info(&bytes);
        let _ = next_answer(&mut &bytes[..], Protocol::Tcp);
    }

    #[test]
    fn an_inspection_is_a_lookup_that_asks_for_more(port in any::<u16>(), v6 in any::<bool>()) {
        let ip: std::net::IpAddr = if v6 { "::1" } else { "127.0.0.1" }.parse().unwrap();
        let tuple = FiveTuple::tcp(Endpoint::new(ip, port), Endpoint::new(ip, 1));
        let id = SocketId::connected(Host::THIS, tuple);
        let (mut lookup, mut inspection) = (Vec::new(), Vec::new());
        write_lookup(id, false, 1, &mut lookup);
        write_lookup(id, true, 1, &mut inspection);
        let differ = lookup.iter().zip(&inspection).filter(|(a, b)| a != b).count();
        prop_assert_eq!((lookup.len(), differ), (inspection.len(), 1));
    }
}
