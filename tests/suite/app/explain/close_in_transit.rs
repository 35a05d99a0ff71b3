//! How connections of the lab end while the wire is slow, or loses what is sent.

use std::time::Duration;

use fivetuple::app::Event;
use fivetuple::tcp::{
    Call, CloseKind, ConnectSpec, DropReason, Endpoint, Errno, Flags, LabEvent, SocketEvent,
    SyscallError, WireEvent,
};

use crate::app::events::lab::{connected, name};
use crate::computers::{CALLS, CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};

const RESET: Flags = Flags::RST.and(Flags::ACK);
const FIN: Flags = Flags::FIN.and(Flags::ACK);

/// What is said once the laptop's end is closed, and both rows are in those states, or gone.
fn closes(robot: &mut Robot, how: CloseKind, client: &str, server: &str) -> String {
    robot.hear(SocketEvent::Closed { at: name(CLIENT), how });
    sees(robot, client, server)
}

fn sees(robot: &mut Robot, client: &str, server: &str) -> String {
    let in_state = |row: &str, state: &str| {
        let row = row.replace("ESTABLISHED", state);
        if state.is_empty() { String::new() } else { row }
    };
    let (client, server) = (in_state(CLIENT, client), in_state(SERVES, server));
    robot.tables(&[LISTEN, &server], &[&client]);
    robot.later(Duration::from_millis(30));
    robot.said()
}

/// Ends the laptop's end, and looks.
type Ends = fn(&mut Robot) -> String;

fn cut_off(robot: &mut Robot, number: u64) {
    let (at, how) = (robot.state.now, DropReason::Cut);
    let lost = WireEvent::Lost { at, number, how };
    robot.tell(Event::Lab(LabEvent::Wire(vec![lost])));
}

#[test]
fn a_cut_cable_says_established_only_where_somebody_is() {
    let mut robot = Robot::calling_in_lab();
    robot.press("B");
    assert!(robot.said().contains("SYN_SENT"), "{}", robot.said());
    assert!(!robot.said().contains("ESTABLISHED"), "{}", robot.said());
    let mut robot = Robot::listening_in_lab();
    robot.press("B");
    assert!(!robot.said().contains("stay"), "{}", robot.said());
    let mut robot = connected();
    robot.press("B");
    assert!(robot.said().contains("stay ESTABLISHED"), "{}", robot.said());
}

#[test]
fn the_ghost_of_a_refused_call_was_never_established() {
    let mut robot = Robot::in_lab(3);
    robot.press("c");
    robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
    let (local, to) = (name(CALLS).tuple.local, name(CALLS).tuple.remote);
    robot.hear(SocketEvent::ConnectFailed {
        spec: ConnectSpec {
            host: LAPTOP,
            ..ConnectSpec::to(Endpoint::new([192, 168, 1, 10], 500).into())
        },
        to: Some(to),
        local: Some(local),
        why: SyscallError { call: Call::Connect, errno: Errno::ECONNREFUSED },
    });
    let how = CloseKind::Broken(Errno::ECONNREFUSED);
    robot.hear(SocketEvent::Closed { at: name(CALLS), how });
    assert_eq!(robot.table(), [format!("{local} {to} SYN_SENT refused")]);
    // Of an end whose calls were never told, nothing is known that a ghost could show.
    let mut robot = Robot::in_lab(3);
    robot.hear(SocketEvent::Closed { at: name(CLIENT), how: CloseKind::Abort });
    assert!(robot.table().is_empty());
}

#[test]
fn what_the_wire_has_lost_or_holds_is_said_with_the_rows_that_differ() {
    let half: Ends = |robot| {
        robot.hear(SocketEvent::HalfClosed(name(CLIENT)));
        sees(robot, "FIN_WAIT1", "ESTABLISHED")
    };
    let close: Ends = |robot| closes(robot, CloseKind::Close, "FIN_WAIT1", "ESTABLISHED");
    let abort: Ends = |robot| closes(robot, CloseKind::Abort, "", "ESTABLISHED");
    let cases: [(Flags, Ends, &str); 3] = [
        (FIN, half, "laptop half-closed: its row is in FIN_WAIT1"),
        (FIN, close, "laptop closed: its row is in FIN_WAIT1"),
        (RESET, abort, "Its row is gone; the server's row is still in ESTABLISHED"),
    ];
    for (flags, ends, words) in cases {
        let mut robot = connected();
        robot.sends(1, (LAPTOP, flags), (14, 1), b"");
        let said = ends(&mut robot);
        assert!(said.contains(words) && said.ends_with("is on the wire."), "{said}");

        let mut robot = connected();
        robot.sends(1, (LAPTOP, flags), (14, 1), b"");
        robot.loses(1);
        let said = ends(&mut robot);
        assert!(said.contains(words) && said.contains("The wire lost the"), "{said}");

        // The wire's news may come after the call's.
        let mut robot = connected();
        let before = robot.state.notices.len();
        let said = ends(&mut robot);
        assert!(!said.contains("wire"), "{said}");
        robot.sends(1, (LAPTOP, flags), (14, 1), b"");
        robot.loses(1);
        assert!(robot.said().contains("The wire lost the"), "{}", robot.said());
        assert_eq!(robot.state.notices.len(), before + 1, "one sentence: {}", robot.said());
    }
}

#[test]
fn a_fin_that_waits_behind_what_nobody_acknowledged_is_said_to() {
    let mut robot = connected();
    robot.hear(SocketEvent::Closed { at: name(CLIENT), how: CloseKind::Close });
    let row = CLIENT.replace("tcp 0 0", "tcp 0 14").replace("ESTABLISHED", "FIN_WAIT1");
    robot.tables(&[LISTEN, SERVES], &[&format!("{row} retransmit=400ms/1")]);
    let said = robot.said_in_the_end();
    assert!(said.contains("The FIN has not been sent: 13 bytes before it"), "{said}");
}

#[test]
fn who_has_half_closed_before_sends_nothing_when_it_closes() {
    let mut robot = connected();
    robot.hear(SocketEvent::HalfClosed(name(CLIENT)));
    let said = sees(&mut robot, "FIN_WAIT2", "CLOSE_WAIT");
    assert!(said.contains("its row is in FIN_WAIT2, and it can still receive"), "{said}");
    robot.later(Duration::from_secs(1));
    let said = closes(&mut robot, CloseKind::Close, "FIN_WAIT2", "CLOSE_WAIT");
    assert!(!said.contains("sent nothing"), "no row has changed: {said}");
    let said = robot.said_in_the_end();
    assert!(said.contains("close() sent nothing; its row is in FIN_WAIT2"), "{said}");
}

#[test]
fn a_cable_that_is_mended_mends_no_reset() {
    let mut robot = connected();
    robot.press("B");
    robot.sends(1, (LAPTOP, RESET), (14, 1), b"");
    cut_off(&mut robot, 1);
    let said = closes(&mut robot, CloseKind::Abort, "", "ESTABLISHED");
    assert!(said.contains("half-open"), "{said}");
    let mut robot = connected();
    robot.press("B");
    robot.hear(SocketEvent::Closed { at: name(CLIENT), how: CloseKind::Abort });
    robot.vanish(LAPTOP, &[CLIENT]);
    robot.press("B");
    assert!(robot.said().contains("A lost RST is not"), "{}", robot.said());

    let mut robot = connected();
    robot.press("B B");
    assert!(!robot.said().contains("RST"), "{}", robot.said());
}

#[test]
fn data_that_comes_after_a_close_is_answered_by_rst_and_that_is_said() {
    let push = Flags::PSH.and(Flags::ACK);
    for (rst_is_lost, then) in [
        (false, "Both rows are gone, and neither is in TIME_WAIT."),
        (true, "laptop's row is still in ESTABLISHED. The wire lost the RST."),
    ] {
        let mut robot = connected();
        robot.later(Duration::from_secs(1));
        robot.hear(SocketEvent::Closed { at: name(SERVES), how: CloseKind::Close });
        robot.sends(1, (LAPTOP, push), (1, 1), b"Test payload.");
        sees(&mut robot, "ESTABLISHED", "FIN_WAIT1");
        robot.later(Duration::from_millis(500));
        robot.arrives(1);
        robot.sends(3, (SERVER, Flags::RST), (1, 0), b"");
        if rst_is_lost {
            robot.loses(3);
        }
        let said = sees(&mut robot, if rst_is_lost { "ESTABLISHED" } else { "" }, "");
        let late = "13 bytes from laptop arrived at the server's end after it was closed";
        assert!(said.starts_with(late) && said.ends_with(then), "{said}");
        let before = robot.state.notices.len();
        robot.sends(4, (SERVER, Flags::RST), (1, 0), b"");
        robot.later(Duration::from_secs(1));
        assert_eq!(robot.state.notices.len(), before, "once");
    }
}
