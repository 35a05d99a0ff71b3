//! More on the wire than is told one by one, or than there is room for.

use std::io::{Read, Seek};

use fivetuple::tcp::{Host, Segment, TcpState, WireEvent, WireOrder, WireStatus};

use crate::lab::{Bench, LAPTOP, SERVER, bench, lost, sent, wait_until, with_room};

/// How many segments of TCP a computer's kernel has counted.
struct Segments {
    arrived: u64,
    sent: u64,
    again: u64,
}

fn segments(bench: &Bench, host: Host) -> Segments {
    let mut counters = bench.lab.counters.iter();
    let (_, files) = counters.find(|(of, _)| *of == host).expect("counters");
    let (mut snmp, mut text) = (&files[0], String::new());
    snmp.rewind().expect("a file");
    snmp.read_to_string(&mut text).expect("counters");
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("Tcp:")).collect();
    let [names, values] = lines[..] else {
        panic!("{text}");
    };
    let counted = |name| {
        let mut both = names.split(' ').zip(values.split(' '));
        let (_, value) = both.find(|(one, _)| *one == name).expect(name);
        value.parse().expect("a number")
    };
    Segments { arrived: counted("InSegs"), sent: counted("OutSegs"), again: counted("RetransSegs") }
}

/// Waits until the laptop and the server have every segment that the other one sent.
#[track_caller]
pub(crate) fn wait_for_all_segments(bench: &Bench) {
    wait_until("each segment that one sent at the other", || {
        let (laptop, server) = (segments(bench, LAPTOP), segments(bench, SERVER));
        // The kernel counts a SYN+ACK that is sent again among the others, too.
        server.arrived == laptop.sent + laptop.again && laptop.arrived == server.sent
    });
}

/// Everything that was told in numbers, added up; what is kept is as it was told last.
fn tally(news: &[WireEvent]) -> WireStatus {
    let mut all = WireStatus::default();
    for news in news {
        if let WireEvent::Status(status) = news {
            all = WireStatus {
                unreported: all.unreported + status.unreported,
                missed: all.missed + status.missed,
                ..*status
            };
        }
    }
    all
}

/// So many calls at once have more answers than there is room for.
const CALLS: usize = 2000;
/// So many are more than are told one by one.
const MANY: u32 = 2500;

#[test]
fn what_is_let_go_at_once_loses_no_answer() {
    calls_cross(|_| ());
}

#[test]
fn what_is_let_through_by_a_count_loses_no_answer() {
    calls_cross(|bench| {
        for _ in 0..CALLS {
            bench.order(WireOrder::Step);
        }
        let is_answered = |news: &[WireEvent]| {
            let status = tally(news);
            // The first order was to hold the wire.
            let (orders, all) = (1 + CALLS as u64, CALLS as u64);
            (status.obeyed == orders && status.kept >= all).then_some(())
        };
        bench.hear(is_answered);
    });
}

/// Many calls wait on a held wire; `first` is done with it, and then all are let go.
fn calls_cross(first: impl Fn(&mut Bench)) {
    // What an unprivileged process gets where nobody has raised net.core.rmem_max.
    let Some(mut bench) = with_room(212_992) else {
        return;
    };
    let _server = bench.listen(SERVER, 80);
    bench.order(WireOrder::Hold);
    let to = bench.at(SERVER, 80);
    let mut laptop = Vec::new();
    while laptop.len() < CALLS {
        // No more at a time than there is room for.
        laptop.extend([(); 100].map(|()| bench.call(LAPTOP, to)));
        let calls = laptop.len() as u64;
        bench.hear(|news| (tally(news).kept >= calls).then_some(()));
    }
    first(&mut bench);
    bench.order(WireOrder::LetGo);
    wait_for_all_segments(&bench);
    let states = bench.states(SERVER, 80);
    assert_eq!(states, [TcpState::Established; CALLS]);
    bench.hear(|news| (tally(news).kept == 0).then_some(()));
    assert_eq!(tally(&bench.heard).missed, 0);
}

#[test]
fn what_comes_faster_than_it_is_taken_is_counted() {
    let Some(mut bench) = with_room(1) else {
        return;
    };
    bench.order(WireOrder::Hold);
    let to = bench.at(SERVER, 500);
    // 41 frames at once.
    let sent = bench.udp(LAPTOP).send_to(&vec![0; 60_000], &to.into());
    assert_eq!(sent.expect("the kernel takes it"), 60_000);
    bench.hear(|news| (tally(news).missed > 0).then_some(()));
}

#[test]
fn what_is_kept_and_dropped_is_counted_though_it_is_not_told() {
    let Some(mut bench) = bench() else { return };
    bench.order(WireOrder::Hold);
    let (laptop, server) = (bench.udp(LAPTOP), bench.udp(SERVER));
    let to = bench.at(SERVER, 500);
    server.bind(&to.into()).expect("bind");
    let all = u64::from(MANY);
    for count in 1..=all {
        laptop.send_to(b"ping", &to.into()).expect("send");
        // No more at a time than there is room for.
        if count % 100 == 0 {
            bench.hear(|news| (tally(news).kept == count).then_some(()));
        }
    }
    let told: Vec<Segment> = sent(&bench.heard).into_iter().map(|(_, one)| one).collect();
    assert_eq!(told.len() as u64 + tally(&bench.heard).unreported, all);
    assert_eq!(tally(&bench.heard).oldest, Some(1));
    bench.order(WireOrder::Step);
    bench.hear(|news| (tally(news).oldest == Some(2)).then_some(()));
    for _ in 1..MANY {
        bench.order(WireOrder::DropNext);
    }
    bench.hear(|news| (tally(news).kept == 0).then_some(()));
    assert_eq!(lost(&bench.heard).len(), told.len() - 1);
    assert_eq!(tally(&bench.heard).settings.drop_next, 0, "each order took one that was kept");
}
