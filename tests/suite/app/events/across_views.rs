//! Where one picture meets what another part of the dashboard does.

use fivetuple::app::{BINDINGS, Overlay};

use crate::app::laptop_connected;
use crate::computers::{CALLS, LISTEN};
use crate::robot::Robot;
use crate::view::{ALL, WIDE, screen, whole_machine};

#[test]
fn the_picture_of_the_myth_names_the_key_that_tries_it() {
    let key = BINDINGS.iter().find(|key| key.help == "test the myth");
    let key = key.unwrap().keys[0];
    let mut robot = laptop_connected();
    robot.press("M");
    for size in ALL {
        let screen = screen(&mut robot, size);
        let line = screen.lines().find(|line| line.contains("test it"));
        let line = line.unwrap();
        assert!(line.contains(&format!(" {key} test it")), "{line}");
        assert!(line.contains("server's own port number"), "{line}");
    }
}

#[test]
fn the_myth_is_about_the_servers_port_although_the_whole_machine_is_shown() {
    let mut robot = whole_machine(30);
    robot.press("M");
    let screen = screen(&mut robot, WIDE);
    let right = screen.lines().filter(|line| line.contains("  tcp "));
    for line in right {
        assert!(line.contains(":5000 "), "{line}");
    }
    assert!(!screen.contains("port 22 would be taken"), "{screen}");
}

#[test]
fn who_is_to_blame_is_told_of_now_and_not_of_the_past() {
    let mut robot = crate::app::explain::why_not::refused();
    robot.press(",");
    assert!(robot.state.is_past());
    robot.press("y");
    assert!(matches!(robot.state.ui.overlay, Some(Overlay::Why(_))));
    assert!(!robot.state.is_past());
}

#[test]
fn nothing_stands_ahead_of_the_tip_of_an_arrow() {
    let mut robot = Robot::listening_in_lab();
    robot.press("b b b c");
    robot.syn_is_sent();
    robot.tables(&[LISTEN], &[CALLS]);
    for size in ALL {
        let text = screen(&mut robot, size);
        let sent = text.lines().find(|line| line.contains(" SYN ")).expect(&text);
        let (tip, label) = (sent.find('◀').unwrap(), sent.find(" SYN ").unwrap());
        assert!(tip < label, "{sent}");
    }
}
