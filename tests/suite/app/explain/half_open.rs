//! One end of a connection of the lab was aborted, and its RST never came: what the other end says from then on.

use std::time::Duration;

use fivetuple::tcp::{CloseKind, Errno, Flags, SocketEvent};

use crate::app::events::lab::{connected, name};
use crate::computers::{CLIENT, LAPTOP, SERVER, SERVES};
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
    robot.said().to_owned()
}

#[test]
fn a_fin_that_nobody_is_there_for_is_answered_by_rst_and_leaves_no_time_wait() {
    let said = closes(&mut half_open(), CloseKind::Close);
    assert!(said.contains("RST") && said.contains("half-open"), "{said}");
    assert!(!said.contains("TIME_WAIT is"), "{said}");
    let mut slow = half_open();
    slow.press("b");
    let said = closes(&mut slow, CloseKind::Close);
    assert!(said.contains("FIN_WAIT1, until the RST"), "{said}");
    let mut lossy = half_open();
    lossy.press("u");
    let said = closes(&mut lossy, CloseKind::Close);
    assert!(said.contains("FIN is lost"), "{said}");
    assert!(said.contains("answer will be RST"), "{said}");
    let said = closes(&mut half_open(), CloseKind::Abort);
    assert!(!said.contains("Both rows"), "{said}");
}

#[test]
fn a_half_close_that_nobody_hears_puts_nobody_into_close_wait() {
    let mut robot = half_open();
    robot.hear(SocketEvent::HalfClosed(name(SERVES)));
    let said = robot.said();
    assert!(!said.contains("CLOSE_WAIT"), "{said}");
    assert!(said.contains("the answer is RST"), "{said}");
}

#[test]
fn who_sends_is_told_of_the_end_that_is_gone_and_that_the_answer_was_rst() {
    let mut robot = half_open();
    robot.hear(SocketEvent::Sent { at: name(SERVES), bytes: 13 });
    let said = robot.said().to_owned();
    assert!(
        said.contains("the server sent 13 bytes") && said.contains("the answer is RST"),
        "{said}"
    );
    robot.sends(2, (SERVER, Flags::PSH.and(Flags::ACK)), (1, 14), b"hello");
    robot.arrives(2);
    robot.sends(3, (LAPTOP, STRAY), (14, 0), b"");
    robot.arrives(3);
    let said = closes(&mut robot, CloseKind::Broken(Errno::ECONNRESET));
    assert!(said.contains("ECONNRESET"), "{said}");
    assert!(said.contains("nobody is at laptop's end"), "{said}");
}

#[test]
fn who_closes_what_was_reset_just_now_has_nothing_to_say() {
    for is_told in [true, false] {
        let mut robot = connected();
        robot.press("x D");
        let at = name(CLIENT);
        let how = CloseKind::Abort;
        if is_told {
            robot.hear(SocketEvent::Closed { at, how });
        }
        let told = robot.state.notices.len();
        let said = closes(&mut robot, CloseKind::Close);
        assert_eq!(robot.state.notices.len(), told, "{said}");
        if !is_told {
            robot.hear(SocketEvent::Closed { at, how });
        }
        assert!(robot.said().contains("aborted"), "{}", robot.said());
    }
}

#[test]
fn a_rst_that_comes_late_is_still_that_of_who_aborted_and_told_once() {
    let mut robot = connected();
    robot.press("b");
    robot.sends(1, (LAPTOP, Flags::RST.and(Flags::ACK)), (14, 1), b"");
    robot.hear(SocketEvent::Closed { at: name(CLIENT), how: CloseKind::Abort });
    robot.vanish(LAPTOP, &[CLIENT]);
    robot.later(Duration::from_secs(1));
    robot.arrives(1);
    let told = robot.state.notices.len();
    let said = closes(&mut robot, CloseKind::Broken(Errno::ECONNRESET));
    assert_eq!(robot.state.notices.len(), told, "{said}");
}
