//! What the ends of captured connections became, beside the segments that made them so.

use std::time::Duration;

use fivetuple::app::history::ladder::{as_text, of};
use fivetuple::tcp::{FiveTuple, Flags, Host};

use crate::app::history::ladder_captured::segment;
use crate::app::history::ladder_inferred::rungs;
use crate::computers::{LAPTOP, SERVER};
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
    // It is refused, and closed.
    robot.later(Duration::from_millis(30));
    robot.vanish(LAPTOP, &[SOCKET]);
    assert_eq!(rungs(&of(&robot.state).unwrap())[2..], ["gone"]);
}
