//! The list of every action, over the panes.

use crate::view::{ALL, check, two_connections};

#[test]
fn every_action_by_its_name() {
    let mut robot = two_connections();
    robot.press(":");
    check("palette", &mut robot, &ALL);
    robot.type_text("clo");
    robot.press("Down");
    check("palette_found", &mut robot, &ALL);
}
