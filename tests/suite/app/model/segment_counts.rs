//! More segments on the wire than are known one by one.

use fivetuple::app::Event;
use fivetuple::tcp::{Flags, LabEvent, WireEvent, WireOrder, WireSettings, WireStatus};

use crate::app::actions::wire::orders;
use crate::computers::LAPTOP;
use crate::robot::Robot;

fn tells(robot: &mut Robot, status: WireStatus) {
    robot.tell(Event::Lab(LabEvent::Wire(vec![WireEvent::Status(status)])));
}

/// The wire is held, and 12,000 segments are on it, of which two are known.
fn crowded(oldest: u64) -> Robot {
    let mut robot = Robot::listening_in_lab();
    robot.press("h");
    robot.orders();
    for number in 1..=2 {
        robot.sends(number, (LAPTOP, Flags::SYN), (0, 0), b"");
    }
    let status = WireStatus {
        settings: WireSettings { held: true, ..WireSettings::default() },
        unreported: 11_998,
        kept: 12_000,
        oldest: Some(oldest),
        obeyed: 1,
        ..WireStatus::default()
    };
    tells(&mut robot, status);
    robot
}

#[test]
fn a_step_counts_all_that_waits_and_names_what_is_known() {
    let mut robot = crowded(1);
    robot.press("4000o");
    assert_eq!(orders(&mut robot), vec![WireOrder::Step; 4000]);
    assert_eq!(
        robot.said(),
        "Delivered 4,000 segments, laptop's SYN first. 8,000 more are queued."
    );
    robot.press("99999o");
    assert_eq!(orders(&mut robot).len(), 8000);
    robot.press("o");
    assert!(robot.said().contains("Nothing is queued"), "{}", robot.said());
}

#[test]
fn the_oldest_is_not_named_where_another_one_is_older() {
    let mut robot = crowded(0);
    robot.press("o");
    assert_eq!(robot.said(), "Delivered the oldest one. 11,999 more are queued.");
    robot.press("u");
    let said = robot.said();
    assert!(said.starts_with("Dropped the oldest one"), "{said}");
    robot.press("h");
    let said = robot.said();
    assert!(said.contains("11,998 segments delivered"), "{said}");
}

#[test]
fn a_segment_that_was_lost_untold_is_not_to_be_lost_any_more() {
    let mut robot = Robot::listening_in_lab();
    robot.press("2u");
    for drop_next in [2, 1, 0] {
        let settings = WireSettings { drop_next, ..WireSettings::default() };
        tells(&mut robot, WireStatus { settings, obeyed: 2, ..WireStatus::default() });
        assert_eq!(robot.state.lab.wire.drop_next, drop_next);
    }
}

#[test]
fn a_status_from_before_an_order_does_not_undo_it() {
    let mut robot = Robot::listening_in_lab();
    robot.press("h");
    tells(&mut robot, WireStatus::default());
    assert!(robot.state.lab.wire.held, "the wire has not taken the order yet");
    tells(&mut robot, WireStatus { obeyed: 1, ..WireStatus::default() });
    assert!(!robot.state.lab.wire.held, "the wire says how it is set");
}

#[test]
fn frames_that_never_came_on_the_wire_are_told_but_not_each() {
    let mut robot = Robot::listening_in_lab();
    let tally = WireStatus { missed: 70, ..WireStatus::default() };
    tells(&mut robot, tally);
    let said = robot.said().to_owned();
    assert!(said.starts_with("70 frames never came"), "{said}");
    let told = robot.state.notices.len();
    tells(&mut robot, WireStatus { missed: 1, ..tally });
    assert_eq!(robot.state.notices.len(), told);
    tells(&mut robot, tally);
    assert!(robot.said().starts_with("141 frames"), "{}", robot.said());
}
