//! What keys do.

use fivetuple::app::{Action, BINDINGS, Key, Scope};
use fivetuple::tcp::SocketEvent;

use crate::robot::{Robot, own};

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
