//! Ends of connections of the lab: what the table and the card show beside the sentence.

use std::time::Duration;

use fivetuple::app::Action;
use fivetuple::tcp::{
    Call, CloseKind, ConnectSpec, Endpoint, Errno, Flags, ListenSpec, OnData, Protocol,
    SocketEvent, SyscallError,
};

use crate::app::events::lab::name;
use crate::computers::{CALLS, CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};
use crate::view::{WIDE, screen};

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

/// The laptop is connected, and so many bytes wait at the server's end.
fn waiting(bytes: &str) -> Robot {
    let mut robot = Robot::listening_in_lab();
    let spec = ListenSpec {
        host: SERVER,
        on_data: OnData::LeaveUnread,
        ..robot.state.server().spec.clone()
    };
    robot.hear(SocketEvent::Listening { spec, sockets: vec![own(LISTEN, 9)] });
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot.accepts(SERVES, 12);
    let serves = SERVES.replace("tcp 0 0", &format!("tcp {bytes} 0"));
    robot.tables(&[LISTEN, &serves], &[CLIENT]);
    robot
}

fn server_closes(robot: &mut Robot) -> String {
    robot.hear(SocketEvent::Closed { at: name(SERVES), how: CloseKind::Close });
    robot.vanish(SERVER, &[&SERVES.replace("tcp 0 0", "tcp 13 0")]);
    robot.said_in_the_end()
}

/// The cable lost the RST of a server that closed with data unread.
fn half_open() -> Robot {
    let mut robot = waiting("13");
    robot.press("u");
    robot.sends(1, (SERVER, Flags::RST.and(Flags::ACK)), (1, 14), b"");
    robot.loses(1);
    server_closes(&mut robot);
    robot.later(Duration::from_secs(1));
    robot
}

#[test]
fn that_it_is_half_open_is_said_wherever_it_is_seen() {
    for after in [0, 20] {
        let mut robot = half_open();
        robot.later(Duration::from_secs(after));
        robot.ask(Action::SelectRow(name(CLIENT)));
        robot.press("Enter");
        let card = screen(&mut robot, WIDE);
        assert!(card.contains("Half-open"), "{card}");
        assert!(card.contains("closed with data unread"), "{card}");
        assert!(!card.contains("aborted"), "{card}");
        robot.press("Esc B B");
        let said = robot.said();
        assert!(said.contains("A lost RST is not"), "{said}");
    }
}

#[test]
fn a_listening_socket_has_nothing_to_half_close() {
    for keys in ["f", "s", "x", "d"] {
        let mut robot = Robot::listening_in_lab();
        robot.press("j");
        assert_eq!(robot.state.ui.selected, Some(name(LISTEN)));
        robot.press(keys);
        let said = robot.said();
        assert!(said.contains("the selected row is a listener"), "{said}");
        assert!(!said.contains("no client here"), "{said}");
    }
}
