//! A lab with a range of its own.

use fivetuple::app::Event;
use fivetuple::tcp::{LabEvent, LabLimits};

use crate::robot::Robot;

/// A lab that was set up anew for that range, once the keys had chosen who uses it up.
pub(crate) fn with_range(keys: &str, range: &str) -> Robot {
    let mut robot = Robot::in_lab(3);
    robot.press(keys);
    robot.enter("P ctrl-u", range);
    robot.tell(Event::Lab(LabEvent::Down(None)));
    robot.lab_comes_up(3, LabLimits::MEANT);
    robot
}
