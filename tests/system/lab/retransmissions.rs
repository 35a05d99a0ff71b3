//! Retransmissions on a held wire: the kernel's timers run on while somebody talks.

use std::fs::File;

use fivetuple::lab::Capture;
use fivetuple::run::Clock;
use fivetuple::tcp::{Host, TcpState, WireEvent, WireOrder};
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketOption;
use pcap_file::pcapng::{Block, PcapNgReader};

use crate::lab::many_segments::tally;
use crate::lab::{Bench, LAPTOP, SERVER, arrived, bench, flags, lost, sent, with_capture};

const SYN_SENT: &[TcpState] = &[TcpState::SynSent];
const SYN_RECEIVED: &[TcpState] = &[TcpState::SynReceived];
const ESTABLISHED: &[TcpState] = &[TcpState::Established];

fn counted(news: &[WireEvent], host: Host) -> usize {
    let counted =
        |news: &&WireEvent| matches!(news, WireEvent::SentAgain { from, .. } if *from == host);
    news.iter().filter(counted).count()
}

impl Bench {
    #[track_caller]
    fn hear_counted(&mut self, host: Host, count: usize) {
        self.hear(|news| (counted(news, host) >= count).then_some(()));
    }
}

#[test]
fn a_held_handshake_has_three_steps_however_long_they_wait_and_the_capture_has_every_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("wire.pcapng");
    let clock = Clock::start();
    let capture = Capture::create(&path, clock.epoch(), |event| panic!("{event:?}"));
    let Some(mut bench) = with_capture(clock, capture.expect("a file")) else { return };
    let _server = bench.listen(SERVER, 500);
    bench.order(WireOrder::Hold);
    let _laptop = bench.call(LAPTOP, bench.at(SERVER, 500));
    bench.hear_counted(LAPTOP, 1);
    bench.wait_for_states(500, SYN_SENT, &[]);
    bench.order(WireOrder::Step);
    // Both ends send again what the other has not acknowledged: the SYN has arrived, and its answer is queued.
    bench.hear_counted(SERVER, 1);
    bench.hear_counted(LAPTOP, 2);
    bench.wait_for_states(500, SYN_SENT, SYN_RECEIVED);
    bench.order(WireOrder::Step);
    bench.hear_sent(3);
    bench.hear_counted(SERVER, 2);
    bench.wait_for_states(500, ESTABLISHED, SYN_RECEIVED);
    bench.order(WireOrder::Step);
    bench.wait_for_states(500, ESTABLISHED, ESTABLISHED);
    bench.hear(|news| (arrived(news).len() == 3).then_some(()));
    assert_eq!(flags(&sent(&bench.heard)), ["SYN", "SYN+ACK", "ACK"]);
    let copies = counted(&bench.heard, LAPTOP) + counted(&bench.heard, SERVER);
    drop(bench);
    let mut reader = PcapNgReader::new(File::open(&path).unwrap()).expect("a header");
    let (mut delivered, mut commented) = (0, 0);
    while let Some(block) = reader.next_block() {
        let Block::EnhancedPacket(packet) = block.expect("a block") else { continue };
        match &packet.options[..] {
            [] => delivered += 1,
            [EnhancedPacketOption::Comment(comment)] => {
                assert!(comment.contains("not delivered"), "{comment}");
                commented += 1;
            }
            options => panic!("{options:?}"),
        }
    }
    assert_eq!(delivered, 3);
    // One may have been sent after the last that was heard of.
    assert!(commented >= copies, "{commented} of {copies}");
}

#[test]
fn a_held_close_leaves_one_time_wait_however_long_its_steps_wait() {
    let Some(mut bench) = bench() else { return };
    let listener = bench.listen(SERVER, 500);
    let laptop = bench.call(LAPTOP, bench.at(SERVER, 500));
    bench.wait_for_states(500, ESTABLISHED, ESTABLISHED);
    let (server, _) = listener.accept().expect("accept");
    bench.hear(|news| (arrived(news).len() == 3).then_some(()));
    bench.order(WireOrder::Hold);
    bench.hear(|news| tally(news).settings.held.then_some(()));
    drop(laptop);
    bench.hear_counted(LAPTOP, 1);
    bench.order(WireOrder::Step);
    bench.hear_sent(5);
    drop(server);
    bench.hear_counted(SERVER, 1);
    bench.order(WireOrder::Step);
    bench.order(WireOrder::Step);
    bench.hear_sent(7);
    bench.hear_counted(SERVER, 2);
    bench.wait_for_states(500, &[TcpState::TimeWait], &[TcpState::LastAck]);
    bench.order(WireOrder::Step);
    bench.wait_for_states(500, &[TcpState::TimeWait], &[]);
    // A FIN that came twice would be acknowledged twice, and an RST answers what no connection waits for (RFC 1337).
    let closing = ["FIN+ACK", "ACK", "FIN+ACK", "ACK"];
    assert_eq!(flags(&sent(&bench.heard))[3..], closing);
}

#[test]
fn what_is_dropped_from_a_held_wire_or_was_acknowledged_by_what_is_comes_again_as_a_segment() {
    let Some(mut bench) = bench() else { return };
    let _server = bench.listen(SERVER, 500);
    bench.order(WireOrder::Hold);
    let _laptop = bench.call(LAPTOP, bench.at(SERVER, 500));
    bench.hear_sent(1);
    bench.order(WireOrder::DropNext);
    bench.hear_sent(2);
    bench.order(WireOrder::Step);
    bench.hear_sent(3);
    bench.order(WireOrder::DropNext);
    // Now neither the SYN is on the wire, nor what acknowledges it.
    bench.hear_sent(4);
    let segments = sent(&bench.heard);
    assert_eq!(flags(&segments)[..3], ["SYN", "SYN", "SYN+ACK"]);
    assert_eq!(segments[1].1.seq, segments[0].1.seq);
    assert_eq!(counted(&bench.heard, SERVER), 0);
    assert_eq!(lost(&bench.heard).len(), 2);
    assert!([LAPTOP, SERVER].contains(&segments[3].1.from) && segments[3].1.number == 4);
}

#[test]
fn a_wire_that_is_told_to_queues_retransmissions_one_by_one() {
    let Some(mut bench) = bench() else { return };
    let _server = bench.listen(SERVER, 500);
    bench.order(WireOrder::Hold);
    bench.order(WireOrder::QueueRetransmissions(true));
    let _laptop = bench.call(LAPTOP, bench.at(SERVER, 500));
    assert_eq!(flags(&bench.hear_sent(2)), ["SYN", "SYN"]);
    assert_eq!(counted(&bench.heard, LAPTOP), 0);
}

#[test]
fn data_that_is_queued_counts_its_copies_and_arrives_once() {
    let Some(mut bench) = bench() else { return };
    let server = bench.listen(SERVER, 500);
    let laptop = bench.call(LAPTOP, bench.at(SERVER, 500));
    bench.wait_for_states(500, ESTABLISHED, ESTABLISHED);
    let (mut server, _) = server.accept().expect("accept");
    bench.order(WireOrder::Hold);
    bench.hear(|news| tally(news).settings.held.then_some(()));
    let before = sent(&bench.heard).len();
    for part in [b"one", b"two"] {
        assert_eq!(laptop.send(part).expect("send"), 3);
    }
    bench.hear_counted(LAPTOP, 2);
    let segments = bench.hear_sent(before + 2);
    assert_eq!(flags(&segments[before..]), ["PSH+ACK", "PSH+ACK"]);
    bench.order(WireOrder::Step);
    bench.order(WireOrder::Step);
    let mut bytes = [0; 6];
    std::io::Read::read_exact(&mut server, &mut bytes).expect("both");
    assert_eq!(&bytes, b"onetwo");
    assert_eq!(sent(&bench.heard).len(), before + 2);
}
