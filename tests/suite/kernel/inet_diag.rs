//! The bytes of inet_diag messages: what the kernel accepts is shown by tests/system/kernel, here stands what must hold for any bytes.

use fivetuple::kernel::inet_diag::{
    Body, Dump, Family, PortHalf, SocketEnd, next_answer, program, state_bits, write_lookup,
};
use fivetuple::tcp::{
    Endpoint, FiveTuple, Host, Port, Protocol, Queues, SocketId, SocketRow, TcpState,
};
use proptest::prelude::*;

fn all_answers(mut bytes: &[u8]) -> usize {
    let mut count = 0;
    let mut left = bytes.len();
    while let Some(answer) = next_answer(&mut bytes, Protocol::Tcp) {
        count += 1;
        assert!(bytes.len() < left, "{answer:?} took nothing");
        left = bytes.len();
    }
    count
}

/// An inet_diag message as the kernel writes it, with `rest` in place of the interface, the cookie and what follows.
fn message(state: u8, timer: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(88_u32.to_ne_bytes());
    bytes.extend(20_u16.to_ne_bytes());
    bytes.extend(2_u16.to_ne_bytes());
    bytes.extend(7_u32.to_ne_bytes());
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend([2, state, timer, 3]);
    bytes.extend(5000_u16.to_be_bytes());
    bytes.extend(34766_u16.to_be_bytes());
    for last in [1, 13] {
        bytes.extend([127, 0, 0, last]);
        bytes.extend([0; 12]);
    }
    for word in [3_u32, 42, 1, 59_880, 10, 20, 1000, 35_041] {
        bytes.extend(word.to_ne_bytes());
    }
    bytes
}

#[test]
fn a_message_becomes_a_row() {
    let row: SocketRow = "tcp 10 20 127.0.0.1:5000 127.0.0.13:34766 TIME_WAIT uid=1000 inode=35041 cookie=4294967338 interface=3 timewait=59880ms/3"
        .parse()
        .unwrap();
    let bytes = message(6, 3);
    let answer = next_answer(&mut &bytes[..], Protocol::Tcp).unwrap().unwrap();
    assert_eq!(answer.sequence, 7);
    assert_eq!(answer.body, Body::Socket(row));
}

#[test]
fn what_is_new_to_us_is_skipped() {
    for bytes in [message(99, 0), {
        let mut bytes = message(1, 0);
        bytes[16] = 77;
        bytes
    }] {
        let answer = next_answer(&mut &bytes[..], Protocol::Tcp).unwrap().unwrap();
        assert_eq!(answer.body, Body::Other);
    }
    let bytes = message(1, 99);
    let answer = next_answer(&mut &bytes[..], Protocol::Tcp).unwrap().unwrap();
    let Body::Socket(row) = answer.body else {
        panic!("{answer:?}");
    };
    assert_eq!((row.timer, row.queues), (None, Queues { recv: 10, send: 20 }));
}

#[test]
fn every_state_has_bits_of_its_own() {
    let mut taken = 0;
    for state in TcpState::ALL {
        let bits = state_bits(state);
        assert_ne!(bits, 0, "{state}");
        assert_eq!(bits & taken, 0, "{state}");
        taken |= bits;
    }
    assert_eq!(state_bits(TcpState::Closed), 1 << 7 | 1 << 13);
}

/// What the kernel does with a program: `None` where its own check would refuse it.
fn runs(program: &[u8], local: u16, remote: u16) -> Option<bool> {
    let mut at = 0;
    while at < program.len() {
        let op = program.get(at..at + 4)?;
        let no = usize::from(u16::from_ne_bytes([op[2], op[3]]));
        let yes = usize::from(op[1]);
        let port = || Some(u16::from_ne_bytes(program.get(at + 6..at + 8)?.try_into().unwrap()));
        at += match op[0] {
            2 if local >= port()? => yes,
            3 if local <= port()? => yes,
            4 if remote >= port()? => yes,
            5 if remote <= port()? => yes,
            11 if port()? == local => yes,
            12 if port()? == remote => yes,
            1..=5 | 11 | 12 => no,
            _ => return None,
        };
    }
    Some(at == program.len())
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        all_answers(&bytes);
    }

    #[test]
    fn a_spoilt_message_never_panics(at in 0_usize..88, byte in any::<u8>(), end in 0_usize..176) {
        let mut bytes = message(1, 1);
        bytes.extend(message(10, 0));
        bytes[at] = byte;
        bytes.truncate(end);
        all_answers(&bytes);
    }

    #[test]
    fn a_program_keeps_the_ports_at_either_end(
        ports in prop::collection::btree_set(1_u16..20, 1..8), local in 1_u16..20, remote in 1_u16..20,
    ) {
        let wanted = ports.contains(&local) || ports.contains(&remote);
        let ports = ports.into_iter().map(Port).collect();
        let all = program(Some(&ports), None).unwrap();
        prop_assert_eq!(runs(&all, local, remote), Some(wanted));
    }

    #[test]
    fn a_program_keeps_one_half(
        ports in prop::option::of(prop::collection::btree_set(1_u16..20, 1..8)),
        local in 1_u16..20, remote in 0_u16..20, last in 0_u16..20, is_local in any::<bool>(),
    ) {
        let end = |port| Endpoint::new(std::net::Ipv4Addr::LOCALHOST, port);
        let tuple = FiveTuple::tcp(end(local), end(remote));
        let wanted = ports.as_ref().is_none_or(|ports| ports.contains(&local) || ports.contains(&remote));
        let ports = ports.map(|ports| ports.into_iter().map(Port).collect());
        let (by, last) = (if is_local { SocketEnd::Local } else { SocketEnd::Remote }, Port(last));
        let mut halves = 0;
        for half in [PortHalf::UpTo(by, last), PortHalf::Above(by, last)] {
            let program = program(ports.as_ref(), Some(half)).unwrap();
            prop_assert_eq!(runs(&program, local, remote), Some(wanted && half.has(&tuple)));
            halves += u8::from(half.has(&tuple));
        }
        prop_assert_eq!(halves, 1);
    }

    #[test]
    fn requests_say_how_long_they_are(count in 0_u16..80, port in any::<u16>(), v6 in any::<bool>()) {
        let mut request = Vec::new();
        let length = |request: &[u8]| u32::from_ne_bytes(request[..4].try_into().unwrap()) as usize;
        let ports = (1..=count).map(Port).collect();
        let program = program(Some(&ports), None);
        for family in [None, Some(Family::V4), Some(Family::V6)] {
            let dump = Dump { protocol: Protocol::Tcp, family, states: 1, program: program.as_deref() };
            dump.write(1, &mut request);
            prop_assert_eq!(length(&request), request.len());
        }
        let ip: std::net::IpAddr = if v6 { "::1" } else { "127.0.0.1" }.parse().unwrap();
        let tuple = FiveTuple::tcp(Endpoint::new(ip, port), Endpoint::new(ip, 1));
        write_lookup(SocketId::connected(Host::THIS, tuple), false, 1, &mut request);
        prop_assert_eq!((length(&request), request.len()), (72, 72));
    }
}
