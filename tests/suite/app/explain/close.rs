//! Endings that the table contradicts only later, or that are told of somebody else: what is said must be what the kernel did.

use std::time::Duration;

use fivetuple::app::history::ladder::{as_text, of};
use fivetuple::app::{Action, Event, MainView};
use fivetuple::tcp::{CloseKind, Endpoint, ListenSpec, OnData, Owner, SocketEvent, SocketId};

use crate::app::{LAPTOP_END, SERVER_END, laptop_connected};
use crate::robot::{LISTEN, Robot, own};
use crate::view::{USUAL, WIDE, screen};

pub(crate) fn name(row: &str) -> SocketId {
    own(row, 0).name
}

pub(crate) fn closed(robot: &mut Robot, row: &str, how: CloseKind) {
    let at = name(row);
    robot.hear(SocketEvent::Closed { at, how });
}

pub(crate) fn python(robot: &mut Robot, inodes: &[u64]) {
    let owner = Owner::new(999, b"python3", 4);
    let found = inodes.iter().map(|inode| (*inode, owner.clone()));
    robot.tell(Event::OwnersFound(found.collect()));
}

/// A server that does with its connections what is asked.
pub(crate) fn serving(change: impl Fn(&mut ListenSpec)) -> Robot {
    let mut spec = ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000));
    change(&mut spec);
    let mut robot = Robot::new();
    robot.state.servers.selected_mut().spec = spec.clone();
    robot.press("l");
    robot.hear(SocketEvent::Listening { spec, sockets: vec![own(LISTEN, 9)] });
    robot.kernel(LISTEN);
    robot
}

pub(crate) fn card(robot: &mut Robot, row: &str) -> String {
    robot.ask(Action::SelectRow(name(row)));
    robot.press("Enter");
    screen(robot, WIDE)
}

pub(crate) fn diagram(robot: &mut Robot) -> String {
    robot.press("g");
    assert_eq!(robot.state.ui.main_view, MainView::States);
    screen(robot, WIDE)
}

/// The client hangs up, and the server closes with 13 bytes unread.
fn closed_unread(first_the_table: bool) -> Robot {
    let mut robot = serving(|spec| spec.on_data = OnData::LeaveUnread);
    robot.press("c");
    robot.accepts(SERVER_END, 12);
    robot.hear(SocketEvent::Connected(own(LAPTOP_END, 11)));
    let unread = SERVER_END.replace("tcp 0", "tcp 13");
    robot.kernel(&[LISTEN, LAPTOP_END, &unread].join("\n"));
    robot.later(Duration::from_secs(1));
    if first_the_table {
        robot.kernel(LISTEN);
    }
    closed(&mut robot, LAPTOP_END, CloseKind::Close);
    closed(&mut robot, SERVER_END, CloseKind::Close);
    robot.kernel(LISTEN);
    robot
}

#[test]
fn an_end_that_is_closed_unread_resets_its_connection() {
    for first_the_table in [false, true] {
        let mut robot = closed_unread(first_the_table);
        let table = robot.table();
        let reset = table.iter().filter(|row| row.ends_with(" reset"));
        assert_eq!(reset.count(), 2, "{table:?}");
        let ladder = as_text(&of(&robot.state).unwrap());
        assert!(ladder.contains("FIN+ACK"), "{ladder}");
        assert!(ladder.contains("RST"), "{ladder}");
        assert!(!ladder.contains("TIME_WAIT"), "{ladder}");
        assert!(!ladder.contains("LAST_ACK"), "{ladder}");
        let card = card(&mut robot, LAPTOP_END);
        assert!(card.contains("An RST ended it."), "{card}");
        assert!(!card.contains("LAST_ACK"), "{card}");
        robot.press("Esc");
        let diagram = diagram(&mut robot);
        assert!(diagram.contains("RST, from ESTABLISHED"), "{diagram}");
    }
}

#[test]
fn connections_are_counted_by_listener_and_not_by_the_address_called() {
    let mut robot = serving(|spec| spec.at.ip = [0, 0, 0, 0].into());
    for (last, port) in [(8, 54240), (9, 54241)] {
        robot.press("c");
        let row = format!("tcp 0 0 127.0.0.2:{port} 127.0.0.{last}:5000 ESTABLISHED inode={port}");
        robot.hear(SocketEvent::Connected(own(&row, 11)));
    }
    let said = robot.said_in_the_end();
    assert!(said.contains("now has 2 connections"), "{said}");
}

#[test]
fn the_fin_in_recv_q_is_no_data() {
    let mut robot = laptop_connected();
    let closing = SERVER_END.replace("ESTABLISHED inode=12", "CLOSING").replace("tcp 0", "tcp 1");
    robot.kernel(&[LISTEN, LAPTOP_END, &closing].join("\n"));
    let text = card(&mut robot, SERVER_END);
    assert!(text.contains("1 B: the FIN counts as one"), "{text}");
    robot.press("Esc");
    let waits = SERVER_END.replace("ESTABLISHED", "CLOSE_WAIT").replace("tcp 0", "tcp 14");
    robot.kernel(&[LISTEN, LAPTOP_END, &waits].join("\n"));
    let text = card(&mut robot, SERVER_END);
    let long = "14 B: 13 not read yet, and the FIN";
    assert!(text.contains(long), "{text}");
    let text = screen(&mut robot, USUAL);
    assert!(text.contains("14 B: 13, and the FIN"), "{text}");
}

#[test]
fn a_row_that_was_seen_in_close_wait_went_when_its_own_program_closed() {
    let mut robot = laptop_connected();
    let rows = [
        LAPTOP_END.replace("ESTABLISHED", "FIN_WAIT2"),
        SERVER_END.replace("ESTABLISHED", "CLOSE_WAIT"),
    ];
    robot.kernel(&[LISTEN, &rows[0], &rows[1]].join("\n"));
    let waits = LAPTOP_END.replace("ESTABLISHED inode=11", "TIME_WAIT timewait=60000ms/0");
    robot.kernel(&[LISTEN, &waits].join("\n"));
    let table = robot.table();
    assert!(
        table.contains(&String::from("127.0.0.1:5000 127.0.0.2:54240 CLOSE_WAIT both ends closed")),
        "{table:?}"
    );
    robot.press("t");
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("○ both closed"), "{text}");
}

#[test]
fn a_time_wait_that_a_later_look_shows_tells_that_nothing_was_reset() {
    let mut robot = laptop_connected();
    let unread = SERVER_END.replace("tcp 0", "tcp 13");
    robot.kernel(&[LISTEN, LAPTOP_END, &unread].join("\n"));
    closed(&mut robot, LAPTOP_END, CloseKind::Close);
    closed(&mut robot, SERVER_END, CloseKind::Close);
    let leaves = LAPTOP_END.replace("ESTABLISHED inode=11", "FIN_WAIT2");
    robot.kernel(&[LISTEN, &leaves].join("\n"));
    let waits = LAPTOP_END.replace("ESTABLISHED inode=11", "TIME_WAIT timewait=60000ms/0");
    robot.kernel(&[LISTEN, &waits].join("\n"));
    let server = "127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED closed by client";
    let table = robot.table();
    assert!(table.contains(&String::from(server)), "{table:?}");
}
