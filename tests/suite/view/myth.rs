//! The wrong model beside the right one.

use crate::view::{ALL, LISTEN, Robot, joined, own, paint, shows, shows_not, two_connections};
use crate::view::{DARK, WIDE};
use fivetuple::tcp::{Call, Command, Errno, SocketEvent, SyscallError};
use ratatui::buffer::Cell;
use ratatui::style::Modifier;

const TRIED: [&str; 4] = [
    "tcp 0 0 127.0.0.1:5000 127.0.0.4:5000 ESTABLISHED inode=22",
    "tcp 0 0 127.0.0.4:5000 127.0.0.1:5000 ESTABLISHED inode=21",
    "tcp 0 0 127.0.0.1:5000 127.0.0.5:5000 ESTABLISHED inode=24",
    "tcp 0 0 127.0.0.5:5000 127.0.0.1:5000 ESTABLISHED inode=23",
];

/// The trial of the tablet and the desktop.
pub(crate) fn tried() -> Robot {
    let mut robot = two_connections();
    robot.state.clients.chosen = 2;
    robot.commands();
    robot.press("U");
    let commands = robot.commands();
    assert!(matches!(commands[..], [Command::Connect(..)]), "{commands:?}");
    robot.hear(SocketEvent::Connected(own(TRIED[1], 21)));
    let commands = robot.commands();
    let [Command::Connect(spec, _)] = &commands[..] else { panic!("{commands:?}") };
    let why = SyscallError { call: Call::Bind, errno: Errno::EADDRINUSE };
    robot.hear(SocketEvent::ConnectFailed {
        spec: spec.clone(),
        to: spec.to.endpoint(),
        local: None,
        why,
    });
    robot.hear(SocketEvent::Connected(own(TRIED[3], 23)));
    let rows = [
        LISTEN,
        crate::view::LAPTOP[0],
        crate::view::LAPTOP[1],
        crate::view::PHONE[0],
        crate::view::PHONE[1],
    ];
    robot.kernel(&joined(&[&rows[..], &TRIED[..]].concat()));
    robot
}

/// How many cells are struck out.
fn struck_out(robot: &mut Robot) -> usize {
    let (buffer, _) = paint(robot, DARK, WIDE);
    let is_struck = |cell: &&Cell| cell.modifier.contains(Modifier::CROSSED_OUT);
    buffer.content.iter().filter(is_struck).count()
}

#[test]
fn the_belief_is_struck_out_once_it_is_tested() {
    let mut robot = two_connections();
    robot.press("M");
    assert_eq!(struck_out(&mut robot), 0);
    shows_not(&mut robot, &ALL, &["✗"]);
    let mut robot = tried();
    assert!(struck_out(&mut robot) > 0);
    shows(
        &mut robot,
        &ALL,
        &["✗ Common belief", "5000 → 5000 works once per client address", "✓ tablet"],
    );
}
