//! UDP sockets: no connection, no FIN, no RST, and no state that would mean anything.

use std::time::Duration;

use fivetuple::app::Action;
use fivetuple::tcp::{CloseKind, Errno, Protocol, SocketEvent};

use crate::app::explain::close::{card, closed, python};
use crate::robot::{Robot, own};

const UDP: &str = "udp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11";

fn with_udp() -> Robot {
    let mut robot = Robot::new();
    robot.state.clients.spec.protocol = Protocol::Udp;
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(UDP, 11)));
    robot.kernel(UDP);
    robot.later(Duration::from_secs(1));
    robot
}

#[test]
fn udp_is_closed_at_once_and_never_reset() {
    let mut robot = with_udp();
    robot.press("x");
    closed(&mut robot, UDP, CloseKind::Abort);
    robot.kernel("");
    let said = robot.said_in_the_end();
    assert!(said.contains("its row is gone. UDP has no RST"), "{said}");
    assert_eq!(robot.table(), ["127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED closed"]);
}

#[test]
fn udp_sockets_are_not_called_connections() {
    let mut robot = Robot::new();
    robot.state.clients.spec.protocol = Protocol::Udp;
    robot.press("3c");
    robot.burst_begins(3);
    let rows = [54240, 54241, 54242].map(|port| UDP.replace("54240", &port.to_string()));
    for row in &rows {
        robot.hear(SocketEvent::Connected(own(row, 11)));
    }
    // The next c is another matter.
    robot.state.clients.spec.protocol = Protocol::Tcp;
    robot.burst_ends(3, 3);
    robot.says("opened 3 UDP sockets");
    robot.press("0d");
    for row in &rows {
        closed(&mut robot, row, CloseKind::Close);
    }
    let said = robot.said_in_the_end();
    assert!(said.contains("3 UDP sockets were closed"), "{said}");
}

#[test]
fn the_card_of_a_udp_socket_claims_no_connection() {
    let mut robot = with_udp();
    let rows = ["udp 832 0 127.0.0.1:5000 0.0.0.0:* CLOSED inode=71", UDP];
    robot.kernel(&rows.join("\n"));
    python(&mut robot, &[71]);
    let text = card(&mut robot, UDP);
    assert!(!text.contains("gone"), "{text}");
    assert!(!text.contains("open in both directions"), "{text}");
    assert!(text.contains("UDP makes no connection"), "{text}");
    robot.press("Esc");
    robot.ask(Action::SelectRow(own(rows[0], 0).name));
    let text = card(&mut robot, rows[0]);
    assert!(text.contains("832 B of memory"), "{text}");
    robot.press("Esc");
    closed(&mut robot, UDP, CloseKind::Broken(Errno::ECONNREFUSED));
    robot.kernel("");
    let text = card(&mut robot, UDP);
    assert!(text.contains("no socket had that port"), "{text}");
}
