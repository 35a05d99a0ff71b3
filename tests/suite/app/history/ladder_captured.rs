//! The ladder of a connection, made of captured segments.

use std::time::Duration;

use fivetuple::app::history::ladder::{as_text, captured, of};
use fivetuple::app::history::{Connection, Ladder};
use fivetuple::tcp::{Delivery, DropReason, FiveTuple, Flags, Host, Moment, Segment, WireSegment};

use crate::app::history::ladder_inferred::{CLIENT, SERVER, rungs};
use crate::app::laptop_connected;
use crate::robot::{LISTEN, Robot};

/// A segment of the laptop, or of the server.
pub(crate) fn segment(
    number: u64,
    is_clients: bool,
    flags: Flags,
    (seq, ack): (u32, u32),
    length: u32,
) -> Segment {
    let (local, remote) = if is_clients { CLIENT } else { SERVER };
    let (from, to) = if is_clients { (Host(2), Host(1)) } else { (Host(1), Host(2)) };
    Segment {
        number,
        from,
        to,
        tuple: FiveTuple::tcp(local.parse().unwrap(), remote.parse().unwrap()),
        is_refusal: false,
        is_fragment: false,
        flags,
        seq,
        ack,
        length,
        first: vec![],
    }
}

fn after(millis: u64) -> Moment {
    Moment::at(Duration::from_millis(millis))
}

/// Half a second one way; the SYN is dropped once, the payload is still in flight, and the last one fell off a cut wire.
fn crossings() -> Vec<WireSegment> {
    const LAST: u32 = u32::MAX;
    let syn_ack = Flags::SYN.and(Flags::ACK);
    let data = Flags::PSH.and(Flags::ACK);
    let origin = |host: Host| if host == Host(2) { LAST } else { 7000 };
    let crossing = |segment: Segment, sent, fate, again| WireSegment {
        relative: (
            segment.seq.wrapping_sub(origin(segment.from)),
            segment.ack.wrapping_sub(origin(segment.to)),
        ),
        segment,
        sent: after(sent),
        fate,
        again,
    };
    vec![
        crossing(
            segment(1, true, Flags::SYN, (LAST, 0), 0),
            0,
            Delivery::Lost(after(0), DropReason::Dropped),
            false,
        ),
        crossing(
            segment(2, true, Flags::SYN, (LAST, 0), 0),
            1000,
            Delivery::Arrived(after(1500)),
            true,
        ),
        crossing(
            segment(3, false, syn_ack, (7000, 0), 0),
            1500,
            Delivery::Arrived(after(2000)),
            false,
        ),
        crossing(
            segment(4, true, Flags::ACK, (0, 7001), 0),
            2000,
            Delivery::Arrived(after(2001)),
            false,
        ),
        crossing(segment(5, true, data, (0, 7001), 13), 2001, Delivery::OnTheWay, false),
        crossing(
            segment(6, false, data, (7001, 0), 5),
            2002,
            Delivery::Lost(after(2002), DropReason::Cut),
            false,
        ),
    ]
}

fn of_segments(absolute: bool) -> Ladder {
    let mut robot = Robot::listening();
    let states = [
        ("SYN_SENT", None, 10),
        ("SYN_SENT", Some("SYN_RECV"), 1490),
        ("ESTABLISHED", Some("SYN_RECV"), 500),
        ("ESTABLISHED", Some("ESTABLISHED"), 10),
    ];
    for (client, server, wait) in states {
        robot.later(Duration::from_millis(wait));
        let mut table = format!("{LISTEN}\ntcp 0 0 {} {} {client}", CLIENT.0, CLIENT.1);
        if let Some(server) = server {
            table.extend([format!("\ntcp 0 0 {} {} {server}", SERVER.0, SERVER.1)]);
        }
        robot.kernel(&table);
    }
    let crossings = crossings();
    let pair = Connection::selected(&robot.state).unwrap();
    captured(&crossings, &pair, |crossing| {
        if absolute { (crossing.segment.seq, crossing.segment.ack) } else { crossing.relative }
    })
}

#[test]
fn segments_that_were_captured_have_their_numbers_and_their_fate() {
    let ladder = of_segments(false);
    assert!(ladder.captured);
    assert_eq!(
        rungs(&ladder),
        [
            "SYN_SENT > SYN, seq 0, lost",
            "> again: SYN, seq 0, in 0.500 s",
            "< SYN+ACK, seq 0 ack 1, in 0.500 s SYN_RECV",
            "ESTABLISHED > ACK, seq 1 ack 1 ESTABLISHED",
            "> PSH+ACK, 13 B, seq 1 ack 1, in flight",
            "< PSH+ACK, 5 B, seq 1 ack 1, lost: cut",
        ]
    );
    let absolute = rungs(&of_segments(true));
    assert_eq!(absolute[2], "< SYN+ACK, seq 7000 ack 0, in 0.500 s SYN_RECV");
    insta::assert_snapshot!("ladder_captured", as_text(&ladder));
}

#[test]
fn arrows_fit_into_any_width() {
    for ladder in [of_segments(false), of(&laptop_connected().state).unwrap()] {
        for rung in &ladder.rungs {
            let arrow = rung.arrow.as_ref().unwrap();
            for columns in 12..60 {
                let drawn = arrow.drawn(rung.at, columns);
                assert_eq!(drawn.chars().count(), columns, "{drawn}");
                assert_eq!(drawn.contains('✗'), arrow.is_lost());
            }
        }
    }
}

#[test]
fn where_there_is_hardly_room_the_numbers_go_before_the_fate() {
    let ladder = of_segments(false);
    let answer = &ladder.rungs[2];
    let label = |columns| answer.arrow.as_ref().unwrap().label(answer.at, columns);
    let table = [
        (34, "SYN+ACK, seq 0 ack 1, in 0.500 s"),
        (20, "SYN+ACK, in 0.500 s"),
        (14, "SYN+ACK"),
        (5, "SYN+…"),
    ];
    for (columns, text) in table {
        assert_eq!(label(columns), text);
    }
}
