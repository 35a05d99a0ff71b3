//! Verbs while one connection is looked inside: they are meant for that one.

use fivetuple::app::{Action, Overlay, Pane, action_on_card, binding_of};
use fivetuple::tcp::{Command, SocketEvent, SocketId};

use crate::app::{LAPTOP_END, SERVER_END, laptop_connected};
use crate::robot::{LISTEN, Robot, own};
use crate::view::{USUAL, screen};

const NEWER: [&str; 2] = [
    "tcp 0 0 127.0.0.1:5000 127.0.0.2:54242 ESTABLISHED inode=14",
    "tcp 0 0 127.0.0.2:54242 127.0.0.1:5000 ESTABLISHED inode=13",
];

fn name(row: &str) -> SocketId {
    own(row, 0).name
}

/// Two connections of the laptop; the older one is looked inside, from the pane of the computers.
fn looked_inside(row: &str) -> Robot {
    let mut robot = laptop_connected();
    robot.press("c");
    robot.hear(SocketEvent::Accepted(own(NEWER[0], 14)));
    robot.hear(SocketEvent::Connected(own(NEWER[1], 13)));
    robot.kernel(&[LISTEN, LAPTOP_END, SERVER_END, NEWER[0], NEWER[1]].join("\n"));
    robot.ask(Action::Focus(Pane::Computers));
    robot.ask(Action::SelectRow(name(row)));
    robot.press("Enter");
    robot.orders();
    robot
}

#[test]
fn the_verbs_work_on_the_connection_that_the_card_shows() {
    let payload = b"Test payload.".to_vec();
    let laptop = name(LAPTOP_END);
    for (key, wanted) in [
        ("d", Command::Close(laptop)),
        ("s", Command::Send(laptop, payload)),
        ("f", Command::HalfClose(laptop)),
        ("x", Command::Abort(laptop)),
        ("D", Command::Close(name(SERVER_END))),
    ] {
        let mut robot = looked_inside(LAPTOP_END);
        robot.press(key);
        assert_eq!(robot.commands(), [wanted], "{key}: {}", robot.said());
        assert!(
            matches!(robot.state.ui.overlay, Some(Overlay::Card(row)) if row == laptop),
            "{key} leaves the card open"
        );
    }
}

#[test]
fn the_footer_names_the_keys_of_all_verbs_and_each_works() {
    let keys = Action::VERBS.map(|verb| {
        let key = binding_of(verb).unwrap().keys[0];
        assert_eq!(action_on_card(key), Some(verb));
        key.to_string()
    });
    let footer = format!(" {} verbs", keys.join(" "));
    let text = screen(&mut looked_inside(LAPTOP_END), USUAL);
    assert!(text.contains(&footer), "{text}");
}

#[test]
fn the_card_of_the_servers_end_half_closes_and_aborts_that_end() {
    let server = name(SERVER_END);
    for (key, wanted) in [
        ("f", Command::HalfClose(server)),
        ("x", Command::Abort(server)),
        ("d", Command::Close(name(LAPTOP_END))),
    ] {
        let mut robot = looked_inside(SERVER_END);
        robot.press(key);
        assert_eq!(robot.commands(), [wanted], "{key}: {}", robot.said());
    }
}

#[test]
fn a_card_of_nobodys_of_ours_closes_no_other_connection() {
    let mut robot = looked_inside(LAPTOP_END);
    robot.press("k k k k");
    assert!(
        matches!(robot.state.ui.overlay, Some(Overlay::Card(row)) if row == name(LISTEN)),
        "the keys that choose go on"
    );
    for key in ["d", "s", "f", "x", "D"] {
        robot.press(key);
        assert!(robot.commands().is_empty(), "{key}");
        assert!(!robot.said().contains("does nothing here"), "{}", robot.said());
    }
}

#[test]
fn a_card_calls_and_listens_too_and_esc_closes_it() {
    let mut robot = looked_inside(LAPTOP_END);
    robot.press("c");
    assert!(matches!(robot.commands()[..], [Command::Connect(_, _)]));
    robot.press("z");
    assert!(robot.said().contains("Press Esc to close"), "{}", robot.said());
    robot.press("Esc");
    assert!(robot.state.ui.overlay.is_none());
}
