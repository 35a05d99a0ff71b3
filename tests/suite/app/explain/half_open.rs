//! One end of a connection of the lab was aborted, and its RST never came: what the other end says from then on.

use std::time::Duration;

use fivetuple::tcp::{CloseKind, Errno, Flags, SocketEvent};

use crate::app::events::lab::{connected, name};
use crate::computers::{CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::Robot;

/// What a kernel answers that has no such connection.
const STRAY: Flags = Flags::RST;

/// The laptop aborted while the cable was cut; it is mended since.
fn half_open() -> Robot {
    let mut robot = connected();
    robot.press("u");
    robot.sends(1, (LAPTOP, Flags::RST.and(Flags::ACK)), (14, 1), b"");
    robot.loses(1);
    robot.hear(SocketEvent::Closed { at: name(CLIENT), how: CloseKind::Abort });
    robot.vanish(LAPTOP, &[CLIENT]);
    robot.later(Duration::from_secs(1));
    robot
}

fn closes(robot: &mut Robot, how: CloseKind) -> String {
    let at = name(SERVES);
    robot.hear(SocketEvent::Closed { at, how });
    robot.vanish(SERVER, &[SERVES]);
    robot.said_in_the_end()
}

#[test]
fn who_sends_is_told_of_the_end_that_is_gone_and_that_the_answer_was_rst() {
    let mut robot = half_open();
    robot.hear(SocketEvent::Sent { at: name(SERVES), bytes: 13 });
    let said = robot.said_in_the_end();
    assert!(said.contains("The server sent 13 bytes, but laptop's end is gone"), "{said}");
    robot.sends(2, (SERVER, Flags::PSH.and(Flags::ACK)), (1, 14), b"hello");
    robot.arrives(2);
    robot.sends(3, (LAPTOP, STRAY), (14, 0), b"");
    robot.arrives(3);
    let said = closes(&mut robot, CloseKind::Broken(Errno::ECONNRESET));
    assert!(said.contains("ECONNRESET"), "{said}");
    assert!(said.contains("That end was gone before (half-open)"), "{said}");
}

#[test]
fn what_is_sent_to_an_end_that_is_gone_takes_the_row_away() {
    for (how, words) in [
        (CloseKind::Close, "The server closed: its row is gone too, without TIME_WAIT."),
        (CloseKind::Abort, "its row is gone, the last one of this connection"),
    ] {
        let said = closes(&mut half_open(), how);
        assert!(said.contains(words), "{said}");
    }
    let mut robot = half_open();
    robot.hear(SocketEvent::HalfClosed(name(SERVES)));
    robot.vanish(SERVER, &[SERVES]);
    let said = robot.said();
    assert!(said.contains("The server half-closed: its row is gone too"), "{said}");
    assert!(said.contains("half-open"), "{said}");
}

#[test]
fn who_closes_what_was_reset_just_now_has_nothing_to_say() {
    for is_told in [true, false] {
        let mut robot = connected();
        robot.press("x");
        let at = name(CLIENT);
        let how = CloseKind::Abort;
        if is_told {
            robot.hear(SocketEvent::Closed { at, how });
        }
        let told = robot.state.notices.len();
        robot.hear(SocketEvent::Closed {
            at: name(SERVES),
            how: CloseKind::Broken(Errno::ECONNRESET),
        });
        if !is_told {
            robot.hear(SocketEvent::Closed { at, how });
        }
        robot.tables(&[LISTEN], &[]);
        assert!(robot.said().contains("laptop aborted"), "{}", robot.said());
        assert_eq!(robot.state.notices.len(), told + 1);
    }
}
