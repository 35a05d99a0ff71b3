//! The timeline with its ladder, and the past.

use fivetuple::tcp::{ListenerId, SocketEvent};
use std::time::Duration;

use fivetuple::tcp::Flags;

use crate::computers::LAPTOP;
use crate::robot::Robot;
use crate::view::{ALL, USUAL, WIDE, goodbyes, screen, shows, two_connections};

#[test]
fn every_view_of_the_past_is_labelled() {
    let mut robot = goodbyes();
    robot.press(",");
    robot.later(Duration::from_secs(12));
    for keys in ["t", "g", "z", "z n"] {
        robot.press(keys);
        shows(&mut robot, &ALL, &["PAST 22 s"]);
    }
}

#[test]
fn an_empty_past_names_the_next_key() {
    let mut robot = Robot::listening();
    robot.press(",");
    shows(&mut robot, &[USUAL], &["No rows existed then.", "Press . to step"]);
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
    robot.hear(SocketEvent::StoppedListening { id: ListenerId::FIRST, why: None });
    robot.kernel("");
    robot.press("2,");
    shows(&mut robot, &[WIDE], &["nothing is listening on port 5000"]);
}

#[test]
fn of_connections_without_a_row_it_says_where_their_segments_are() {
    let mut robot = Robot::in_lab(4);
    robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.press("t");
    shows(&mut robot, &[WIDE, USUAL], &["Segments crossed the wire, but", "Press O"]);
    robot.press("O");
    shows(&mut robot, &[WIDE], &["the segments as they crossed the wire"]);
}
