//! What the ends of captured connections became, beside the segments that made them so.

use std::time::Duration;

use fivetuple::app::history::Side;
use fivetuple::app::history::ladder::{as_text, of};
use fivetuple::tcp::{Errno, FiveTuple, Flags, Host, TcpState};

use crate::app::events::lab::connected;
use crate::app::history::ladder_captured::segment;
use crate::app::history::ladder_inferred::rungs;
use crate::computers::{CALLS, CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::Robot;

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

fn shakes_hands() -> Robot {
    let mut robot = Robot::listening_in_lab();
    robot.delivers(1, (LAPTOP, Flags::SYN), (0, 0));
    robot.delivers(2, (SERVER, Flags::SYN.and(Flags::ACK)), (0, 1));
    robot.delivers(3, (LAPTOP, Flags::ACK), (1, 1));
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
    robot.delivers(4, (LAPTOP, fin), (1, 1));
    robot.delivers(5, (SERVER, fin), (1, 2));
    robot.sends(6, (LAPTOP, Flags::ACK), (2, 2), b"");
    let ladder = looked_at_late(&mut robot, "LAST_ACK", "TIME_WAIT");
    assert_eq!(
        ladder[3..],
        [
            "(FIN_WAIT1) > FIN+ACK, seq 1 ack 1 (CLOSE_WAIT)",
            "TIME_WAIT < FIN+ACK, seq 1 ack 2 LAST_ACK",
            "> ACK, seq 2 ack 2, in flight",
        ]
    );
}

#[test]
fn the_ladder_of_all_tells_connections_apart_by_their_ports() {
    let mut robot = Robot::new();
    robot.press_says("O", "Press N for the lab");
    let mut robot = shakes_hands();
    looked_at_late(&mut robot, "ESTABLISHED", "ESTABLISHED");
    let mut phones = segment(4, true, Flags::SYN, (77, 0), 0);
    phones.from = Host(3);
    phones.tuple =
        FiveTuple::tcp("192.168.1.14:44506".parse().unwrap(), "192.168.1.10:500".parse().unwrap());
    robot.put(phones);
    robot.press_says("O", "all connections");
    let ladder = of(&robot.state).unwrap();
    assert!(ladder.of_all);
    assert_eq!(ladder.ends, ["all clients", "server 192.168.1.10"]);
    let drawn: Vec<String> = ladder.rungs.iter().map(|rung| rung.drawn(60)).collect();
    assert_eq!(drawn.len(), 4);
    assert!(drawn[0].ends_with("─ laptop:44506"), "{}", drawn[0]);
    assert!(drawn[3].ends_with("─  phone:44506"), "{}", drawn[3]);
    assert!(drawn.iter().all(|rung| rung.starts_with(":500  ") && rung.chars().count() == 60));
    assert!(ladder.rungs[3].drawn(22).ends_with("─:44506"));
    assert_eq!(rungs(&ladder)[2], "> ACK, seq 1 ack 1 ESTABLISHED");
    assert!(as_text(&ladder).contains("laptop:44506"));
    robot.press("O");
    assert_eq!(of(&robot.state).unwrap().rungs.len(), 3);
    robot.press("O t O");
    assert!(of(&robot.state).unwrap().of_all, "O alone brings the picture");
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

#[test]
fn a_state_that_took_its_time_stands_below_what_was_sent_meanwhile() {
    let mut robot = Robot::listening_in_lab();
    robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.tables(&[LISTEN], &[CALLS]);
    robot.later(Duration::from_secs(2));
    robot.arrives(1);
    robot.sends(2, (SERVER, Flags::SYN.and(Flags::ACK)), (0, 1), b"");
    looked_at_late(&mut robot, "SYN_RECV", "SYN_SENT");
    robot.sends(3, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.later(Duration::from_millis(1960));
    robot.arrives(2);
    robot.sends(4, (LAPTOP, Flags::ACK), (1, 1), b"");
    assert_eq!(
        looked_at_late(&mut robot, "SYN_RECV", "ESTABLISHED"),
        [
            "SYN_SENT > SYN, seq 0, in 2.000 s",
            "< SYN+ACK, seq 0 ack 1, in 2.000 s SYN_RECV",
            "> again: SYN, seq 0, in flight",
            "ESTABLISHED > ACK, seq 1 ack 1, in flight",
        ]
    );
}

#[test]
fn a_fin_that_had_to_wait_for_its_turn_makes_no_second_fin_wait_1() {
    let mut robot = shakes_hands();
    looked_at_late(&mut robot, "ESTABLISHED", "ESTABLISHED");
    let push = Flags::PSH.and(Flags::ACK);
    robot.press("h");
    robot.sends(4, (LAPTOP, push), (1, 1), b"Test payload.");
    // close(): the FIN goes behind data that nobody has acknowledged.
    looked_at_late(&mut robot, "ESTABLISHED", "FIN_WAIT1");
    robot.later(Duration::from_secs(10));
    robot.arrives(4);
    robot.delivers(5, (SERVER, Flags::ACK), (1, 14));
    robot.delivers(6, (LAPTOP, Flags::FIN.and(Flags::ACK)), (14, 1));
    let ladder = looked_at_late(&mut robot, "CLOSE_WAIT", "FIN_WAIT1");
    let said = ladder.join("\n");
    assert_eq!(said.matches("FIN_WAIT1").count(), 1, "{said}");
}

#[test]
fn a_udp_socket_is_what_it_is_before_its_first_datagram() {
    const SOCKET: &str =
        "udp 0 0 192.168.1.13:44506 192.168.1.10:500 ESTABLISHED host=2 inode=11 cookie=7";
    let mut robot = Robot::listening_in_lab();
    let mut datagram = segment(1, true, Flags::default(), (0, 0), 13);
    datagram.tuple = SOCKET.parse::<fivetuple::tcp::SocketRow>().unwrap().tuple;
    robot.put(datagram);
    robot.arrives(1);
    robot.later(Duration::from_millis(30));
    robot.tables(&[], &[SOCKET]);
    let ladder = rungs(&of(&robot.state).unwrap());
    assert_eq!(ladder[0], "ESTABLISHED");
    assert!(ladder[1].contains("UDP, 13 B"), "{ladder:?}");
}

#[test]
fn each_end_has_its_states_in_the_order_in_which_it_passed_them() {
    let fin = Flags::FIN.and(Flags::ACK);
    let mut robot = connected();
    let see = |robot: &mut crate::robot::Robot, state: &str| {
        let (server, client) =
            (SERVES.replace("ESTABLISHED", state), CLIENT.replace("ESTABLISHED", state));
        robot.tables(&[LISTEN, &server], &[&client]);
    };
    robot.later(Duration::from_secs(1));
    robot.sends(1, (LAPTOP, fin), (1, 1), b"");
    robot.later(Duration::from_millis(2));
    robot.sends(2, (SERVER, fin), (1, 1), b"");
    robot.later(Duration::from_millis(50));
    see(&mut robot, "FIN_WAIT1");
    robot.later(Duration::from_millis(950));
    robot.arrives(1);
    robot.arrives(2);
    robot.sends(3, (SERVER, Flags::ACK), (2, 2), b"");
    robot.sends(4, (LAPTOP, Flags::ACK), (2, 2), b"");
    see(&mut robot, "CLOSING");
    let ladder = of(&robot.state).unwrap();
    let passed = |side: Side| {
        let states = ladder.rungs.iter().map(|rung| rung.states[side as usize]);
        let states = states.flatten().filter_map(|mark| mark.state);
        states.collect::<Vec<TcpState>>()
    };
    for side in [Side::Client, Side::Server] {
        let passed = passed(side);
        let end = [TcpState::FinWait1, TcpState::Closing];
        assert!(passed.ends_with(&end), "{side:?}: {passed:?}");
    }
}

#[test]
fn a_time_wait_of_both_is_blamed_on_neither() {
    let mut robot = connected();
    let closing = SERVES.replace("ESTABLISHED", "CLOSING");
    robot.tables(&[LISTEN, &closing], &[&CLIENT.replace("ESTABLISHED", "CLOSING")]);
    let waits = "tcp 0 0 192.168.1.10:500 192.168.1.13:44506 TIME_WAIT host=1 timewait=59000ms/0";
    robot.tables(&[waits], &[]);
    robot.bind_fails(Errno::EADDRINUSE);
    robot.says("because both ends closed at once");
    robot.press("y");
    let text = crate::view::screen(&mut robot, crate::view::WIDE);
    assert!(text.contains("Both ends closed at once"), "{text}");
    robot.press("Esc");
    let text = crate::app::explain::close::card(&mut robot, waits);
    assert!(text.contains("Both ends closed at the same time"), "{text}");
    assert!(!text.contains("closed first"), "{text}");
}
