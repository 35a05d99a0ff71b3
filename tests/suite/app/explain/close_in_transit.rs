//! How connections of the lab end while the wire is slow, or loses what is sent.

use std::time::Duration;

use fivetuple::app::Event;
use fivetuple::tcp::{
    Call, CloseKind, ConnectSpec, DropReason, Endpoint, Errno, Flags, LabEvent, SocketEvent,
    SyscallError, WireEvent,
};

use crate::app::events::lab::{connected, name};
use crate::computers::{ANSWERS, CALLS, CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};

const RESET: Flags = Flags::RST.and(Flags::ACK);
const FIN: Flags = Flags::FIN.and(Flags::ACK);

/// What is said once an end is closed.
fn closes(robot: &mut Robot, row: &str, how: CloseKind) -> String {
    let at = name(row);
    robot.hear(SocketEvent::Closed { at, how });
    robot.said().to_owned()
}

fn cut_off(robot: &mut Robot, number: u64) {
    let (at, how) = (robot.state.now, DropReason::Cut);
    let lost = WireEvent::Lost { at, number, how };
    robot.tell(Event::Lab(LabEvent::Wire(vec![lost])));
}

#[test]
fn who_has_half_closed_before_ends_in_time_wait_or_closing_and_not_in_last_ack() {
    let mut robot = connected();
    robot.press("b");
    robot.hear(SocketEvent::HalfClosed(name(CLIENT)));
    robot.hear(SocketEvent::PeerClosed(name(CLIENT)));
    let said = closes(&mut robot, CLIENT, CloseKind::Close);
    assert!(!said.contains("LAST_ACK"), "{said}");
    assert!(said.contains("TIME_WAIT"), "{said}");

    let mut robot = connected();
    robot.press("h");
    robot.hear(SocketEvent::HalfClosed(name(CLIENT)));
    robot.hear(SocketEvent::HalfClosed(name(SERVES)));
    robot.hear(SocketEvent::PeerClosed(name(SERVES)));
    let closing = SERVES.replace("ESTABLISHED", "CLOSING");
    robot.tables(&[LISTEN, &closing], &[CLIENT]);
    let said = closes(&mut robot, SERVES, CloseKind::Close);
    assert!(!said.contains("LAST_ACK"), "{said}");
    assert!(said.contains("CLOSING"), "{said}");

    let mut robot = connected();
    robot.press("b");
    robot.hear(SocketEvent::HalfClosed(name(CLIENT)));
    let waits = CLIENT.replace("ESTABLISHED", "FIN_WAIT2");
    robot.tables(&[LISTEN, SERVES], &[&waits]);
    let said = closes(&mut robot, CLIENT, CloseKind::Close);
    assert!(said.contains("FIN_WAIT2"), "{said}");

    let mut robot = connected();
    robot.press("b");
    robot.hear(SocketEvent::PeerClosed(name(SERVES)));
    let said = closes(&mut robot, SERVES, CloseKind::Close);
    assert!(said.contains("LAST_ACK"), "the second to close: {said}");
}

#[test]
fn what_a_lossy_wire_takes_away_nobody_is_said_to_have_heard() {
    let armed = |keys: &str| {
        let mut robot = connected();
        robot.later(Duration::from_secs(1));
        robot.press(keys);
        robot
    };
    let said = closes(&mut armed("u"), CLIENT, CloseKind::Abort);
    assert!(said.contains("RST is lost"), "{said}");
    assert!(!said.contains("Both rows"), "{said}");
    for row in [CLIENT, SERVES] {
        let said = closes(&mut armed("u u u u u"), row, CloseKind::Close);
        assert!(said.contains("FIN is lost"), "{said}");
        assert!(said.contains("FIN_WAIT1"), "{said}");
        assert!(!said.contains("TIME_WAIT"), "{said}");
    }
    let mut robot = armed("u u u u u");
    robot.hear(SocketEvent::Sent { at: name(CLIENT), bytes: 13 });
    let said = robot.said();
    assert!(said.contains("13 bytes") && said.contains("lost"), "{said}");
    let mut robot = armed("u");
    robot.hear(SocketEvent::HalfClosed(name(CLIENT)));
    assert!(robot.said().contains("FIN is lost"), "{}", robot.said());
}

#[test]
fn a_loss_that_was_told_before_the_call_is_known_all_the_same() {
    let cases = [(RESET, CloseKind::Abort, "RST is lost"), (FIN, CloseKind::Close, "FIN is lost")];
    for (flags, how, words) in cases {
        let mut robot = connected();
        robot.press("u");
        robot.sends(1, (LAPTOP, flags), (14, 1), b"");
        robot.loses(1);
        let said = closes(&mut robot, CLIENT, how);
        assert!(said.contains(words), "{said}");
    }
    // What the wire lost before is another matter.
    let mut robot = connected();
    robot.press("u");
    robot.sends(1, (SERVER, Flags::ACK), (1, 14), b"");
    robot.loses(1);
    let said = closes(&mut robot, CLIENT, CloseKind::Close);
    assert!(said.contains("turns to TIME_WAIT"), "{said}");
}

#[test]
fn a_reset_on_a_cut_cable_leaves_the_other_end_half_open() {
    let mut robot = connected();
    robot.press("B");
    robot.sends(1, (LAPTOP, RESET), (14, 1), b"");
    cut_off(&mut robot, 1);
    let said = closes(&mut robot, CLIENT, CloseKind::Abort);
    assert!(said.contains("half-open"), "{said}");
    assert!(!said.contains("crossed"), "{said}");
    robot.vanish(LAPTOP, &[CLIENT]);
    robot.later(Duration::from_secs(20));
    robot.press("B");
    let said = robot.said();
    assert!(said.contains("RST is not"), "{said}");

    let mut robot = connected();
    robot.press("B B");
    assert!(!robot.said().contains("RST"), "{}", robot.said());
}

#[test]
fn a_call_that_is_reset_in_syn_recv_was_in_no_accept_queue() {
    let reset = CloseKind::Broken(Errno::ECONNRESET);
    let answered = |server: &str| {
        let mut robot = Robot::calling_in_lab();
        robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
        robot.tables(&[LISTEN, server], &[CLIENT]);
        robot.press("l");
        robot.hear(SocketEvent::StoppedListening { why: None });
        closes(&mut robot, CLIENT, reset)
    };
    let said = answered(ANSWERS);
    assert!(said.contains("SYN_RECV"), "{said}");
    assert!(!said.contains("accept queue"), "{said}");
    let waiting = SERVES.replace("inode=12 ", "");
    let said = answered(&waiting);
    assert!(said.contains("accept queue"), "{said}");
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
    closes(&mut robot, CALLS, CloseKind::Broken(Errno::ECONNREFUSED));
    assert_eq!(robot.table(), [format!("{local} {to} SYN_SENT refused")]);
    // Of an end whose calls were never told, nothing is known that a ghost could show.
    let mut robot = Robot::in_lab(3);
    closes(&mut robot, CLIENT, CloseKind::Abort);
    assert!(robot.table().is_empty());
}

#[test]
fn data_that_comes_after_a_close_is_answered_by_rst_and_that_is_said() {
    let push = Flags::PSH.and(Flags::ACK);
    let mut robot = connected();
    robot.later(Duration::from_secs(1));
    robot.press("b b");
    robot.sends(1, (LAPTOP, push), (1, 1), b"Test payload.");
    robot.press("D");
    closes(&mut robot, SERVES, CloseKind::Close);
    robot.sends(2, (SERVER, FIN), (1, 1), b"");
    robot.later(Duration::from_millis(500));
    robot.arrives(1);
    robot.sends(3, (SERVER, Flags::RST), (1, 0), b"");
    let said = robot.said();
    assert!(
        said.starts_with("13 bytes from laptop came to the server's end after it was closed"),
        "{said}"
    );
    assert!(said.contains("RST") && said.contains("nothing stays in TIME_WAIT"), "{said}");
    let before = robot.state.notices.len();
    robot.sends(4, (SERVER, Flags::RST), (1, 0), b"");
    assert_eq!(robot.state.notices.len(), before, "once");
}

#[test]
fn what_becomes_of_that_rst_is_what_its_sentence_says() {
    let push = Flags::PSH.and(Flags::ACK);
    let resets = |keys: &str| {
        let mut robot = connected();
        robot.later(Duration::from_secs(1));
        robot.press("D");
        closes(&mut robot, SERVES, CloseKind::Close);
        robot.sends(1, (LAPTOP, push), (1, 1), b"Test payload.");
        robot.arrives(1);
        robot.press(keys);
        robot.sends(2, (SERVER, Flags::RST), (1, 0), b"");
        robot.said().to_owned()
    };
    let said = resets("");
    assert!(said.contains("Both rows go with it"), "{said}");
    for keys in ["b", "h"] {
        let said = resets(keys);
        assert!(!said.contains("Both rows"), "{said}");
        assert!(said.contains("laptop's when the RST has crossed the wire"), "{said}");
    }
    for keys in ["u", "B"] {
        let said = resets(keys);
        assert!(!said.contains("Both rows"), "{said}");
        assert!(!said.contains("TIME_WAIT"), "{said}");
        assert!(said.contains("RST is lost: laptop's stays"), "{said}");
    }
}

#[test]
fn a_fin_that_waits_behind_what_nobody_acknowledged_is_not_lost() {
    let push = Flags::PSH.and(Flags::ACK);
    let cut = || {
        let mut robot = connected();
        robot.press("B");
        robot.sends(1, (LAPTOP, push), (1, 1), b"Test payload.");
        cut_off(&mut robot, 1);
        robot.later(Duration::from_secs(1));
        robot
    };
    let stands = CLIENT.replace("tcp 0 0", "tcp 0 13");
    let with_fin = stands.replace("0 13", "0 14");
    let with_fin = with_fin.replace("ESTABLISHED", "FIN_WAIT1");
    // Its timer has not run out yet: the FIN is gone at once, though the wire's news of it may come later.
    let mut robot = cut();
    robot.tables(&[LISTEN, SERVES], &[&format!("{stands} retransmit=90ms/0")]);
    let said = closes(&mut robot, CLIENT, CloseKind::Close);
    assert!(said.contains("FIN is lost"), "{said}");
    let [stands, with_fin] = [stands, with_fin].map(|row| format!("{row} retransmit=400ms/1"));
    for row in [&stands, &with_fin] {
        let mut robot = cut();
        robot.tables(&[LISTEN, SERVES], &[row]);
        let said = closes(&mut robot, CLIENT, CloseKind::Close);
        assert!(!said.contains("FIN is lost"), "{said}");
        assert!(said.contains("FIN_WAIT1"), "{said}");
        assert!(said.contains("waits behind 13 bytes"), "{said}");
    }
    let mut robot = cut();
    robot.tables(&[LISTEN, SERVES], &[&stands]);
    robot.sends(2, (LAPTOP, FIN), (14, 1), b"");
    cut_off(&mut robot, 2);
    let said = closes(&mut robot, CLIENT, CloseKind::Close);
    assert!(said.contains("FIN is lost"), "it has left: {said}");
}
