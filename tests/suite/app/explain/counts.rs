//! What one key does to several connections of the lab is counted by connections, and says no more than is true of them.

use std::time::Duration;

use fivetuple::tcp::{Burst, CloseKind, ConnectId, SocketEvent, SocketId};

use crate::app::events::lab::name;
use crate::computers::{CALLS, CLIENT, SERVES};
use crate::robot::{Robot, own};

fn numbered(row: &str, n: usize) -> String {
    row.replace("44506", &(44506 + n).to_string())
}

/// So many connections from the laptop, on a held wire from then on.
fn held(many: usize) -> Robot {
    let mut robot = Robot::listening_in_lab();
    for n in 0..many {
        robot.press("c");
        robot.hear(SocketEvent::Connected(own(&numbered(CLIENT, n), 11)));
        robot.hear(SocketEvent::Accepted(own(&numbered(SERVES, n), 12)));
    }
    robot.later(Duration::from_secs(2));
    robot.press("h");
    robot
}

fn all(row: &str, many: usize) -> Vec<SocketId> {
    (0..many).map(|n| name(&numbered(row, n))).collect()
}

fn close(robot: &mut Robot, ends: &[SocketId], how: CloseKind) {
    for at in ends {
        robot.hear(SocketEvent::Closed { at: *at, how });
    }
}

fn sentences(robot: &Robot) -> Vec<&str> {
    let notices = robot.state.notices.newest_first();
    notices.map(|notice| notice.text.as_str()).collect()
}

#[test]
fn both_ends_of_three_connections_are_not_five() {
    let mut robot = held(3);
    for end in all(CLIENT, 3) {
        robot.press("d");
        close(&mut robot, &[end], CloseKind::Close);
        robot.later(Duration::from_millis(300));
    }
    for end in all(SERVES, 3) {
        robot.press("o");
        robot.hear(SocketEvent::PeerClosed(end));
        close(&mut robot, &[end], CloseKind::Close);
        robot.later(Duration::from_millis(300));
    }
    let said = sentences(&robot);
    let counts = said.iter().filter(|text| text.contains("connections were"));
    assert_eq!(counts.count(), 0, "{said:#?}");
    for who in ["laptop closed", "The server closed"] {
        let told = said.iter().filter(|text| text.starts_with(who));
        assert_eq!(told.count(), 3, "{said:#?}");
    }
}

#[test]
fn what_follows_at_once_at_the_other_ends_is_one_sentence() {
    let mut robot = held(3);
    robot.press("0D");
    close(&mut robot, &all(SERVES, 3), CloseKind::Close);
    robot.later(Duration::from_secs(1));
    let before = robot.state.notices.len();
    for end in all(CLIENT, 3) {
        robot.hear(SocketEvent::PeerClosed(end));
        close(&mut robot, &[end], CloseKind::Close);
    }
    let said = robot.said_in_the_end().to_owned();
    assert_eq!(robot.state.notices.len(), before + 1);
    assert!(said.starts_with("3 connections were closed at the other end too"), "{said}");

    let mut robot = held(2);
    robot.press("2f");
    let before = robot.state.notices.len();
    for end in all(CLIENT, 2) {
        robot.hear(SocketEvent::HalfClosed(end));
    }
    let said = robot.said_in_the_end().to_owned();
    assert_eq!(robot.state.notices.len(), before + 1);
    assert!(said.starts_with("2 connections were half-closed"), "{said}");
}

#[test]
fn calls_without_an_answer_are_said_to_wait() {
    for (opened, words) in [
        (0, "laptop: 4 connection attempts have no answer yet"),
        (1, "laptop opened 1 connection of 4 in less than 1 ms"),
    ] {
        let mut robot = Robot::listening_in_lab();
        robot.press("h 4c");
        robot.hear(SocketEvent::BurstBegun {
            id: ConnectId::default(),
            burst: Burst { count: 4, ..Burst::ONE },
            whole_range: false,
        });
        for n in 0..4 {
            robot.hear(SocketEvent::Connecting(own(&numbered(CALLS, n), 11)));
        }
        for n in 0..opened {
            robot.hear(SocketEvent::Connected(own(&numbered(CLIENT, n), 11)));
        }
        robot.hear(SocketEvent::BurstEnded {
            id: ConnectId::default(),
            opened: u32::try_from(opened).unwrap(),
            asked: 4,
            took: Duration::ZERO,
        });
        assert!(robot.said().contains(words), "{}", robot.said());
        let wait = format!("{} connection attempts have no answer yet", 4 - opened);
        assert!(robot.said().contains(&wait), "{}", robot.said());
    }
}

#[test]
fn the_ports_of_several_connections_are_listed_rising() {
    let mut robot = Robot::listening_in_lab();
    robot.press("7c");
    for n in [8, 0, 4, 2, 12, 10, 6] {
        robot.hear(SocketEvent::Connected(own(&numbered(CLIENT, n), 11)));
    }
    robot.hear(SocketEvent::BurstEnded {
        id: ConnectId::default(),
        opened: 7,
        asked: 7,
        took: Duration::ZERO,
    });
    let said = robot.said();
    let ports = "(ports 44506, 44508, 44510, 44512, 44514 ...)";
    assert!(said.contains(ports), "{said}");
}

#[test]
fn a_stranger_and_a_client_not_accepted_yet_are_both_counted() {
    let mut robot = Robot::listening_in_lab();
    robot.hear(SocketEvent::Accepted(own(&numbered(SERVES, 9), 13)));
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot.hear(SocketEvent::Accepted(own(SERVES, 12)));
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(&numbered(CLIENT, 1), 14)));
    robot.later(Duration::from_millis(100));
    let said = sentences(&robot);
    assert!(said.iter().any(|text| text.contains("now has 3 connections")), "{said:#?}");
}
