//! A server of the lab that leaves data unread: it ends by RST, on whatever wire.

use std::time::Duration;

use fivetuple::app::Action;
use fivetuple::tcp::{CloseKind, Errno, Flags, ListenSpec, OnData, SocketEvent};

use crate::app::events::lab::name;
use crate::computers::{CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};
use crate::view::{WIDE, screen};

/// The laptop is connected, and so many bytes wait at the server's end.
fn waiting(bytes: &str) -> Robot {
    let mut robot = Robot::listening_in_lab();
    let spec = ListenSpec {
        host: SERVER,
        on_data: OnData::LeaveUnread,
        ..robot.state.server.spec.clone()
    };
    robot.hear(SocketEvent::Listening { spec, sockets: vec![own(LISTEN, 9)] });
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot.hear(SocketEvent::Accepted(own(SERVES, 12)));
    let serves = SERVES.replace("tcp 0 0", &format!("tcp {bytes} 0"));
    robot.tables(&[LISTEN, &serves], &[CLIENT]);
    robot
}

fn server_closes(robot: &mut Robot) -> String {
    robot.hear(SocketEvent::Closed { at: name(SERVES), how: CloseKind::Close });
    robot.vanish(SERVER, &[&SERVES.replace("tcp 0 0", "tcp 13 0")]);
    robot.said_in_the_end()
}

#[test]
fn who_closes_with_data_unread_sends_rst_and_no_fin() {
    let mut robot = waiting("13");
    robot.press("h");
    robot.sends(1, (SERVER, Flags::RST.and(Flags::ACK)), (1, 14), b"");
    let said = server_closes(&mut robot);
    let still = "The server closed with data unread: its row is gone. laptop's row is still in ESTABLISHED.";
    assert_eq!(said, format!("{still} Its RST is on the wire."));
    let mut robot = waiting("13");
    robot.hear(SocketEvent::HalfClosed(name(CLIENT)));
    robot.hear(SocketEvent::Closed { at: name(SERVES), how: CloseKind::Close });
    robot.tables(&[LISTEN], &[]);
    let said = robot.said();
    assert!(said.contains("laptop half-closed, and the server closed with data unread"), "{said}");
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

fn laptop_ends(robot: &mut Robot, how: CloseKind) -> String {
    let at = name(CLIENT);
    robot.hear(SocketEvent::Closed { at, how });
    robot.vanish(LAPTOP, &[CLIENT]);
    robot.said_in_the_end()
}

#[test]
fn who_never_hears_that_rst_is_half_open() {
    let said = laptop_ends(&mut half_open(), CloseKind::Close);
    assert!(said.contains("half-open"), "{said}");
    let mut robot = half_open();
    robot.sends(2, (LAPTOP, Flags::PSH.and(Flags::ACK)), (14, 1), b"hello");
    robot.arrives(2);
    robot.sends(3, (SERVER, Flags::RST), (1, 0), b"");
    robot.arrives(3);
    let said = laptop_ends(&mut robot, CloseKind::Broken(Errno::ECONNRESET));
    assert!(said.contains("That end was gone before (half-open)"), "{said}");
    let said = laptop_ends(&mut half_open(), CloseKind::Broken(Errno::ETIMEDOUT));
    assert!(said.contains("ETIMEDOUT"), "{said}");
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
