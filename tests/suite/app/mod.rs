//! What keys, news and the kernel's table do to the dashboard.

pub(crate) mod actions;
pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod history;
pub(crate) mod input;
mod lesson;
pub(crate) mod query;
pub(crate) mod table;

use fivetuple::tcp::SocketEvent;

use crate::robot::{LISTEN, Robot, own};
use crate::view::screen;

pub(crate) const SERVER_END: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED inode=12";

pub(crate) const LAPTOP_END: &str = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11";

/// Fails unless the screen shows `words`.
#[track_caller]
pub(crate) fn shows(robot: &mut Robot, size: (u16, u16), words: &str) {
    let screen = screen(robot, size);
    assert!(screen.contains(words), "{words:?} is not on the screen:\n{screen}");
}

pub(crate) fn laptop_connected() -> Robot {
    let mut robot = Robot::listening();
    robot.press("c");
    robot.accepts(SERVER_END, 12);
    robot.hear(SocketEvent::Connected(own(LAPTOP_END, 11)));
    robot.kernel(&[LISTEN, LAPTOP_END, SERVER_END].join("\n"));
    robot
}
