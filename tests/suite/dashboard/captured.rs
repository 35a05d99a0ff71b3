//! The ladder of a connection, made of captured segments.

use std::time::Duration;

use fivetuple::app::Event;
use fivetuple::app::ladder::{Ladder, Pair, as_text, captured, of};
use fivetuple::tcp::{
    Crossing, Fate, FiveTuple, Flags, Host, LabNews, Loss, Moment, Segment, WireNews,
};

use super::ladder::{CLIENT, SERVER, rungs};
use super::laptop_connected;
use crate::computers::{LAPTOP, SERVER as SERVER_HOST};
use crate::robot::{LISTEN, Robot};

/// A segment of the laptop, or of the server.
fn segment(
    number: u64,
    is_clients: bool,
    flags: Flags,
    (seq, ack): (u32, u32),
    length: u32,
) -> Segment {
    let (local, remote) = if is_clients { CLIENT } else { SERVER };
    let (from, to) = if is_clients {
        (Host(2), Host(1))
    } else {
        (Host(1), Host(2))
    };
    Segment {
        number,
        from,
        to,
        tuple: FiveTuple::tcp(local.parse().unwrap(), remote.parse().unwrap()),
        flags,
        seq,
        ack,
        window: 64_240,
        length,
        first: vec![],
    }
}

fn after(millis: u64) -> Moment {
    Moment::at(Duration::from_millis(millis))
}

/// Half a second one way; the SYN is dropped once, the payload is still on its way, and the last one fell off a cut wire.
fn crossings() -> Vec<Crossing> {
    const LAST: u32 = u32::MAX;
    let syn_ack = Flags::SYN.and(Flags::ACK);
    let data = Flags::PSH.and(Flags::ACK);
    let crossing = |segment, sent, fate, again| Crossing {
        segment,
        sent: after(sent),
        fate,
        again,
    };
    vec![
        crossing(
            segment(1, true, Flags::SYN, (LAST, 0), 0),
            0,
            Fate::Lost(after(0), Loss::Dropped),
            false,
        ),
        crossing(
            segment(2, true, Flags::SYN, (LAST, 0), 0),
            1000,
            Fate::Arrived(after(1500)),
            true,
        ),
        crossing(
            segment(3, false, syn_ack, (7000, 0), 0),
            1500,
            Fate::Arrived(after(2000)),
            false,
        ),
        crossing(
            segment(4, true, Flags::ACK, (0, 7001), 0),
            2000,
            Fate::Arrived(after(2001)),
            false,
        ),
        crossing(
            segment(5, true, data, (0, 7001), 13),
            2001,
            Fate::OnTheWay,
            false,
        ),
        crossing(
            segment(6, false, data, (7001, 0), 5),
            2002,
            Fate::Lost(after(2002), Loss::Cut),
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
    let pair = Pair::chosen(&robot.state).unwrap();
    let origin = |from: Host| if from == Host(2) { u32::MAX } else { 7000 };
    captured(&crossings, &pair, |segment| {
        if absolute {
            return (segment.seq, segment.ack);
        }
        let seq = segment.seq.wrapping_sub(origin(segment.from));
        (seq, segment.ack.wrapping_sub(origin(segment.to)))
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
            "ESTABLISHED < SYN+ACK, seq 0 ack 1, in 0.500 s SYN_RECV",
            "> ACK, seq 1 ack 1 ESTABLISHED",
            "> PSH+ACK, 13 B, seq 1 ack 1, on its way",
            "< PSH+ACK, 5 B, seq 1 ack 1, lost: cut",
        ]
    );
    let absolute = rungs(&of_segments(true));
    assert_eq!(
        absolute[2],
        "ESTABLISHED < SYN+ACK, seq 7000 ack 0, in 0.500 s SYN_RECV"
    );
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

/// The ladder of the laptop's connection through the lab's wire, when the tables are looked at only once everything is over.
fn looked_at_late(robot: &mut Robot, server: &str, laptop: &str) -> Vec<String> {
    let listen = "tcp 0 128 192.168.1.10:500 0.0.0.0:* LISTEN inode=9 host=1";
    let ends = [
        ("host=1", "192.168.1.10:500 192.168.1.13:44506", server),
        ("host=2", "192.168.1.13:44506 192.168.1.10:500", laptop),
    ];
    let [server, laptop] = ends.map(|(host, ends, state)| format!("tcp 0 0 {ends} {state} {host}"));
    robot.later(Duration::from_millis(40));
    robot.tables(&[listen, &server], &[&laptop]);
    rungs(&of(&robot.state).unwrap())
}

fn crosses(robot: &mut Robot, number: u64, from: Host, flags: Flags, numbers: (u32, u32)) {
    robot.sends(number, (from, flags), numbers, b"");
    robot.arrives(number);
}

fn shakes_hands() -> Robot {
    let mut robot = Robot::listening_in_lab();
    crosses(&mut robot, 1, LAPTOP, Flags::SYN, (0, 0));
    crosses(
        &mut robot,
        2,
        SERVER_HOST,
        Flags::SYN.and(Flags::ACK),
        (0, 1),
    );
    crosses(&mut robot, 3, LAPTOP, Flags::ACK, (1, 1));
    robot
}

#[test]
fn a_state_stands_beside_the_segment_that_made_it_however_late_the_look_was() {
    let mut robot = shakes_hands();
    assert_eq!(
        looked_at_late(&mut robot, "ESTABLISHED", "ESTABLISHED"),
        [
            "(SYN_SENT) > SYN, seq 0",
            "ESTABLISHED < SYN+ACK, seq 0 ack 1 (SYN_RECV)",
            "> ACK, seq 1 ack 1 ESTABLISHED",
        ]
    );
    let fin = Flags::FIN.and(Flags::ACK);
    crosses(&mut robot, 4, LAPTOP, fin, (1, 1));
    crosses(&mut robot, 5, SERVER_HOST, fin, (1, 2));
    robot.sends(6, (LAPTOP, Flags::ACK), (2, 2), b"");
    let ladder = looked_at_late(&mut robot, "LAST_ACK", "TIME_WAIT");
    assert_eq!(
        ladder[3..],
        [
            "(FIN_WAIT1) > FIN+ACK, seq 1 ack 1 (CLOSE_WAIT)",
            "TIME_WAIT < FIN+ACK, seq 1 ack 2 LAST_ACK",
            "> ACK, seq 2 ack 2, on its way",
        ]
    );
}

#[test]
fn the_ladder_of_all_tells_connections_apart_by_their_ports() {
    let mut robot = Robot::new();
    robot.press("O");
    assert!(
        robot.said().contains("N starts the lab"),
        "{}",
        robot.said()
    );
    let mut robot = shakes_hands();
    looked_at_late(&mut robot, "ESTABLISHED", "ESTABLISHED");
    let mut phones = segment(4, true, Flags::SYN, (77, 0), 0);
    phones.from = Host(3);
    phones.tuple = FiveTuple::tcp(
        "192.168.1.14:44506".parse().unwrap(),
        "192.168.1.10:500".parse().unwrap(),
    );
    let at = robot.state.now;
    let sent = WireNews::Sent {
        at,
        segment: phones,
    };
    robot.tell(Event::Lab(LabNews::Wire(vec![sent])));
    robot.press("O");
    assert!(robot.said().contains("all connections"), "{}", robot.said());
    let ladder = of(&robot.state).unwrap();
    assert!(ladder.of_all);
    assert_eq!(ladder.ends, ["all clients", "server 192.168.1.10"]);
    let drawn: Vec<String> = ladder.rungs.iter().map(|rung| rung.drawn(60)).collect();
    assert_eq!(drawn.len(), 4);
    assert!(drawn[0].starts_with(" laptop:44506─"), "{}", drawn[0]);
    assert!(drawn[3].starts_with("  phone:44506─"), "{}", drawn[3]);
    assert!(
        drawn
            .iter()
            .all(|rung| rung.ends_with("  :500") && rung.chars().count() == 60)
    );
    assert!(ladder.rungs[3].drawn(22).starts_with(":44506─"));
    assert_eq!(rungs(&ladder)[2], "> ACK, seq 1 ack 1 ESTABLISHED");
    assert!(as_text(&ladder).contains("laptop:44506"));
    robot.press("O");
    assert_eq!(of(&robot.state).unwrap().rungs.len(), 3);
    robot.press("O t O");
    assert!(
        of(&robot.state).unwrap().of_all,
        "O alone brings the picture"
    );
    robot.press("t t");
    assert!(!of(&robot.state).unwrap().of_all);
}

#[test]
fn what_looks_speak_against_is_not_worked_out() {
    // With TCP_DEFER_ACCEPT, or a full accept queue, the server's kernel drops the last ACK.
    let mut robot = shakes_hands();
    looked_at_late(&mut robot, "SYN_RECV", "ESTABLISHED");
    robot.later(Duration::from_secs(2));
    let ladder = looked_at_late(&mut robot, "SYN_RECV", "ESTABLISHED");
    assert_eq!(ladder[2], "> ACK, seq 1 ack 1");
    assert_eq!(ladder.len(), 3);
    let ladder = looked_at_late(&mut robot, "ESTABLISHED", "ESTABLISHED");
    assert_eq!(ladder[3..], ["ESTABLISHED"]);
}
