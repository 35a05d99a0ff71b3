//! What keys do.

use fivetuple::app::{Action, BINDINGS, Effect, Key, Pane, Scope};
use fivetuple::tcp::{Burst, Command, SocketEvent, SocketId};

use crate::app::laptop_connected;
use crate::robot::{Robot, end, own};

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
fn an_unknown_key_says_so() {
    let mut robot = Robot::new();
    robot.press_says("Z", "Z does nothing here");
}

#[test]
fn the_chosen_computer_connects_from_its_own_address() {
    let mut robot = Robot::listening();
    robot.commands();
    robot.ask(Action::Focus(Pane::Computers));
    robot.press("j c");
    let (spec, burst) = robot.one_call();
    assert_eq!(spec.from, Some([127, 0, 0, 3].into()));
    assert_eq!(spec.to.to_string(), "127.0.0.1:5000");
    assert_eq!(burst, Burst::ONE);
}

#[test]
fn a_count_before_connect_is_how_often() {
    let mut robot = Robot::listening();
    assert!(matches!(robot.commands_by("25c")[..], [Command::Connect(_, Burst { count: 25, .. })]));
    robot.burst_ends(25, 25);
    robot.press("c");
    assert!(
        matches!(robot.commands()[..], [Command::Connect(_, Burst { count: 1, .. })]),
        "the count is used up"
    );
}

#[test]
fn a_limit_is_said_before_the_connections_are_made() {
    let mut robot = Robot::listening();
    let commands = robot.commands_by("60000c");
    let [Command::Connect(_, burst)] = &commands[..] else { panic!("one connect") };
    assert!((9_000..10_000).contains(&burst.count), "{burst:?}");
    robot.says("of 60,000 connections");
}

#[test]
fn disconnect_takes_the_newest_connection_of_the_chosen_computer() {
    let mut robot = laptop_connected();
    let newer = own("tcp 0 0 127.0.0.2:54242 127.0.0.1:5000 ESTABLISHED inode=14", 14);
    robot.hear(SocketEvent::Connected(newer));
    robot.commands();
    robot.ask(Action::Focus(Pane::Computers));
    robot.press("d");
    assert_eq!(robot.commands(), [Command::Close(newer.name)]);
    robot.press("0d");
    assert_eq!(robot.commands().len(), 2, "0d closes all");
}

#[test]
fn keys_that_are_quicker_than_the_answers_take_one_connection_each() {
    for (keys, command) in
        [("d d", Command::Close as fn(SocketId) -> Command), ("x x", Command::Abort)]
    {
        let mut robot = laptop_connected();
        let newer = own("tcp 0 0 127.0.0.2:54242 127.0.0.1:5000 ESTABLISHED inode=14", 14);
        robot.hear(SocketEvent::Connected(newer));
        robot.commands();
        robot.ask(Action::Focus(Pane::Computers));
        robot.press(keys);
        let older = end("127.0.0.2:54240", "127.0.0.1:5000");
        assert_eq!(robot.commands(), [newer.name, older].map(command));
        robot.press_says("d", "Nothing to disconnect");
    }
}

#[test]
fn an_order_to_end_is_remembered_when_the_call_is_answered_after_it() {
    let mut robot = Robot::listening();
    let client = own("tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11", 11);
    robot.press("c");
    robot.hear(SocketEvent::Connecting(client));
    assert_eq!(robot.commands_by("d"), [Command::Close(client.name)]);
    robot.hear(SocketEvent::Connected(client));
    robot.press("d");
    assert!(robot.commands().is_empty(), "{}", robot.said());
}

#[test]
fn disconnect_on_a_chosen_row_means_that_connection_whichever_end_is_chosen() {
    let mut robot = laptop_connected();
    robot.commands();
    robot.ask(Action::Focus(Pane::Sockets));
    robot.ask(Action::SelectRow(end("127.0.0.1:5000", "127.0.0.2:54240")));
    robot.press("d D");
    let ends = [end("127.0.0.2:54240", "127.0.0.1:5000"), end("127.0.0.1:5000", "127.0.0.2:54240")];
    assert_eq!(robot.commands(), ends.map(Command::Close));
}

#[test]
fn esc_never_quits_and_q_closes_what_is_open_first() {
    let mut robot = Robot::new();
    assert!(robot.orders_by("Esc Esc ? q").is_empty() && robot.state.ui.overlay.is_none());
    robot.press("q");
    assert_eq!(robot.orders(), [Effect::Exit]);
    robot.press("L ctrl-c");
    assert_eq!(robot.orders(), [Effect::Exit], "ctrl-c quits from a form, too");
}

#[test]
fn a_row_that_was_only_looked_inside_is_not_what_the_next_verb_is_meant_for() {
    let mut robot = laptop_connected();
    robot.press("Enter Esc");
    assert_eq!(robot.state.ui.selected, None);
    robot.press("Tab j Enter Esc");
    assert!(robot.state.ui.selected.is_some(), "in the table the choice stays");
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
fn a_verb_waits_for_the_call_before_it() {
    let mut robot = Robot::listening();
    robot.commands();
    let newer = own("tcp 0 0 127.0.0.2:54242 127.0.0.1:5000 ESTABLISHED inode=14", 14);
    robot.press("c d");
    assert!(matches!(robot.commands()[..], [Command::Connect(..)]), "nothing can be closed yet");
    robot.hear(SocketEvent::Connected(newer));
    assert_eq!(robot.commands(), [Command::Close(newer.name)]);
}

#[test]
fn a_chosen_row_that_is_gone_is_not_replaced_by_another() {
    let mut robot = laptop_connected();
    robot.ask(Action::Focus(Pane::Sockets));
    robot.ask(Action::SelectRow(end("127.0.0.2:50000", "127.0.0.1:5000")));
    assert!(robot.commands_by("x").is_empty());
    robot.says("the selected row is gone");
}

#[test]
fn accept_with_nobody_waiting_orders_nothing_and_says_so() {
    let mut robot = Robot::listening();
    robot.press("a");
    robot.hear(SocketEvent::AcceptHeld(true));
    assert!(robot.commands_by("A").is_empty());
    robot.says("The accept queue is empty");
}
