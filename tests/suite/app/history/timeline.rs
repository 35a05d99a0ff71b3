//! Life lines.

use std::time::Duration;

use fivetuple::app::history::Timeline;
use fivetuple::app::history::timeline::span;
use fivetuple::app::{Action, GoneReason, MainView, StateSpan, TableRow};
use fivetuple::tcp::{CloseKind, Errno, TcpState};

use crate::app::events::lab::name;
use crate::app::{LAPTOP_END, SERVER_END, laptop_connected, shows};
use crate::computers::{CALLS, LAPTOP};
use crate::robot::{LISTEN, Robot, end};
use crate::view::USUAL;

fn told(stretches: &[StateSpan]) -> Vec<String> {
    let one = |stretch: &StateSpan| {
        let lasted = stretch.until.map_or_else(
            || String::from("lasts"),
            |until| until.since(stretch.from).as_secs().to_string(),
        );
        let how = if stretch.seen { "" } else { "unseen " };
        format!("{how}{} {lasted}", stretch.state)
    };
    stretches.iter().map(one).collect()
}

fn lives(robot: &Robot) -> Vec<&TableRow> {
    let all = Timeline::of(&robot.state);
    (0..all.len()).filter_map(|place| all.get(place)).collect()
}

/// The laptop has hung up after 3 s, and 2 s have gone by since.
fn hung_up() -> Robot {
    let mut robot = laptop_connected();
    robot.later(Duration::from_secs(3));
    let [client, server] =
        [("127.0.0.2:54240", "127.0.0.1:5000"), ("127.0.0.1:5000", "127.0.0.2:54240")];
    for (local, remote) in [client, server] {
        robot.closes(end(local, remote), CloseKind::Close);
    }
    let waits = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=60000ms/0";
    robot.kernel(&[LISTEN, waits].join("\n"));
    robot.later(Duration::from_secs(2));
    robot
}

#[test]
fn a_life_is_what_was_seen_and_what_must_have_been_between() {
    let robot = hung_up();
    let all = lives(&robot);
    let states: Vec<_> = all.iter().map(|life| told(&life.spans())).collect();
    assert_eq!(states[0], ["LISTEN lasts"]);
    assert_eq!(
        states[1],
        ["unseen SYN_RECV 0", "ESTABLISHED 3", "unseen CLOSE_WAIT 0", "unseen LAST_ACK 0"]
    );
    let client = [
        "unseen SYN_SENT 0",
        "ESTABLISHED 3",
        "unseen FIN_WAIT1 0",
        "unseen FIN_WAIT2 0",
        "TIME_WAIT lasts",
    ];
    assert_eq!(states[2], client);
}

#[test]
fn what_was_there_before_the_first_look_has_no_invented_birth() {
    let mut robot = Robot::new();
    robot.kernel_afresh(&[LISTEN, LAPTOP_END, SERVER_END].join("\n"));
    for life in lives(&robot) {
        assert!(life.spans().iter().all(|stretch| stretch.seen));
    }
}

#[test]
fn a_row_that_went_keeps_its_place_for_a_while() {
    let mut robot = hung_up();
    robot.kernel(&[LISTEN, "tcp 0 0 127.0.0.1:5000 127.0.0.3:40000 ESTABLISHED"].join("\n"));
    robot.later(Duration::from_secs(9));
    assert_eq!(robot.table().len(), 2, "the ghosts are gone from the table");
    let ports: Vec<u16> = lives(&robot).iter().map(|life| life.row.tuple.remote.port.0).collect();
    assert_eq!(ports, [0, 54240, 5000, 40000]);
    let all = Timeline::of(&robot.state);
    assert_eq!(all.place_of(1), 3);
    assert_eq!(all.pair(1), 1..3);
    assert_eq!(all.pair(2), 1..3);
    robot.press("e");
    assert_eq!(lives(&robot).len(), 3, "the server's computer had no client's end");
}

#[test]
fn the_axis_holds_every_connection_and_zooming_in_halves_it() {
    let mut robot = laptop_connected();
    let seconds = |robot: &Robot| span(&robot.state, lives(robot).into_iter()).as_secs_f64();
    robot.press("t");
    assert_eq!(robot.state.ui.picture, MainView::Timeline);
    assert!((seconds(&robot) - 10.0).abs() < 1e-9);
    robot.later(Duration::from_secs(45));
    assert!((seconds(&robot) - 60.0).abs() < 1e-9);
    robot.press("+ +");
    assert!((seconds(&robot) - 15.0).abs() < 1e-9);
    robot.press("- -");
    robot.press_says("-", "Already showing all of it.");
    robot.press("t");
    assert_eq!(robot.state.ui.picture, MainView::Table);
}

#[test]
fn pages_go_through_the_ladder_and_j_and_k_choose_the_connection() {
    let mut robot = laptop_connected();
    robot.press("t ctrl-u");
    assert_eq!(robot.state.ui.back, 2, "the ladder has three rungs");
    robot.press("ctrl-d");
    assert_eq!(robot.state.ui.back, 0);
    robot.press("k");
    let chosen = robot.state.selected().unwrap();
    assert_eq!(chosen.row.state, TcpState::Established);
    robot.ask(Action::Show(MainView::Table));
    robot.press("ctrl-u");
    assert_eq!(robot.state.selected().unwrap().row.state, TcpState::Listen);
}

#[test]
fn a_call_that_was_answered_with_rst_was_refused_and_not_left_without_an_answer() {
    for (errno, why, words) in [
        (Errno::ECONNREFUSED, GoneReason::Refused, "refused"),
        (Errno::ETIMEDOUT, GoneReason::NeverConnected, "no answer"),
    ] {
        // The table may show that the row went before its end is heard of, or after.
        for is_seen_before in [false, true] {
            let mut robot = Robot::calling_in_lab();
            if is_seen_before {
                robot.vanish(LAPTOP, &[CALLS]);
            }
            robot.closes(name(CALLS), CloseKind::Broken(errno));
            if !is_seen_before {
                robot.vanish(LAPTOP, &[CALLS]);
            }
            let line = robot.state.sockets.get(name(CALLS)).unwrap();
            assert_eq!(line.gone.unwrap().why, why, "{is_seen_before}");
            robot.press("t");
            shows(&mut robot, USUAL, words);
        }
    }
}
