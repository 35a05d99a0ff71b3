//! More on the wire than is told one by one, or than there is room for.

use std::io::{Read, Seek};

use fivetuple::tcp::{Segment, TcpState, WireEvent, WireOrder, WireStatus};

use crate::lab::{Bench, LAPTOP, PHONE, SERVER, bench, flags, lost, sent, wait_until, with_room};

/// Makes the `attempt`, which misses no frame, if there is a lab; and once more if the kernels sent something again in it.
///
/// On a busy machine their timers may send everything again at once, for which there is no room.
pub(crate) fn misses_nothing(mut attempt: impl FnMut() -> Option<Bench>) {
    for is_last in [false, true] {
        let Some(bench) = attempt() else { return };
        let (missed, resent) = (tally(&bench.heard).missed, resent(&bench));
        if missed == 0 {
            return;
        }
        assert!(resent > 0 && !is_last, "{missed} frames were missed, {resent} segments resent");
    }
}

/// How many segments the kernels of the lab's computers have sent again.
fn resent(bench: &Bench) -> u64 {
    let of_one = |mut snmp: &std::fs::File| -> u64 {
        let mut text = String::new();
        snmp.rewind().expect("a file");
        snmp.read_to_string(&mut text).expect("counters");
        let mut lines = text.lines().filter(|line| line.starts_with("Tcp:"));
        let [names, values] = [(); 2].map(|()| lines.next().expect("counters").split(' '));
        let value = names.zip(values).find(|(name, _)| *name == "RetransSegs");
        value.expect("a counter").1.parse().expect("a number")
    };
    bench.lab.counters.iter().map(|(_, files)| of_one(&files[0])).sum()
}

/// Everything that was told in numbers, added up; what is kept is as it was told last.
pub(crate) fn tally(news: &[WireEvent]) -> WireStatus {
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
const CALLS: usize = 1000;
/// So many are more than are told one by one.
const MANY: u32 = 2500;

#[test]
fn what_is_let_go_at_once_loses_no_answer() {
    misses_nothing(|| calls_cross(|_| ()));
}

#[test]
fn what_is_let_through_by_a_count_loses_no_answer() {
    let step_by_step = |bench: &mut Bench| {
        for _ in 0..CALLS {
            bench.order(WireOrder::Step);
        }
        bench.hear(|news| {
            let status = tally(news);
            // The first order was to hold the wire.
            let (orders, all) = (1 + CALLS as u64, CALLS as u64);
            (status.orders_done == orders && status.kept >= all).then_some(())
        });
    };
    misses_nothing(|| calls_cross(step_by_step));
}

/// Many calls wait on a held wire; `first` is done with it, and then all are let go.
fn calls_cross(first: impl Fn(&mut Bench)) -> Option<Bench> {
    // What an unprivileged process gets where nobody has raised net.core.rmem_max.
    let mut bench = with_room(212_992)?;
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
    bench.order(WireOrder::Release);
    wait_until("all to be connected", || {
        bench.states(SERVER, 80) == [TcpState::Established; CALLS]
    });
    bench.hear(|news| (tally(news).kept == 0).then_some(()));
    Some(bench)
}

#[test]
fn what_comes_faster_than_it_is_taken_is_counted() {
    let Some(mut bench) = with_room(1) else { return };
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

#[test]
fn what_floods_the_wire_leaves_others_their_share() {
    let Some(mut bench) = bench() else { return };
    let (laptop, server) = (bench.udp(LAPTOP), bench.udp(SERVER));
    let to = bench.at(SERVER, 500);
    server.bind(&to.into()).expect("bind");
    let listener = bench.listen(SERVER, 80);
    // Not all of it is reported any more.
    for count in 1..=u64::from(MANY) {
        laptop.send_to(b"ping", &to.into()).expect("send");
        // No more at a time than there is room for.
        if count % 100 == 0 {
            bench.hear(|news| {
                (sent(news).len() as u64 + tally(news).unreported == count).then_some(())
            });
        }
    }
    assert!(tally(&bench.heard).unreported > 0);
    let phone = bench.call(PHONE, bench.at(SERVER, 80));
    let accepted = listener.accept().expect("accept");
    drop((phone, accepted));
    let phones = bench.hear(|news| {
        let mut segments = sent(news);
        segments.retain(|(_, segment)| [segment.from, segment.to].contains(&PHONE));
        Some(flags(&segments)).filter(|flags| flags.len() >= 5)
    });
    assert_eq!(phones[..3], ["SYN", "SYN+ACK", "ACK"], "{phones:?}");
    let left_out = |news: &[WireEvent]| -> u64 {
        let counts = news.iter().map(|news| match news {
            WireEvent::Unreported { from: LAPTOP, count, .. } => *count,
            _ => 0,
        });
        counts.sum()
    };
    bench.hear(|news| (left_out(news) == tally(news).unreported).then_some(()));
}
