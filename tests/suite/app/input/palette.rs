//! Every action by its name.

use fivetuple::app::{BINDINGS, Effect, Overlay};
use fivetuple::tcp::{Burst, Command};

use crate::robot::Robot;

/// The names of the actions that are offered, the chosen one first.
fn offered(robot: &Robot) -> Vec<String> {
    let Some(Overlay::Palette(palette)) = &robot.state.ui.overlay else {
        panic!("the list is open")
    };
    let names = palette.found().into_iter().map(|entry| entry.name.to_string());
    names.skip(palette.chosen).collect()
}

#[test]
fn every_action_can_be_found_by_its_name_and_done_as_by_its_key() {
    for binding in BINDINGS.iter().filter(|binding| binding.is_listed()) {
        let (mut typed, mut pressed) = (Robot::new(), Robot::new());
        typed.press(":");
        typed.type_text(binding.help);
        assert!(offered(&typed).iter().any(|name| name == binding.help), "{}", binding.help);
        while offered(&typed)[0] != binding.help {
            typed.press("Down");
        }
        typed.orders();
        pressed.orders();
        typed.press("Enter");
        pressed.ask(binding.action);
        assert_eq!(typed.orders(), pressed.orders(), "{}", binding.help);
        assert_eq!(typed.said(), pressed.said(), "{}", binding.help);
        let [typed, pressed] = [typed, pressed].map(|robot| {
            let ui = robot.state.ui;
            format!("{:?} {:?} {:?}", ui.overlay, ui.main_view, ui.look)
        });
        assert_eq!(typed, pressed, "{}", binding.help);
    }
}

#[test]
fn a_few_letters_are_enough() {
    for (letters, first) in [
        ("half", "half-close"),
        ("hclose", "half-close"),
        ("text large", "large text"),
        ("rst", "abort"),
        ("x", "abort"),
        ("ctrl-c", "quit at once"),
    ] {
        let mut robot = Robot::new();
        robot.press(":");
        robot.type_text(letters);
        assert_eq!(offered(&robot)[0], first, "{letters}");
    }
}

#[test]
fn a_count_before_it_is_for_what_is_chosen() {
    let mut robot = Robot::listening();
    robot.commands();
    robot.enter("25:", "connect");
    assert!(matches!(robot.commands()[..], [Command::Connect(_, Burst { count: 25, .. })]));
    // One that is dropped takes its count along.
    let mut robot = Robot::listening();
    assert!(matches!(
        robot.commands_by("25: Esc c")[..],
        [Command::Connect(_, Burst { count: 1, .. })]
    ));
}

#[test]
fn what_is_typed_there_does_nothing_else() {
    let mut robot = Robot::new();
    robot.orders();
    robot.press(": q l");
    robot.type_text("5000 zzz");
    assert!(robot.orders().is_empty());
    robot.press_says("Enter", "No action");
    robot.press("Esc");
    assert!(robot.state.ui.overlay.is_none() && robot.orders().is_empty());
    robot.press(": ctrl-c");
    assert_eq!(robot.orders(), [Effect::Exit]);
}
