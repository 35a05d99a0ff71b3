//! The timeline with its ladder, and the past.

use std::time::Duration;

use crate::robot::{Robot, end};
use crate::view::{
    ALL, SMALL, USUAL, WIDE, check, check_mono, goodbyes, screen, two_connections, whole_machine,
};
use fivetuple::app::Action;

#[test]
fn each_row_has_a_life_line_and_the_newest_connection_a_ladder() {
    let mut robot = two_connections();
    robot.press("t");
    check("timeline", &mut robot, &ALL);
}

#[test]
fn gone_rows_and_inferred_states_are_drawn_differently() {
    let mut robot = goodbyes();
    robot.ask(Action::SelectRow(end("127.0.0.2:54240", "127.0.0.1:5000")));
    robot.press("t");
    robot.later(Duration::from_secs(12));
    check("timeline_goodbyes", &mut robot, &ALL);
    check_mono("timeline_goodbyes", &mut robot);
}

#[test]
fn an_empty_timeline_names_the_next_key() {
    let mut robot = Robot::new();
    robot.press("t");
    check("timeline_empty", &mut robot, &[USUAL]);
    let mut robot = Robot::listening();
    robot.press("t");
    check("timeline_listening", &mut robot, &[USUAL]);
}

#[test]
fn the_title_says_which_rows_fit() {
    let mut robot = whole_machine(200);
    robot.press("t + +");
    check("timeline_many", &mut robot, &[WIDE, SMALL]);
}

#[test]
fn every_view_of_the_past_is_labelled() {
    let mut robot = goodbyes();
    robot.press(",");
    robot.later(Duration::from_secs(12));
    check("past", &mut robot, &ALL);
    check_mono("past", &mut robot);
    for keys in ["t", "g", "z", "z n"] {
        robot.press(keys);
        for size in ALL {
            let text = screen(&mut robot, size);
            assert!(text.contains("PAST 22 s"), "{keys}: {text}");
        }
    }
}

#[test]
fn an_empty_past_names_the_next_key() {
    let mut robot = Robot::listening();
    robot.press(",");
    let text = screen(&mut robot, USUAL);
    assert!(text.contains("No rows existed then.") && text.contains("Press . to step"), "{text}");
}

#[test]
fn the_listener_is_shown_as_of_now_while_the_table_shows_the_past() {
    let mut robot = two_connections();
    robot.press("9,");
    for size in [WIDE, USUAL] {
        let text = screen(&mut robot, size);
        assert!(text.contains("No rows existed then."), "{text}");
        assert!(
            text.contains("LISTEN 127.0.0.1:5000") && !text.contains("nothing is listening"),
            "{text}"
        );
    }
    // And the other way round: it is stopped by now.
    robot.press("p l");
    robot.hear(fivetuple::tcp::SocketEvent::StoppedListening { why: None });
    robot.kernel("");
    robot.press("2,");
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("nothing is listening on port 5000"), "{text}");
}
