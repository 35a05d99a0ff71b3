//! Clients that the server's side reset, and connections of which one end was aborted and its RST lost.

use std::time::Duration;

use fivetuple::tcp::{CloseKind, Errno, Flags, SocketEvent};

use crate::app::events::lab::{connected, name};
use crate::computers::{CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};

const PUSH: Flags = Flags::PSH.and(Flags::ACK);

fn laptop_is_reset(robot: &mut Robot) -> String {
    let (at, how) = (name(CLIENT), CloseKind::Broken(Errno::ECONNRESET));
    robot.hear(SocketEvent::Closed { at, how });
    robot.vanish(LAPTOP, &[CLIENT]);
    robot.said_in_the_end()
}

/// The server has closed its end, and its FIN is lost.
fn closed_unheard() -> Robot {
    let mut robot = connected();
    robot.later(Duration::from_secs(1));
    robot.press("u");
    robot.sends(1, (SERVER, Flags::FIN.and(Flags::ACK)), (1, 14), b"");
    robot.loses(1);
    let (at, how) = (name(SERVES), CloseKind::Close);
    robot.hear(SocketEvent::Closed { at, how });
    robot.later(Duration::from_secs(1));
    robot
}

#[test]
fn an_end_that_was_accepted_and_closed_waited_in_no_accept_queue() {
    let mut robot = closed_unheard();
    let said = laptop_is_reset(&mut robot);
    assert!(!said.contains("accept"), "{said}");
    assert!(!said.contains("listener"), "{said}");
    assert!(said.contains("That end was closed when data arrived"), "{said}");

    // The wire's news of that RST comes before the laptop's, or after.
    for is_first in [true, false] {
        let mut robot = closed_unheard();
        let before = robot.state.notices.len();
        let (at, how) = (name(CLIENT), CloseKind::Broken(Errno::ECONNRESET));
        if !is_first {
            robot.hear(SocketEvent::Closed { at, how });
        }
        robot.sends(2, (LAPTOP, PUSH), (14, 1), b"Test payload.");
        robot.arrives(2);
        robot.sends(3, (SERVER, Flags::RST), (1, 0), b"");
        robot.arrives(3);
        if is_first {
            robot.hear(SocketEvent::Closed { at, how });
        }
        robot.tables(&[LISTEN], &[]);
        let said = robot.said();
        assert!(said.contains("was closed"), "{said}");
        assert_eq!(robot.state.notices.len(), before + 1, "told once: {said}");
    }
}

/// The laptop is connected, and nobody has accepted the other end.
fn unaccepted(server: &[&str]) -> Robot {
    let mut robot = Robot::listening_in_lab();
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot.tables(server, &[CLIENT]);
    robot.later(Duration::from_secs(1));
    robot
}

#[test]
fn where_listen_stands_no_listener_is_said_to_be_closed() {
    let mut robot = unaccepted(&[LISTEN]);
    let said = laptop_is_reset(&mut robot);
    assert!(!said.contains("listener that closed"), "{said}");
    assert!(said.contains("its listener is still there"), "{said}");
    assert!(said.contains("may have overflowed"), "{said}");
}

#[test]
fn who_waited_for_a_listener_that_is_closed_is_said_to_have() {
    let waits = SERVES.replace(" inode=12", "");
    let half = waits.replace("ESTABLISHED", "SYN_RECV");
    let cases = [
        (vec![LISTEN, &waits], "in the accept queue of a listener that closed"),
        (vec![LISTEN, &half], "still in SYN_RECV"),
        (vec![LISTEN], "accept() had not returned that end, and its listener is"),
    ];
    for (server, why) in cases {
        // Its news and the table may come after the RST.
        let mut robot = unaccepted(&server);
        robot.press("l");
        let said = laptop_is_reset(&mut robot);
        assert!(said.contains(why), "{said}");

        let mut robot = unaccepted(&server);
        robot.press("l");
        robot.hear(SocketEvent::StoppedListening { why: None });
        robot.vanish(SERVER, &server);
        let said = laptop_is_reset(&mut robot);
        assert!(said.contains(why), "{said}");
    }
}

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
