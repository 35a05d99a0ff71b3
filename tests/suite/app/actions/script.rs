//! The menu of states in the lab: orders are given one after the other, each when what it waits for has come.

use std::time::Duration;

use fivetuple::app::Effect;
use fivetuple::tcp::{Command, Errno, Flags, LabOrder, ListenSpec, SocketEvent};

use crate::computers::{ANSWERS, CALLS, LAPTOP, LISTEN, SERVER};
use crate::robot::{Robot, own};

const SYN_ACK: Flags = Flags::SYN.and(Flags::ACK);

/// What was ordered of the wire and of TCP since the last call.
fn ordered(robot: &mut Robot) -> Vec<String> {
    let words = |order| match order {
        Effect::Run(Command::Connect(spec, _)) => {
            Some(format!("{:?} calls {}", spec.host, spec.to))
        }
        Effect::Run(Command::Listen(spec)) => Some(format!("listen at {}", spec.at)),
        Effect::Run(command) => Some(format!("{command:?}")),
        Effect::Lab(LabOrder::Wire(order)) => Some(format!("{order:?}")),
        Effect::Lab(_) | Effect::Watch(_) | Effect::Lookup(_) | Effect::Save { .. } => None,
        Effect::Exit => Some("exit".to_owned()),
    };
    robot.orders().into_iter().filter_map(words).collect()
}

/// The laptop's SYN waits on the wire, and more is to come.
fn called(menu: &str) -> Robot {
    let mut robot = Robot::listening_in_lab();
    robot.press(menu);
    assert_eq!(ordered(&mut robot), ["Hold", "Host(2) calls 192.168.1.10:500"]);
    robot.syn_is_sent();
    robot
}

#[test]
fn syn_sent_listens_holds_the_wire_and_calls() {
    let mut robot = Robot::in_lab(4);
    robot.state.server.spec.at.port.0 = 500;
    robot.press("S 1");
    assert_eq!(ordered(&mut robot), ["listen at 192.168.1.10:500"]);
    robot.listens(ListenSpec { host: SERVER, ..robot.state.server.spec.clone() }, LISTEN);
    assert_eq!(ordered(&mut robot), ["Hold", "Host(2) calls 192.168.1.10:500"]);
    assert!(robot.state.lab.wire.held);
    robot.syn_is_sent();
    assert!(!robot.said().contains("SYN_SENT held at"), "no table shows it");
    robot.tables(&[LISTEN], &[CALLS]);
    robot.says_first("SYN_SENT held at 192.168.1.13:44506: the wire is held");
    assert_eq!(robot.state.ui.selected, Some(own(CALLS, 11).name));
}

#[test]
fn syn_recv_lets_just_the_syn_through() {
    let mut robot = called("S 2");
    assert_eq!(ordered(&mut robot), ["Step"]);
    robot.tables(&[LISTEN], &[CALLS]);
    assert!(ordered(&mut robot).is_empty(), "one step is under way");
    robot.arrives(1);
    robot.sends(2, (SERVER, SYN_ACK), (0, 1), b"");
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    assert!(ordered(&mut robot).is_empty());
    robot.says_first("SYN_RECV held at 192.168.1.10:500: ");
}

#[test]
fn what_is_sent_again_meanwhile_stays_on_the_wire() {
    let mut robot = called("S 2");
    robot.tables(&[LISTEN], &[CALLS]);
    robot.sends(2, (LAPTOP, Flags::SYN), (0, 0), b"");
    assert_eq!(ordered(&mut robot), ["Step"]);
    robot.arrives(1);
    robot.sends(3, (SERVER, SYN_ACK), (0, 1), b"");
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    assert!(ordered(&mut robot).is_empty(), "one has crossed");
    robot.says_first("SYN_RECV held at 192.168.1.10:500: ");
}

#[test]
fn what_waits_on_the_wire_before_it_is_let_through_first() {
    let mut robot = Robot::listening_in_lab();
    robot.press("h");
    robot.sends(1, (SERVER, Flags::FIN), (9, 9), b"");
    robot.orders();
    robot.press("S 2");
    assert_eq!(ordered(&mut robot), ["LetGo", "Hold", "Host(2) calls 192.168.1.10:500"]);
    robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
    robot.sends(2, (LAPTOP, Flags::SYN), (0, 0), b"");
    assert_eq!(ordered(&mut robot), ["Step", "Step"]);
    robot.arrives(1);
    robot.arrives(2);
    assert!(ordered(&mut robot).is_empty());
}

#[test]
fn a_state_that_is_not_reached_is_given_up_in_words() {
    let mut robot = called("S 2");
    robot.arrives(1);
    robot.later(Duration::from_secs(9));
    robot.says_not("not reached");
    robot.later(Duration::from_secs(2));
    assert_eq!(
        robot.said(),
        "SYN_RECV was not reached within 10 s: the segment is not on the wire yet."
    );
    robot.sends(2, (SERVER, SYN_ACK), (0, 1), b"");
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    assert!(!robot.said().starts_with("SYN_RECV at"), "{}", robot.said());
}

#[test]
fn whoever_takes_the_wire_in_hand_gives_it_up() {
    let mut robot = called("S 2");
    robot.orders();
    robot.press("h");
    assert_eq!(ordered(&mut robot), ["LetGo"]);
    robot.arrives(1);
    robot.sends(2, (SERVER, SYN_ACK), (0, 1), b"");
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    assert!(!robot.said().starts_with("SYN_RECV at"), "{}", robot.said());
}

#[test]
fn a_server_that_cannot_listen_says_why_and_nobody_calls() {
    let mut robot = Robot::in_lab(4);
    robot.press("S 1");
    robot.orders();
    robot.bind_fails(Errno::EADDRINUSE);
    robot.says("EADDRINUSE");
    robot.press("l");
    robot.orders();
    robot.listens(ListenSpec { host: SERVER, ..robot.state.server.spec.clone() }, LISTEN);
    assert!(ordered(&mut robot).is_empty());
}

#[test]
fn while_calls_are_unanswered_no_state_is_begun() {
    let mut robot = Robot::listening_in_lab();
    robot.press("c");
    robot.orders();
    robot.press("S 4");
    assert!(ordered(&mut robot).is_empty());
    robot.says("Connects are still in progress");
}

#[test]
fn a_reset_forgets_what_was_on_the_wire() {
    let mut robot = called("S 1");
    robot.tables(&[LISTEN], &[CALLS]);
    assert_eq!(robot.state.lab.waiting(), 1);
    robot.press("r");
    assert_eq!(robot.state.lab.waiting(), 0);
    assert!(robot.state.lab.crossings.is_empty());
    robot.arrives(1);
    assert_eq!(robot.state.lab.waiting(), 0);
}
