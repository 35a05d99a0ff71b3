//! Life lines.

use std::time::Duration;

use fivetuple::app::history::Timeline;
use fivetuple::app::{Action, MainView, TableRow};
use fivetuple::tcp::{CloseKind, TcpState};

use crate::app::laptop_connected;
use crate::robot::{LISTEN, Robot, end};

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
