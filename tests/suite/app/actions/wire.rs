//! How much is known of the segments on the wire.

use fivetuple::tcp::Flags;

use crate::computers::LAPTOP;
use crate::robot::Robot;

#[test]
fn what_is_remembered_of_segments_has_a_bound() {
    let mut robot = Robot::listening_in_lab();
    for number in 1..=10_000 {
        robot.sends(number, (LAPTOP, Flags::SYN), (0, 0), b"");
    }
    assert!(robot.state.lab.crossings.len() < 5000);
    assert_eq!(robot.state.lab.crossings.back().unwrap().segment.number, 10_000);
    assert_eq!(robot.state.lab.waiting(), 10_000, "all are on the wire");
}
