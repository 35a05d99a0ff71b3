//! The lab comes and goes: what changes with it, and what its computers do.

use fivetuple::app::{Effect, Role};
use fivetuple::tcp::{Change, Snapshot, SocketEvent, SocketId, TcpState};

use crate::computers::{CALLS, CLIENT, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};

pub(crate) fn name(row: &str) -> SocketId {
    own(row, 0).name
}

pub(crate) fn connected() -> Robot {
    let mut robot = Robot::listening_in_lab();
    robot.press("c");
    robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot.accepts(SERVES, 12);
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
    robot.orders();
    robot
}

#[test]
fn both_ends_are_joined_across_the_tables_and_looked_up_at_their_own_computers() {
    let mut robot = Robot::listening_in_lab();
    robot.press("c");
    robot.orders();
    robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
    let looked = robot.orders();
    let both = vec![name(CALLS), name(SERVES)];
    assert!(looked.contains(&Effect::Lookup(both)), "{looked:?}");

    let robot = connected();
    let sockets = &robot.state.sockets;
    assert_eq!(sockets.mirror(name(SERVES)).map(|line| line.row.name()), Some(name(CLIENT)));
    assert_eq!(sockets.connections(), 1);
    assert_eq!(sockets.count(TcpState::Established), 2);
    let role = |row| Role::of(&robot.state, &sockets.get(name(row)).unwrap().row).to_string();
    assert_eq!(role(LISTEN), "listener");
    assert_eq!(role(SERVES), "server end of laptop");
    assert_eq!(role(CLIENT), "laptop");
}

#[test]
fn a_look_at_one_computer_leaves_the_rows_of_the_other() {
    let mut robot = connected();
    let table: Snapshot = LISTEN.parse().unwrap();
    robot.reads(SERVER, table.rows.into_iter().map(Change::Appeared).collect(), true);
    assert_eq!(
        robot.table(),
        ["192.168.1.10:500 0.0.0.0:* LISTEN", "192.168.1.13:44506 192.168.1.10:500 ESTABLISHED"]
    );
    // What this machine itself shows is no part of the lab.
    robot.kernel_afresh("tcp 0 128 127.0.0.1:500 0.0.0.0:* LISTEN inode=5");
    assert_eq!(robot.table().len(), 2);
}
