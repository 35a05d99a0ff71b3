//! More segments on the wire than are known one by one.

use fivetuple::app::Event;
use fivetuple::tcp::{Flags, LabEvent, WireCounts, WireEvent, WireOrder, WireStatus};

use crate::app::actions::wire::orders;
use crate::computers::LAPTOP;
use crate::robot::Robot;

fn tells(robot: &mut Robot, tally: WireCounts) {
    robot.tell(Event::Lab(LabEvent::Wire(vec![WireEvent::Counts(tally)])));
}

/// The wire is held, and 12,000 segments are on it, of which two are known.
fn crowded(oldest: u64) -> Robot {
    let mut robot = Robot::listening_in_lab();
    robot.press("h");
    robot.orders();
    for number in 1..=2 {
        robot.sends(number, (LAPTOP, Flags::SYN), (0, 0), b"");
    }
    let tally = WireCounts {
        untold: 11_998,
        standing: WireStatus { kept: 12_000, oldest: Some(oldest), obeyed: 0 },
        ..WireCounts::default()
    };
    tells(&mut robot, tally);
    robot
}

#[test]
fn a_step_counts_all_that_waits_and_names_what_is_known() {
    let mut robot = crowded(1);
    robot.press("4000o");
    assert_eq!(orders(&mut robot), vec![WireOrder::Step; 4000]);
    assert_eq!(
        robot.said(),
        "4,000 segments go through, laptop's SYN first; 8,000 more wait behind them"
    );
    robot.press("99999o");
    assert_eq!(orders(&mut robot).len(), 8000);
    robot.press("o");
    assert!(robot.said().contains("nothing waits"), "{}", robot.said());
}

#[test]
fn the_oldest_is_not_named_where_another_one_is_older() {
    let mut robot = crowded(0);
    robot.press("o");
    assert_eq!(robot.said(), "the oldest one goes through; 11,999 more wait behind it");
    robot.press("u");
    let said = robot.said();
    assert!(said.starts_with("the oldest one is lost"), "{said}");
    robot.press("h");
    let said = robot.said();
    assert!(said.contains("11,998 segments that waited"), "{said}");
}

#[test]
fn a_segment_that_was_lost_untold_is_not_to_be_lost_any_more() {
    let mut robot = Robot::listening_in_lab();
    robot.press("2u");
    let tally = WireCounts { dropped: 1, ..WireCounts::default() };
    tells(&mut robot, tally);
    assert_eq!(robot.state.lab.wire.loses, 1);
    tells(&mut robot, tally);
    assert_eq!(robot.state.lab.wire.loses, 0);
}

#[test]
fn frames_that_never_came_on_the_wire_are_told_but_not_each() {
    let mut robot = Robot::listening_in_lab();
    let tally = WireCounts { missed: 70, ..WireCounts::default() };
    tells(&mut robot, tally);
    let said = robot.said().to_owned();
    assert!(said.starts_with("70 frames never came"), "{said}");
    let told = robot.state.notices.len();
    tells(&mut robot, WireCounts { missed: 1, ..tally });
    assert_eq!(robot.state.notices.len(), told);
    tells(&mut robot, tally);
    assert!(robot.said().starts_with("141 frames"), "{}", robot.said());
}
