use std::fs::File;
use std::io::{ErrorKind, Read};
use std::net::SocketAddr;
use std::time::Duration;

use fivetuple::lab::{Capture, SocketKind, segment};
use fivetuple::run::Clock;
use fivetuple::tcp::{DropReason, Errno, Moment, Segment, TcpState, WireEvent, WireOrder};

use pcap_file::pcapng::{Block, PcapNgReader};
use socket2::Socket;

use crate::lab::many_segments::tally;
use crate::lab::{
    LAPTOP, SERVER, arrived, bench, flags, is_call, lost, sent, wait_until, with_capture,
};
use crate::support::again::as_nobody_too;
use crate::support::skipped;

const SYN_SENT: &[TcpState] = &[TcpState::SynSent];
const SYN_RECEIVED: &[TcpState] = &[TcpState::SynReceived];
const ESTABLISHED: &[TcpState] = &[TcpState::Established];

/// The segments without those that were sent again.
fn first_of_each(news: &[WireEvent]) -> Vec<(Moment, Segment)> {
    let mut known = Vec::new();
    let mut segments = sent(news);
    segments.retain(|(_, segment)| {
        let name = (segment.from, segment.flags, segment.seq);
        let is_new = !known.contains(&name);
        known.push(name);
        is_new
    });
    segments
}

#[test]
fn a_slow_wire_shows_the_handshake_in_order() {
    as_nobody_too(|| {
        let Some(mut bench) = bench() else { return };
        let _server = bench.listen(SERVER, 500);
        bench.order(WireOrder::Delay(Duration::from_millis(400)));
        let _laptop = bench.call(LAPTOP, bench.at(SERVER, 500));
        bench.wait_for_states(500, SYN_SENT, &[]);
        bench.wait_for_states(500, SYN_SENT, SYN_RECEIVED);
        bench.wait_for_states(500, ESTABLISHED, SYN_RECEIVED);
        bench.wait_for_states(500, ESTABLISHED, ESTABLISHED);
        bench.hear(|news| (arrived(news).len() >= 3).then_some(()));
        // A second there and back is as long as the kernel waits before it calls again.
        let segments = first_of_each(&bench.heard);
        assert_eq!(flags(&segments[..3]), ["SYN", "SYN+ACK", "ACK"]);
        let (call, answer) = (&segments[0].1, &segments[1].1);
        assert_eq!((call.from, call.to), (LAPTOP, SERVER));
        assert_eq!(call.tuple.local.ip.to_string(), "192.168.1.13");
        assert_eq!(call.tuple.remote.to_string(), "192.168.1.10:500");
        assert_eq!(answer.tuple, call.tuple.mirrored());
        assert_eq!(answer.ack, call.seq.wrapping_add(1));
        for (arrived, number) in arrived(&bench.heard) {
            let all = sent(&bench.heard);
            let (sent, _) = all.iter().find(|(_, segment)| segment.number == number).unwrap();
            let way = arrived.since(*sent).as_millis();
            assert!((400..500).contains(&way), "{way} ms");
        }
    });
}

#[test]
fn a_connection_over_ipv6_crosses_the_wire_and_nothing_else_does() {
    as_nobody_too(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("wire.pcapng");
        let clock = Clock::start();
        let capture = Capture::create(&path, clock.epoch(), |event| panic!("{event:?}"));
        let Some(mut bench) = with_capture(clock, capture.expect("a file")) else { return };
        let Some(ip) = bench.lab.computers[0].ip6 else { return skipped("no IPv6 here") };
        let [server, laptop] = [SERVER, LAPTOP].map(|host| {
            Socket::from(bench.lab.pool.take(host, SocketKind::Tcp6).expect("a socket"))
        });
        let at = SocketAddr::from((ip, 500));
        server.bind(&at.into()).expect("bind");
        server.listen(1).expect("listen");
        let _ = laptop.connect(&at.into());
        // On a busy machine the kernel may send one again before it has the answer.
        let segments = bench.hear(|news| Some(first_of_each(news)).filter(|all| all.len() >= 3));
        assert_eq!(flags(&segments), ["SYN", "SYN+ACK", "ACK"]);
        let tuple = segments[0].1.tuple;
        assert_eq!(tuple.local.ip.to_string(), "fd00::13");
        assert_eq!(tuple.remote.to_string(), "[fd00::10]:500");
        drop((bench, server, laptop));
        // Neighbours are known, and no kernel reports its groups.
        let mut reader = PcapNgReader::new(File::open(&path).unwrap()).expect("a header");
        while let Some(block) = reader.next_block() {
            let Block::EnhancedPacket(packet) = block.expect("a block") else { continue };
            let segment = segment(&packet.data, 1, (LAPTOP, SERVER)).expect("a segment");
            assert!([tuple, tuple.mirrored()].contains(&segment.tuple), "{segment:?}");
        }
    });
}

#[test]
fn fragments_wait_on_a_held_wire_and_overtake_nobody() {
    let Some(mut bench) = bench() else { return };
    let at = bench.at(SERVER, 500);
    let (server, laptop) = (bench.udp(SERVER), bench.udp(LAPTOP));
    server.bind(&at.into()).expect("bind");
    bench.order(WireOrder::Hold);
    for (length, byte) in [(100, 7), (3000, 8), (200, 9)] {
        laptop.send_to(&vec![byte; length], &at.into()).expect("send");
    }
    // Three fragments, of which the first is told.
    let kept = |news: &[WireEvent]| match news.last() {
        Some(WireEvent::Status(status)) if status.kept == 5 => Some(()),
        _ => None,
    };
    bench.hear(kept);
    let told = sent(&bench.heard);
    let told: Vec<_> =
        told.iter().map(|(_, one)| (one.label(), one.length, &one.first[..])).collect();
    let datagram = |length, first| ("UDP".to_owned(), length, first);
    let [sevens, eights, nines] = [7, 8, 9].map(|byte| [byte; Segment::SHOWN]);
    let first = [&sevens[..], &eights, &nines];
    let wanted = [datagram(100, first[0]), datagram(3000, first[1]), datagram(200, first[2])];
    assert_eq!(told, wanted);
    let mut bytes = [0; 4000];
    let early = (&server).read(&mut bytes).map_err(|why| why.kind());
    assert_eq!(early, Err(ErrorKind::WouldBlock), "all wait on the wire");
    bench.order(WireOrder::Release);
    server.set_nonblocking(false).expect("blocking");
    let read = [(); 3].map(|()| (&server).read(&mut bytes).expect("a datagram"));
    assert_eq!(read, [100, 3000, 200]);
}

#[test]
fn a_datagram_has_arrived_with_its_last_fragment_and_is_lost_with_any() {
    let Some(mut bench) = bench() else { return };
    let at = bench.at(SERVER, 500);
    let (server, laptop) = (bench.udp(SERVER), bench.udp(LAPTOP));
    server.bind(&at.into()).expect("bind");
    bench.order(WireOrder::Hold);
    let obeyed = |news: &[WireEvent], orders| match news.last() {
        Some(WireEvent::Status(status)) if status.orders_done == orders => Some(status.kept),
        _ => None,
    };
    for (second, fate) in [(WireOrder::DropNext, None), (WireOrder::Step, Some(3000))] {
        laptop.send_to(&[7; 3000], &at.into()).expect("send");
        bench.hear(|news| (tally(news).kept == 3).then_some(()));
        let before = tally(&bench.heard).orders_done;
        bench.order(WireOrder::Step);
        bench.hear(|news| obeyed(news, before + 1));
        assert!(arrived(&bench.heard).is_empty(), "the first fragment is not all");
        bench.order(second);
        bench.order(WireOrder::Step);
        assert_eq!(bench.hear(|news| obeyed(news, before + 3)), 0);
        let number = sent(&bench.heard).last().expect("the first fragment").1.number;
        let lost = lost(&bench.heard).contains(&(number, DropReason::Dropped));
        let arrived = arrived(&bench.heard).iter().any(|(_, other)| *other == number);
        assert_eq!((lost, arrived), (fate.is_none(), fate.is_some()));
        let read = (&server).read(&mut [0; 4000]).ok();
        assert_eq!(read, fate);
    }
}

#[test]
fn the_refusal_of_a_datagram_waits_on_a_held_wire() {
    let Some(mut bench) = bench() else { return };
    let at = bench.at(SERVER, 500);
    let laptop = bench.udp(LAPTOP);
    laptop.connect(&at.into()).expect("connect");
    bench.order(WireOrder::Hold);
    laptop.send(b"ping").expect("send");
    bench.hear_sent(1);
    bench.order(WireOrder::Step);
    let sent = bench.hear_sent(2);
    let (_, refusal) = &sent[1];
    assert_eq!(refusal.label(), "ICMP");
    assert_eq!((refusal.from, refusal.to), (SERVER, LAPTOP));
    assert_eq!(refusal.tuple, sent[0].1.tuple.mirrored());
    let error = || laptop.take_error().expect("an option");
    assert!(error().is_none(), "it waits");
    bench.order(WireOrder::Step);
    wait_until("the refusal", || {
        let errno = error().and_then(|why| why.raw_os_error());
        errno == Some(Errno::ECONNREFUSED.0)
    });
}

#[test]
fn a_cut_wire_loses_everything_until_it_is_mended() {
    as_nobody_too(|| {
        let Some(mut bench) = bench() else { return };
        let _server = bench.listen(SERVER, 500);
        bench.order(WireOrder::Delay(Duration::from_millis(200)));
        let _laptop = bench.call(LAPTOP, bench.at(SERVER, 500));
        bench.hear_sent(1);
        bench.order(WireOrder::Cut);
        let again = bench.hear(|news| (lost(news).len() >= 2).then(|| lost(news)));
        // The one that was on its way, and its retransmission.
        assert_eq!(again, [(1, DropReason::Cut), (2, DropReason::Cut)]);
        assert!(sent(&bench.heard).iter().all(|(_, segment)| is_call(segment)));
        assert_eq!(bench.states(SERVER, 500), []);
        bench.order(WireOrder::Reconnect);
        bench.order(WireOrder::Delay(Duration::ZERO));
        bench.wait_for_states(500, ESTABLISHED, ESTABLISHED);
    });
}

#[test]
fn the_first_bytes_of_what_a_segment_carries_are_told() {
    let Some(mut bench) = bench() else { return };
    let _server = bench.listen(SERVER, 500);
    let laptop = bench.call(LAPTOP, bench.at(SERVER, 500));
    bench.wait_for_states(500, ESTABLISHED, ESTABLISHED);
    let data: Vec<u8> = (0..100).collect();
    assert_eq!(laptop.send(&data).expect("send"), data.len());
    let is_data = |(_, one): &(Moment, Segment)| one.length > 0;
    let (_, segment) = bench.hear(|news| sent(news).into_iter().find(is_data));
    assert_eq!(segment.label(), "data 100 B");
    assert_eq!(segment.first, data[..Segment::SHOWN]);
}

#[test]
fn a_shorter_delay_hastens_what_is_on_its_way() {
    let Some(mut bench) = bench() else { return };
    let _server = bench.listen(SERVER, 500);
    bench.order(WireOrder::Delay(Duration::from_secs(600)));
    let _laptop = bench.call(LAPTOP, bench.at(SERVER, 500));
    bench.hear_sent(1);
    bench.order(WireOrder::Delay(Duration::ZERO));
    bench.wait_for_states(500, ESTABLISHED, ESTABLISHED);
}
