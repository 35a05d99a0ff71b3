//! A socket that called its own port: one row that is both ends.

use std::time::Duration;

use fivetuple::app::Action;
use fivetuple::tcp::{CloseKind, Protocol, SocketEvent, SourcePort};

use crate::robot::{Robot, own};
use crate::view::{WIDE, screen};

const TCP: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.1:5000 ESTABLISHED inode=11";
const UDP: &str = "udp 0 0 127.0.0.1:5000 127.0.0.1:5000 ESTABLISHED inode=11";

fn called_itself(row: &str, protocol: Protocol) -> Robot {
    let mut robot = Robot::new();
    let clients = &mut robot.state.clients;
    clients.spec.from = Some([127, 0, 0, 1].into());
    clients.spec.source_port = SourcePort::SameAsServer;
    clients.spec.protocol = protocol;
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(row, 11)));
    robot.kernel(row);
    robot.later(Duration::from_secs(1));
    robot
}

fn card(robot: &mut Robot, row: &str) -> String {
    robot.ask(Action::SelectRow(own(row, 0).name));
    robot.press("Enter");
    screen(robot, WIDE)
}

#[test]
fn a_call_to_itself_is_told_as_one() {
    let robot = called_itself(TCP, Protocol::Tcp);
    let said = robot.said();
    assert!(said.contains("laptop connected to itself"), "{said}");
    assert!(!said.contains("server"), "{said}");
}

#[test]
fn its_hang_up_waits_for_nobody() {
    let mut robot = called_itself(TCP, Protocol::Tcp);
    robot.hear(SocketEvent::Closed { at: own(TCP, 0).name, how: CloseKind::Close });
    robot.kernel(&TCP.replace("ESTABLISHED inode=11", "TIME_WAIT timewait=60000ms/0"));
    let said = robot.said();
    assert!(said.contains("Its one row is in TIME_WAIT for 60 s"), "{said}");
}

#[test]
fn its_half_close_reaches_itself() {
    let mut robot = called_itself(TCP, Protocol::Tcp);
    robot.hear(SocketEvent::HalfClosed(own(TCP, 0).name));
    robot.kernel(&TCP.replace("ESTABLISHED", "CLOSING"));
    let said = robot.said();
    assert!(said.contains("came back to the same socket"), "{said}");
    assert!(said.contains("CLOSING"), "{said}");
    let told = robot.state.notices.len();
    robot.hear(SocketEvent::PeerClosed(own(TCP, 0).name));
    robot.hear(SocketEvent::Closed { at: own(TCP, 0).name, how: CloseKind::Close });
    robot.kernel(&TCP.replace("ESTABLISHED inode=11", "TIME_WAIT timewait=60000ms/0"));
    assert_eq!(robot.state.notices.len(), told, "it was told already");
    assert!(robot.said().contains("TIME_WAIT"), "but goes on: {}", robot.said());
}

#[test]
fn it_is_blamed_as_what_it_is() {
    let mut robot = called_itself(TCP, Protocol::Tcp);
    robot.finds_the_port_taken();
    let said = robot.said();
    assert!(!said.contains("earlier listener"), "{said}");
    assert!(said.contains("laptop is connected to 127.0.0.1:5000 from this port"), "{said}");
}

#[test]
fn its_card_says_that_it_is_its_own_other_end() {
    for (row, protocol) in [(TCP, Protocol::Tcp), (UDP, Protocol::Udp)] {
        let mut robot = called_itself(row, protocol);
        let card = card(&mut robot, row);
        assert!(card.contains("this same row"), "{card}");
        assert!(!card.contains(" gone "), "{card}");
        assert!(card.contains("itself on port 5000"), "{card}");
    }
}

#[test]
fn a_datagram_is_not_said_to_be_acknowledged() {
    let mut robot = called_itself(UDP, Protocol::Udp);
    let card = card(&mut robot, UDP);
    assert!(!card.contains("acknowledged"), "{card}");
    assert!(card.contains("0 B, nothing unsent"), "{card}");
    assert!(card.contains("nc -u -s 127.0.0.1 -p 5000 127.0.0.1 5000"), "{card}");
}

#[test]
fn what_comes_from_itself_is_said_to() {
    let mut robot = called_itself(UDP, Protocol::Udp);
    robot.hear(SocketEvent::Received { at: own(UDP, 0).name, bytes: 2, first: b"hi".to_vec() });
    let said = robot.said();
    assert!(said.contains("received 2 bytes from itself: \"hi\""), "{said}");
}

#[test]
fn its_row_is_not_gone_where_it_is_only_no_longer_watched() {
    let mut robot = called_itself(TCP, Protocol::Tcp);
    robot.hear(SocketEvent::Closed { at: own(TCP, 0).name, how: CloseKind::Close });
    robot.kernel(&TCP.replace("ESTABLISHED inode=11", "TIME_WAIT timewait=60000ms/0"));
    let said = robot.said();
    robot.state.servers.ports.clear();
    robot.state.clients.called.clear();
    robot.kernel_afresh("");
    assert!(robot.state.notices.newest_first().any(|notice| notice.text() == said), "{said}");
}
