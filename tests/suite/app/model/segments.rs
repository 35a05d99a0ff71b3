//! A datagram that is refused.

use fivetuple::tcp::{FiveTuple, Flags, Protocol, Segment};

use crate::app::history::ladder_captured::segment;
use crate::robot::Robot;

#[test]
fn the_refusal_of_a_datagram_is_lost_for_good() {
    let mut robot = Robot::listening_in_lab();
    let said = segment(1, false, Flags::default(), (0, 0), 0);
    let tuple = FiveTuple { protocol: Protocol::Udp, ..said.tuple };
    let segment = Segment { tuple, is_refusal: true, ..said };
    robot.press("h");
    robot.put(segment);
    robot.press("u");
    let said = robot.said();
    assert!(said.starts_with("Dropped the server's ICMP \"port unreachable\""), "{said}");
    assert!(said.contains("does not learn"), "{said}");
}
