//! What is said of a handshake whose segments take their time, or are lost.

use std::time::Duration;

use fivetuple::tcp::{Flags, Protocol, SocketEvent};

use crate::app::events::lab::{connected, name};
use crate::computers::{ANSWERS, CALLS, CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};

const SYN_ACK: Flags = Flags::SYN.and(Flags::ACK);

/// The SYN and its answer have crossed a held wire, and connect() has returned.
fn half_made() -> Robot {
    let mut robot = Robot::calling_in_lab();
    robot.press("o");
    robot.arrives(1);
    robot.sends(2, (SERVER, SYN_ACK), (0, 1), b"");
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    robot.press("o");
    robot.arrives(2);
    robot
}

#[test]
fn who_has_connected_over_a_slow_wire_is_connected_at_one_end() {
    let mut robot = half_made();
    robot.sends(3, (LAPTOP, Flags::ACK), (1, 1), b"");
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot.tables(&[LISTEN, ANSWERS], &[CLIENT]);
    let said = robot.said();
    assert!(said.starts_with("laptop connected: the kernel picked port 44506."), "{said}");
    assert!(said.contains("connect() has returned"), "{said}");
    assert!(said.contains("SYN_RECV until the ACK has crossed the wire"), "{said}");
    for claim in ["both ends", "told apart"] {
        assert!(!said.contains(claim), "{said}");
    }
}

#[test]
fn whose_ack_is_lost_is_connected_at_one_end() {
    let mut robot = half_made();
    robot.press("h");
    robot.sends(3, (LAPTOP, Flags::ACK), (1, 1), b"");
    robot.loses(3);
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    let said = robot.said();
    assert!(said.contains("the ACK is lost"), "{said}");
    assert!(said.contains("SYN_RECV"), "{said}");
}

#[test]
fn over_a_quick_wire_and_within_one_computer_both_ends_are_connected() {
    assert!(
        connected()
            .state
            .notices
            .newest_first()
            .any(|notice| { notice.text.contains("one connection, seen from both ends") })
    );
    let alone = "tcp 0 0 192.168.1.10:40000 192.168.1.10:500 ESTABLISHED host=1 inode=21";
    let mut robot = Robot::listening_in_lab();
    robot.press("b c");
    robot.hear(SocketEvent::Connected(own(alone, 21)));
    assert!(!robot.said().contains("crossed"), "{}", robot.said());
}

#[test]
fn a_call_whose_syn_is_lost_says_so() {
    // The wire may tell of the loss before the call is heard of, or after.
    for told_before in [false, true] {
        let mut robot = Robot::listening_in_lab();
        robot.press("u c");
        if told_before {
            robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
            robot.loses(1);
        }
        robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
        let said = robot.said();
        assert!(said.contains("laptop calls 192.168.1.10:500"), "{said}");
        assert!(said.contains("The SYN is lost; the client retransmits it"), "{said}");
    }
}

#[test]
fn a_datagram_that_is_lost_is_lost_for_good_and_that_is_said() {
    const UDP: &str = "udp 0 0 192.168.1.13:44506 192.168.1.10:500 ESTABLISHED host=2 inode=11";
    let mut robot = Robot::listening_in_lab();
    robot.state.clients.spec.protocol = Protocol::Udp;
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(UDP, 11)));
    robot.later(Duration::from_secs(1));
    let sent = |robot: &mut Robot| {
        let at = name(UDP);
        robot.hear(SocketEvent::Sent { at, bytes: 13 });
        robot.said().to_owned()
    };
    let said = sent(&mut robot);
    assert!(!said.contains("lost"), "{said}");
    robot.press("u");
    let said = sent(&mut robot);
    assert!(
        said.contains("13 bytes") && said.contains("is lost: UDP sends nothing again"),
        "{said}"
    );
}

#[test]
fn when_the_last_ack_has_come_the_other_end_is_said_to_be_established_too() {
    let mut robot = Robot::calling_in_lab();
    robot.sends(3, (LAPTOP, Flags::ACK), (1, 1), b"");
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot.tables(&[LISTEN, ANSWERS], &[CLIENT]);
    assert!(robot.said().contains("half a connection"), "{}", robot.said());
    robot.later(Duration::from_millis(500));
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
    assert_eq!(robot.said(), "laptop's ACK has come: the server's end is ESTABLISHED, too.");
    let told = robot.state.notices.len();
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
    assert_eq!(robot.state.notices.len(), told);
    // Where nothing was said to be half made, nothing more is to be said.
    let mut robot = connected();
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
    let mut said = robot.state.notices.newest_first();
    assert!(!said.any(|notice| notice.text.contains("ACK has come")));
}
