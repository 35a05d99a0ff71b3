//! The Listener pane with several listeners, and how SO_REUSEPORT spreads connections.

use fivetuple::app::Action;
use fivetuple::tcp::{Command, ListenSpec, ListenerId, SocketEvent};
use fivetuple::view::hit;
use ratatui::layout::Rect;

use crate::robot::{LISTEN, Robot, own};
use crate::view::{
    ALL, DARK, LAPTOP, PHONE, SMALL, USUAL, WIDE, check, check_mono, joined, paint, screen, shows,
    shows_not, two_connections,
};

const SECOND: &str = "tcp 0 128 127.0.0.1:5001 0.0.0.0:* LISTEN inode=21";
const QUEUE: &str = "tcp 2 128 127.0.0.2:5000 0.0.0.0:* LISTEN inode=31";

/// Adds a listener with that form, which then has that row.
fn add(robot: &mut Robot, keys: &str, text: &str, row: &str) -> ListenSpec {
    robot.commands();
    robot.enter(keys, text);
    let ordered = robot
        .commands()
        .into_iter()
        .find_map(|command| if let Command::Listen(spec) = command { Some(spec) } else { None });
    let spec = ordered.expect("an order to listen");
    robot.listens(spec.clone(), row);
    spec
}

/// Two connections on one port, a second port, and a second address whose accept() is held.
fn three() -> Robot {
    let mut robot = two_connections();
    add(&mut robot, "Y", "5001", SECOND);
    let third = add(&mut robot, "J Y shift-Tab", "127.0.0.2", QUEUE);
    robot.hear(SocketEvent::AcceptHeld(third.id, true));
    let rows = [LISTEN, SECOND, QUEUE, LAPTOP[0], LAPTOP[1], PHONE[0], PHONE[1]];
    robot.kernel(&joined(&rows));
    robot
}

#[test]
fn several_listeners_are_a_list() {
    let mut robot = three();
    check("listeners", &mut robot, &ALL);
    check_mono("listeners", &mut robot);
    robot.press("J");
    check("listeners_first", &mut robot, &[USUAL]);
    robot.press("z");
    check("listeners_big", &mut robot, &[USUAL]);
}

#[test]
fn a_click_selects_a_listener() {
    let mut robot = three();
    let (_, scroll) = paint(&mut robot, DARK, USUAL);
    let area = Rect::new(0, 0, USUAL.0, USUAL.1);
    let actions = hit(area, &robot.state, &scroll, 4, 3);
    assert!(actions.contains(&Action::SelectListener(1)), "{actions:?}");
    for action in actions {
        robot.ask(action);
    }
    robot.says("Selected the listener on 127.0.0.1:5001");
}

#[test]
fn the_list_scrolls_to_the_selected_one() {
    let mut robot = three();
    for port in ["5003", "5004", "5005", "5006", "5007"] {
        let row = format!("tcp 0 128 127.0.0.2:{port} 0.0.0.0:* LISTEN inode=4{port}");
        add(&mut robot, "Y", port, &row);
    }
    let listed = |robot: &mut Robot, size| {
        let text = screen(robot, size);
        let pane = text.lines().skip_while(|line| !line.contains("Listeners")).skip(1);
        let pane = pane.map(|line| line.split(['│', '┃']).nth(1).unwrap_or_default());
        let lines = pane.take_while(|line| line.contains(":500")).map(str::trim);
        let lines: Vec<String> = lines.map(str::to_owned).collect();
        let selected = lines.iter().position(|line| line.starts_with('▶'));
        (selected.map(|at| lines[at].clone()).expect(&text), lines)
    };
    for size in [WIDE, USUAL] {
        let (selected, lines) = listed(&mut robot, size);
        assert!(selected.contains("127.0.0.2:5007") && lines.len() < 8, "{lines:?}");
        assert!(!lines.concat().contains("127.0.0.1:5000"), "{lines:?}");
        let (first, last) = (9 - lines.len(), 8);
        shows(&mut robot, &[size], &[&format!("{first}-{last} of 8")]);
    }
    // What is selected is in view at each step, from the first to the last again.
    for port in ["127.0.0.1:5000", "127.0.0.1:5001", "127.0.0.2:5000", "127.0.0.2:5003"] {
        robot.press("J");
        for size in [WIDE, USUAL] {
            assert!(listed(&mut robot, size).0.contains(port), "{port}");
        }
        shows(&mut robot, &[SMALL], &[port]);
    }
}

#[test]
fn each_socket_of_a_group_has_its_accept_count() {
    let mut robot = Robot::new();
    let state = &mut robot.state.servers.selected_mut().spec;
    (state.reuse_port, state.listeners) = (true, 2);
    robot.press("l");
    let spec = robot.state.server().spec.clone();
    let sockets = vec![own(LISTEN, 9), own(&LISTEN.replace("=9", "=10"), 10)];
    robot.hear(SocketEvent::Listening { spec, sockets });
    for (member, row) in [(1, LAPTOP[0]), (1, PHONE[0])] {
        let on = (ListenerId::FIRST, member);
        robot.hear(SocketEvent::Accepted { socket: own(row, 12), on });
    }
    shows(&mut robot, &[WIDE], &["accepted 0+2"]);
    shows(&mut robot, &ALL, &["0+2"]);
    shows_not(&mut Robot::listening(), &ALL, &["accepted 0+"]);
    let again = SECOND.replace("=21", "=22");
    let spec = add(&mut robot, "Y", "5001", SECOND);
    let sockets = vec![own(SECOND, 21), own(&again, 22)];
    robot.hear(SocketEvent::Listening { spec, sockets });
    shows(&mut robot, &[WIDE, USUAL], &["127.0.0.1:5000", "127.0.0.1:5001", "0 = 0+0"]);
    shows(&mut robot, &[WIDE], &["2 = 0+2"]);
}
