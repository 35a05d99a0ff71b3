//! The accept queue is full: who is connected as far as it knows, and is not.

use std::time::Duration;

use fivetuple::tcp::{Accepting, ListenSpec, SocketEvent};

use crate::app::events::lab::name;
use crate::computers::{ANSWERS, CALLS, CLIENT, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};

/// accept() is held, and the laptop's call was answered.
fn answered() -> Robot {
    let mut robot = Robot::listening_in_lab();
    let spec =
        ListenSpec { host: SERVER, accepting: Accepting::Held, ..robot.state.server.spec.clone() };
    robot.hear(SocketEvent::Listening { spec, sockets: vec![own(LISTEN, 9)] });
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot
}

#[test]
fn a_client_whose_ack_was_dropped_is_said_to_be_alone() {
    let full = LISTEN.replace("tcp 0 128", "tcp 3 2");
    let waits = SERVES.replace("inode=12 ", "");
    let tables = [
        (vec![full.as_str()], true),
        (vec![full.as_str(), ANSWERS], true),
        (vec![full.as_str(), waits.as_str()], false),
        (vec![LISTEN], false),
    ];
    for (server, is_alone) in tables {
        let mut robot = answered();
        robot.tables(&server, &[CLIENT]);
        robot.later(Duration::from_millis(30));
        let said = robot.said();
        assert_eq!(said.contains("dropped its last ACK"), is_alone, "{said}");
        assert_eq!(said.contains("completed the handshake"), !is_alone, "{said}");
        robot.later(Duration::from_secs(2));
        robot.hear(SocketEvent::Sent { at: name(CLIENT), bytes: 13 });
        let is_there = server.iter().any(|row| *row == waits);
        if is_there {
            robot.tables(&[&full, &waits.replace("tcp 0", "tcp 13")], &[CLIENT]);
        }
        let said = robot.said_in_the_end();
        assert_eq!(said.contains("Only the client is ESTABLISHED"), is_alone, "{said}");
        // They wait where a row is there to hold them.
        assert_eq!(said.contains("Recv-Q of the server's row"), is_there, "{said}");
    }
}

#[test]
fn an_end_that_went_with_its_listener_holds_nothing_that_is_sent() {
    let waits = SERVES.replace("inode=12 ", "");
    let mut robot = answered();
    robot.tables(&[LISTEN, &waits], &[CLIENT]);
    robot.press("B l");
    robot.hear(SocketEvent::StoppedListening { why: None });
    robot.vanish(SERVER, &[LISTEN, &waits]);
    robot.press("B");
    for after in [1, 20] {
        robot.later(Duration::from_secs(after));
        robot.hear(SocketEvent::Sent { at: name(CLIENT), bytes: 13 });
        let said = robot.said_in_the_end();
        assert!(!said.contains("Recv-Q"), "{said}");
        assert!(said.contains("had not returned, is gone"), "{said}");
    }
}

#[test]
fn who_is_connected_with_the_server_is_counted_as_its_table_shows_it() {
    let numbered = |row: &str, n: u16| row.replace("44506", &(44_506 + n).to_string());
    let mut robot = answered();
    // The first two wait for accept(), the third is in SYN_RECV, and the fourth is not in the server's table.
    for n in 1..4 {
        robot.hear(SocketEvent::Connected(own(&numbered(CLIENT, n), 11)));
    }
    let waits = SERVES.replace("inode=12 ", "");
    let full = LISTEN.replace("tcp 0 128", "tcp 2 1");
    let server = [full, numbered(&waits, 0), numbered(&waits, 1), numbered(ANSWERS, 2)];
    let clients: Vec<String> = (0..4).map(|n| numbered(CLIENT, n)).collect();
    robot.tables(&[&server.join("\n")], &[&clients.join("\n")]);
    robot.later(Duration::from_secs(1));
    robot.hear(SocketEvent::AcceptHeld(false));
    // A call that is not answered yet is no connection.
    robot.hear(SocketEvent::Connecting(own(&numbered(CALLS, 4), 11)));
    robot.hear(SocketEvent::Connected(own(&numbered(CLIENT, 5), 11)));
    let server = [&server.join("\n"), &numbered(&waits, 5)].map(String::as_str).join("\n");
    let clients = [&clients.join("\n"), &numbered(CLIENT, 5)].map(String::as_str).join("\n");
    robot.tables(&[&server], &[&clients]);
    let said = robot.said();
    assert!(said.contains("Port 500 now has 3 connections"), "{said}");
}
