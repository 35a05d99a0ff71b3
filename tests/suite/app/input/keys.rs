//! What keys do.

use fivetuple::app::{Action, BINDINGS, Key, Scope};
use fivetuple::tcp::{Command, SocketEvent};

use crate::app::laptop_connected;
use crate::robot::{Robot, own};
use crate::view::screen;

#[test]
fn every_key_is_bound_once_in_its_scope_and_prints_as_it_parses() {
    let mut taken = std::collections::HashSet::new();
    for binding in BINDINGS {
        for key in binding.keys {
            assert!(
                taken.insert((binding.scope, *key)),
                "bound twice: {key} in {:?}",
                binding.scope
            );
            assert_eq!(key.to_string().parse::<Key>().as_ref(), Ok(key));
        }
        assert!(!binding.help.is_empty() && !binding.about.is_empty(), "no help: {binding:?}");
    }
}

#[test]
fn every_key_on_the_panes_does_something_that_can_be_seen() {
    for binding in BINDINGS.iter().filter(|binding| binding.scope == Scope::Panes) {
        let mut robot = Robot::new();
        robot.orders();
        let before = (
            format!("{:?}", robot.state.ui),
            robot.state.notices.len(),
            robot.state.clients.chosen,
        );
        robot.ask(binding.action);
        let after = (
            format!("{:?}", robot.state.ui),
            robot.state.notices.len(),
            robot.state.clients.chosen,
        );
        let quiet = [Action::Back, Action::Previous, Action::PageUp].contains(&binding.action);
        assert!(
            before != after || !robot.orders().is_empty() || quiet,
            "{} does nothing and says nothing",
            binding.keys[0]
        );
    }
}

#[test]
fn a_call_without_an_answer_counts_once_whatever_becomes_of_it() {
    let mut robot = Robot::listening();
    let calling = own("tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 SYN_SENT inode=11", 11);
    robot.press("c");
    robot.hear(SocketEvent::Connecting(calling));
    robot.press("c");
    assert_eq!(robot.state.clients.awaited(), 1);
    robot.hear(SocketEvent::Connected(calling));
    assert_eq!(robot.state.clients.awaited(), 1, "the second call is still unanswered");
}

#[test]
fn more_keys_than_anybody_types_ahead_are_dropped_and_that_is_said() {
    let mut robot = Robot::new();
    robot.press_at_once(&"l c ".repeat(2_100));
    robot.says("Too many keys wait");
    let orders = robot.commands();
    assert!(matches!(orders[..], [Command::Listen(_)]), "{orders:?}");
}

#[test]
fn a_key_of_another_alphabet_is_shown_as_typed_with_a_hint_at_the_layout() {
    let mut robot = Robot::new();
    for key in ["\u{e9}", "\u{434}", "\u{65e5}"] {
        robot.press(key);
        robot.says(&format!("{key} does nothing here: all keys are Latin letters"));
        let screen = screen(&mut robot, (120, 36));
        assert!(screen.contains(key), "{screen}");
    }
    robot.press("\u{9b}");
    let screen = screen(&mut robot, (120, 36));
    assert!(screen.contains(r"\xc2\x9b does nothing"), "{screen}");
}

#[test]
fn alt_and_a_letter_is_neither_esc_nor_the_letter() {
    let mut robot = laptop_connected();
    robot.press("?");
    robot.press("alt-r alt-x alt-q");
    assert!(robot.state.ui.overlay.is_some(), "alt is Esc");
    robot.press("Esc");
    assert_eq!(robot.commands_by("alt-r alt-x alt-q alt-r"), []);
    robot.says("alt-r does nothing here");
}
