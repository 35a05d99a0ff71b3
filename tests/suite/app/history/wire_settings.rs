//! The wire as it was at the moment that is shown, and in the same words wherever it is told of.

use std::time::Duration;

use fivetuple::app::history::ladder::{as_text, of};
use fivetuple::tcp::{Flags, WireSettings};

use crate::app::events::lab::connected;
use crate::app::shows_not;
use crate::computers::{CALLS, LAPTOP, LISTEN};
use crate::robot::Robot;
use crate::view::screen;

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (60, 18)];

#[test]
fn the_past_shows_a_wire_that_was_not_held_yet() {
    let mut robot = connected();
    robot.later(Duration::from_secs(1));
    robot.press("h");
    robot.later(Duration::from_secs(1));
    robot.press(",");
    assert_eq!(robot.state.wire_then(), WireSettings::default());
    for size in SIZES {
        shows_not(&mut robot, size, "HELD");
    }
    robot.press("p");
    assert!(robot.state.wire_then().held);
    assert!(screen(&mut robot, (80, 24)).contains("HELD: 0 queued"));
}

#[test]
fn the_past_counts_the_segments_that_waited_then() {
    let mut robot = Robot::listening_in_lab();
    robot.later(Duration::from_secs(1));
    robot.press("h c");
    robot.syn_is_sent();
    robot.tables(&[LISTEN], &[CALLS]);
    robot.later(Duration::from_secs(1));
    for number in [2, 3] {
        robot.sends(number, (LAPTOP, Flags::SYN), (0, 0), b"");
    }
    robot.later(Duration::from_secs(1));
    robot.tables(&[LISTEN], &[]);
    assert!(screen(&mut robot, (80, 24)).contains("HELD: 3 queued"));
    robot.press(",");
    assert_eq!(robot.state.waiting_then(), 1);
    assert!(screen(&mut robot, (80, 24)).contains("HELD: 1 queued"));
    robot.press(",");
    let text = screen(&mut robot, (80, 24));
    let nothing = "Nothing had crossed the wire yet.";
    assert!(text.contains(nothing) && !text.contains("HELD"), "{text}");
}

#[test]
fn one_segment_waits_and_several_wait() {
    let mut robot = Robot::calling_in_lab();
    assert!(screen(&mut robot, (80, 24)).contains("HELD: 1 queued"));
    robot.sends(2, (LAPTOP, Flags::SYN), (0, 0), b"");
    assert!(screen(&mut robot, (80, 24)).contains("HELD: 2 queued "));
    robot.press("o");
    assert!(robot.said().ends_with("1 more is queued."), "{}", robot.said());
}

#[test]
fn the_ladder_and_its_file_call_a_held_segment_what_the_wire_calls_it() {
    let mut robot = Robot::calling_in_lab();
    let label = |robot: &Robot| {
        let ladder = of(&robot.state).unwrap();
        let rung = ladder.rungs.iter().find(|rung| rung.arrow.is_some());
        let rung = rung.unwrap();
        let arrow = rung.arrow.as_ref().unwrap();
        (arrow.label(rung.at, 60), as_text(&ladder))
    };
    let (words, file) = label(&robot);
    assert_eq!(words, "SYN, seq 0, queued");
    assert!(file.contains("queued"), "{file}");
    robot.press("u");
    robot.loses(1);
    assert_eq!(label(&robot).0, "SYN, seq 0, lost");
    assert!(screen(&mut robot, (80, 24)).contains(" lost "));
}

#[test]
fn nothing_stands_ahead_of_the_tip_of_an_arrow() {
    let mut robot = Robot::listening_in_lab();
    robot.press("b b b c");
    robot.syn_is_sent();
    robot.tables(&[LISTEN], &[CALLS]);
    for size in SIZES {
        let text = screen(&mut robot, size);
        let sent = text.lines().find(|line| line.contains(" SYN "));
        let sent = sent.expect(&text);
        let (tip, label) = (sent.find('◀').unwrap(), sent.find(" SYN ").unwrap());
        assert!(tip < label, "{sent}");
    }
}
