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
    assert!(said.starts_with("laptop connected from port 44506, chosen by the kernel."), "{said}");
    assert!(said.contains("connect() has returned"), "{said}");
    assert!(
        said.contains("the ACK is on the wire: the server's row is still in SYN_RECV"),
        "{said}"
    );
    for claim in ["a row for each end", "only the client's address"] {
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
    assert!(said.contains("the wire lost the ACK"), "{said}");
    assert!(said.contains("SYN_RECV"), "{said}");
}

#[test]
fn over_a_quick_wire_and_within_one_computer_both_ends_are_connected() {
    assert!(
        connected()
            .state
            .notices
            .newest_first()
            .any(|notice| { notice.text().contains("One connection, with a row for each end") })
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
        if !told_before {
            robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
            robot.loses(1);
        }
        robot.tables(&[LISTEN], &[CALLS]);
        let said = robot.said();
        assert!(said.contains("laptop is connecting to 192.168.1.10:500"), "{said}");
        assert!(said.contains("The wire lost the SYN; TCP retransmits it"), "{said}");
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
    for is_lost in [false, true] {
        robot.sends(1, (LAPTOP, Flags::default()), (0, 0), b"Test payload.");
        let crossing = robot.state.lab.crossings.back_mut().unwrap();
        crossing.segment.tuple.protocol = Protocol::Udp;
        if is_lost {
            robot.loses(1);
        }
        robot.hear(SocketEvent::Sent { at: name(UDP), bytes: 13 });
        let said = robot.said_in_the_end();
        assert!(said.contains("laptop sent 13 bytes"), "{said}");
        assert_eq!(said.contains("lost it: UDP does not retransmit"), is_lost, "{said}");
        robot.state.lab.crossings.clear();
    }
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
    assert_eq!(robot.said(), "laptop's ACK arrived: the server's row is in ESTABLISHED too.");
    let told = robot.state.notices.len();
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
    assert_eq!(robot.state.notices.len(), told);
    // Where nothing was said to be half made, nothing more is to be said.
    let mut robot = connected();
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
    let mut said = robot.state.notices.newest_first();
    assert!(!said.any(|notice| notice.text().contains("ACK arrived")));
}
