//! Why calls over the lab's wire have no answer: what is said of one, of several and of many.

use std::time::Duration;

use fivetuple::tcp::{Burst, ConnectId, DropReason, Errno, Flags, OwnSocket, SocketEvent};

use crate::app::query::lab_addresses::refused;
use crate::computers::{CALLS, LAPTOP, LISTEN};
use crate::robot::{Robot, own};

/// The n-th call of the laptop's.
fn call(n: u16) -> OwnSocket {
    own(&CALLS.replace("44506", &(44_506 + n).to_string()), 11)
}

fn begins(robot: &mut Robot, count: u32) {
    robot.hear(SocketEvent::BurstBegun {
        id: ConnectId::default(),
        burst: Burst { count, ..Burst::ONE },
        whole_range: false,
    });
}

/// Three calls after those keys; `opened` of them are answered within a second.
fn three(robot: &mut Robot, keys: &str, opened: u32) {
    robot.press(keys);
    robot.press("3c");
    begins(robot, 3);
    for n in 0..3 {
        robot.hear(SocketEvent::Connecting(call(n)));
    }
    for n in 3 - u16::try_from(opened).unwrap()..3 {
        robot.hear(SocketEvent::Connected(call(n)));
    }
    robot.later(Duration::from_secs(1));
}

fn ends(robot: &mut Robot, opened: u32) -> String {
    robot.hear(SocketEvent::BurstEnded {
        id: ConnectId::default(),
        opened,
        asked: 3,
        took: Duration::from_millis(2),
    });
    robot.said()
}

#[test]
fn several_calls_without_an_answer_say_what_the_wire_does_to_them() {
    for (keys, why) in [
        ("h", "The wire is held: o delivers one segment."),
        ("B", "The cable is cut: nothing arrives until B reconnects it."),
        ("b b b", "Every segment takes 2 s one way."),
    ] {
        let mut robot = Robot::listening_in_lab();
        three(&mut robot, keys, 0);
        let said = ends(&mut robot, 0);
        assert_eq!(said, format!("laptop: 3 connection attempts have no answer yet. {why}"));
    }
}

#[test]
fn of_several_calls_that_is_told_whose_syn_was_lost() {
    let mut robot = Robot::listening_in_lab();
    robot.press("u");
    robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.loses(1);
    three(&mut robot, "", 2);
    let said = ends(&mut robot, 2);
    let why = "1 connection attempt has no answer yet. The wire lost the SYN; TCP retransmits it.";
    assert!(said.ends_with(why), "{said}");

    let mut robot = Robot::listening_in_lab();
    three(&mut robot, "", 2);
    let said = ends(&mut robot, 2);
    assert!(said.ends_with("1 connection attempt has no answer yet."), "{said}");
}

#[test]
fn several_calls_that_find_the_accept_queue_full_say_so() {
    let mut robot = Robot::listening_in_lab();
    robot.tables(&[&LISTEN.replace("tcp 0 128", "tcp 2 1")], &[]);
    let before = robot.state.notices.len();
    three(&mut robot, "", 1);
    assert_eq!(robot.state.notices.len(), before, "it is said of all together");
    let said = ends(&mut robot, 1);
    let why = "2 connection attempts have no answer yet. The accept queue is full, so the server's kernel drops the SYN; TCP retransmits it.";
    assert!(said.ends_with(why), "{said}");
}

#[test]
fn many_calls_that_will_take_a_while_are_said_to_be_under_way() {
    let mut robot = Robot::listening_in_lab();
    robot.press("h 5000c");
    begins(&mut robot, 5000);
    assert_eq!(
        robot.said(),
        "laptop starts 5,000 connection attempts. The wire is held: o delivers one segment."
    );
    // Over a quick wire they are answered before one could read that.
    let mut robot = Robot::listening_in_lab();
    robot.press("5000c");
    let before = robot.state.notices.len();
    begins(&mut robot, 5000);
    assert_eq!(robot.state.notices.len(), before);
}

#[test]
fn calls_one_after_the_other_are_not_one_syn_that_is_sent_again() {
    let mut robot = Robot::listening_in_lab();
    robot.press("h");
    for n in 0..7 {
        robot.press("c");
        robot.hear(SocketEvent::Connecting(call(n)));
    }
    let said = robot.said_in_the_end();
    assert!(said.starts_with("7 connection attempts had no answer at once."), "{said}");
    assert!(said.ends_with("The wire is held: o delivers one segment."), "{said}");
}

#[test]
fn a_call_to_a_computer_whose_link_is_down_says_so_once() {
    // The wire may tell of the loss before the call is heard of, or after.
    for is_told_before in [false, true] {
        let mut robot = Robot::listening_in_lab();
        robot.press("c");
        robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
        if is_told_before {
            robot.loses_to(1, DropReason::NoLink);
        }
        robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
        if !is_told_before {
            robot.loses_to(1, DropReason::NoLink);
        }
        robot.tables(&[LISTEN], &[CALLS]);
        let why = "The wire lost the SYN: the link of its destination is down.";
        assert!(robot.said().ends_with(why), "{}", robot.said());
        let before = robot.state.notices.len();
        robot.later(Duration::from_secs(1));
        robot.sends(2, (LAPTOP, Flags::SYN), (0, 0), b"");
        robot.loses_to(2, DropReason::NoLink);
        assert_eq!(robot.state.notices.len(), before, "{}", robot.said());
    }
}

#[test]
fn who_calls_a_computer_of_the_lab_and_has_no_way_there_has_its_own_link_down() {
    for (to, words) in [
        ("192.168.1.10:500", "laptop's own link is down"),
        ("10.0.0.1:500", "reach only each other"),
    ] {
        let mut robot = Robot::listening_in_lab();
        robot.hear(refused(to, Errno::ENETUNREACH));
        let said = robot.said();
        assert!(said.contains("(ENETUNREACH)"), "{said}");
        assert!(said.contains(words), "{said}");
    }
}
