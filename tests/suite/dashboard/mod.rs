//! What keys, news and the kernel's table do to the dashboard.

mod became;
mod blamed_later;
mod blames;
mod captions;
mod captured;
mod card;
mod counted;
mod crossing_fins;
mod dual_stack;
mod edges;
mod endings;
mod explain;
mod farewells;
mod foreign;
mod forms;
mod full_queue;
mod half_open;
mod itself;
mod keys;
mod lab;
mod lab_addresses;
mod lab_apart;
mod lab_handshake;
mod lab_many;
mod lab_others;
mod lab_past;
mod lab_ports;
mod lab_range;
mod lab_segments;
mod lab_states;
mod lab_wire;
mod ladder;
mod ladder_of_all;
mod manners;
mod palette;
mod promises;
mod resets;
mod rewind;
mod room;
mod same_port;
mod seams;
mod sentences;
mod silence;
mod states;
mod table;
mod timeline;
mod udp;
mod unread;
mod whose;
pub(crate) mod why;
mod why_now;
mod wire_then;

use fivetuple::tcp::SocketEvent;

use crate::robot::{LISTEN, Robot, own};

pub(super) const SERVER_END: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED inode=12";

pub(super) const LAPTOP_END: &str = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11";

pub(crate) fn laptop_connected() -> Robot {
    let mut robot = Robot::listening();
    robot.press("c");
    robot.hear(SocketEvent::Accepted(own(SERVER_END, 12)));
    robot.hear(SocketEvent::Connected(own(LAPTOP_END, 11)));
    robot.kernel(&[LISTEN, LAPTOP_END, SERVER_END].join("\n"));
    robot
}
