//! What the lab says of what is not its clients' doing: other programs, its own end, a listening socket that is chosen, a TIME_WAIT that is cut
//! short.

use std::time::Duration;

use fivetuple::app::{Event, Pane};
use fivetuple::tcp::{CloseKind, LabEvent, SocketEvent};

use crate::app::events::lab::{connected, name};
use crate::computers::{CLIENT, LAPTOP, LISTEN, SERVES};
use crate::robot::{Robot, own};

#[test]
fn another_program_on_a_computer_of_the_lab_is_told_of_like_any_stranger() {
    let mut robot = Robot::listening_in_lab();
    robot.hear(SocketEvent::Accepted(own(SERVES, 12)));
    let said = robot.said_in_the_end();
    assert!(said.contains("192.168.1.13:44506) connected"), "{said}");
    robot.hear(SocketEvent::Received { at: name(SERVES), bytes: 5, first: b"hello".to_vec() });
    assert!(robot.said().contains("hello"), "{}", robot.said());
    robot.hear(SocketEvent::PeerClosed(name(SERVES)));
    robot.hear(SocketEvent::Closed { at: name(SERVES), how: CloseKind::Close });
    let said = robot.said_in_the_end();
    assert!(said.contains("192.168.1.13:44506) closed, and the server closed"), "{said}");
}

#[test]
fn a_client_of_ours_that_hung_up_before_it_was_accepted_is_no_stranger() {
    let mut robot = Robot::listening_in_lab();
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    let waits = CLIENT.replace("ESTABLISHED", "FIN_WAIT2");
    robot.tables(&[LISTEN, SERVES], &[&waits]);
    robot.hear(SocketEvent::Closed { at: name(CLIENT), how: CloseKind::Close });
    let told = robot.state.notices.len();
    robot.hear(SocketEvent::Accepted(own(SERVES, 12)));
    assert_eq!(robot.state.notices.len(), told, "{}", robot.said());
    // And one that is still there when the server hears of it.
    let mut robot = connected();
    let told = robot.state.notices.len();
    robot.hear(SocketEvent::Received {
        at: name(SERVES),
        bytes: 13,
        first: b"Test payload.".to_vec(),
    });
    assert_eq!(robot.state.notices.len(), told, "{}", robot.said());
}

#[test]
fn the_lab_goes_down_in_one_sentence_with_all_its_connections() {
    let mut robot = connected();
    robot.press("N");
    let said = robot.said();
    assert!(said.contains("closing 1 connection"), "{said}");
    let told = robot.state.notices.len();
    robot.hear(SocketEvent::StoppedListening { why: None });
    for (row, how) in [(SERVES, CloseKind::Abort), (CLIENT, CloseKind::Abort)] {
        let at = name(row);
        robot.hear(SocketEvent::Closed { at, how });
    }
    assert_eq!(robot.state.notices.len(), told, "{}", robot.said());
    robot.tell(Event::Lab(LabEvent::Down(None)));
    assert!(robot.said().contains("The lab is down"));
}

#[test]
fn a_listening_socket_has_nothing_to_half_close() {
    for keys in ["f", "s", "x", "d"] {
        let mut robot = Robot::listening_in_lab();
        robot.state.ui.focus = Pane::Sockets;
        robot.press("j");
        assert_eq!(robot.state.ui.selected, Some(name(LISTEN)));
        robot.press(keys);
        let said = robot.said();
        assert!(said.contains("the selected row is a listener"), "{said}");
        assert!(!said.contains("no client here"), "{said}");
    }
}

#[test]
fn a_time_wait_that_ends_before_its_time_was_ended_by_rst() {
    let waits = "tcp 0 0 192.168.1.13:44506 192.168.1.10:500 TIME_WAIT host=2 timewait=60000ms/0";
    for (seconds, is_reset) in [(1, true), (60, false)] {
        let mut robot = Robot::listening_in_lab();
        robot.tables(&[LISTEN], &[waits]);
        robot.later(Duration::from_secs(seconds));
        robot.vanish(LAPTOP, &[waits]);
        let ghost = robot.table().join("\n");
        assert_eq!(ghost.contains("TIME_WAIT reset"), is_reset, "{ghost}");
        let said = robot.said();
        assert_eq!(said.contains("laptop's TIME_WAIT"), is_reset, "{said}");
        assert_eq!(said.contains("59 s early (RFC 1337)"), is_reset, "{said}");
    }
}

#[test]
fn on_loopback_nobody_claims_to_know_what_ended_a_time_wait() {
    let waits = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=60000ms/0";
    let mut robot = Robot::listening();
    let told = robot.state.notices.len();
    robot.kernel(waits);
    robot.later(Duration::from_secs(1));
    robot.kernel("");
    let ghost = robot.table().join("\n");
    assert!(ghost.contains("TIME_WAIT closed"), "{ghost}");
    assert_eq!(robot.state.notices.len(), told, "{}", robot.said());
}
