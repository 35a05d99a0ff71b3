//! The wire as it was at the moment that is shown, and in the same words wherever it is told of.

use crate::computers::{CALLS, LISTEN};
use crate::robot::Robot;
use crate::view::screen;

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (60, 18)];

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
