//! Life lines.

use std::time::Duration;

use fivetuple::app::history::Timeline;
use fivetuple::app::{Action, MainView};
use fivetuple::tcp::TcpState;

use crate::app::laptop_connected;
use crate::robot::LISTEN;

#[test]
fn both_ends_of_a_connection_stand_together_though_one_has_gone() {
    let mut robot = laptop_connected();
    robot.kernel(LISTEN);
    robot.later(Duration::from_secs(2));
    robot.kernel(&[LISTEN, "tcp 0 0 127.0.0.1:5000 127.0.0.3:40000 ESTABLISHED"].join("\n"));
    robot.later(Duration::from_secs(13));
    let all = Timeline::of(&robot.state);
    assert_eq!((all.len(), all.place_of(1)), (4, 3));
    assert_eq!([all.pair(1), all.pair(2)], [1..3, 1..3]);
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
