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
fn the_verbs_work_on_the_connection_that_the_card_shows_and_on_its_end() {
    let payload = b"Test payload.".to_vec();
    let [laptop, server] = [LAPTOP_END, SERVER_END].map(name);
    for (shown, key, wanted) in [
        (LAPTOP_END, "d", Command::Close(laptop)),
        (LAPTOP_END, "s", Command::Send(laptop, payload)),
        (LAPTOP_END, "f", Command::HalfClose(laptop)),
        (LAPTOP_END, "x", Command::Abort(laptop)),
        (LAPTOP_END, "D", Command::Close(server)),
        (SERVER_END, "f", Command::HalfClose(server)),
        (SERVER_END, "x", Command::Abort(server)),
        (SERVER_END, "d", Command::Close(laptop)),
    ] {
        let mut robot = looked_inside(shown);
        robot.press(key);
        assert_eq!(robot.commands(), [wanted], "{key}: {}", robot.said());
        let card = &robot.state.ui.overlay;
        assert!(matches!(card, Some(Overlay::Card(row)) if *row == name(shown)), "{key}: {card:?}");
    }
}

#[test]
fn the_footer_names_the_keys_of_all_verbs_and_each_works() {
    let keys = Action::VERBS.map(|verb| {
        let key = binding_of(verb).unwrap().keys[0];
        assert_eq!(action_on_card(key), Some(verb));
        key.to_string()
    });
    let footer = format!(" {} actions", keys.join(" "));
    let text = screen(&mut looked_inside(LAPTOP_END), USUAL);
    assert!(text.contains(&footer), "{text}");
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
        robot.says_not("does nothing here");
    }
}

#[test]
fn a_card_calls_and_listens_too_and_esc_closes_it() {
    let mut robot = looked_inside(LAPTOP_END);
    robot.press("c");
    assert!(matches!(robot.commands()[..], [Command::Connect(_, _)]));
    robot.press_says("z", "Press Esc to close");
    robot.press("Esc");
    assert!(robot.state.ui.overlay.is_none());
}
