//! The state diagram.

use std::time::Duration;

use crate::robot::{LISTEN, Robot, end, own};
use fivetuple::app::Action;
use fivetuple::tcp::{SocketEvent, TcpState};

use crate::view::{
    ALL, LAPTOP, SMALL, USUAL, WIDE, check, check_mono, goodbyes, joined, screen, two_connections,
};

#[test]
fn the_rows_stand_on_the_states_and_the_newest_connections_way_is_lit() {
    let mut robot = two_connections();
    robot.press("g");
    check("states", &mut robot, &ALL);
    check_mono("states", &mut robot);
}

#[test]
fn before_anybody_connects_the_diagram_stands_there_already() {
    let mut robot = Robot::new();
    robot.press("g");
    check("states_empty", &mut robot, &[USUAL]);
}

#[test]
fn a_way_that_no_look_saw_is_drawn_differently_and_said_to_be_worked_out() {
    let mut robot = goodbyes();
    robot.ask(Action::SelectRow(end("127.0.0.2:54240", "127.0.0.1:5000")));
    robot.press("g");
    check("states_goodbye", &mut robot, &ALL);
    check_mono("states_goodbye", &mut robot);
    let text = screen(&mut robot, WIDE);
    let said = "laptop, FIN_WAIT2 → TIME_WAIT: rcv FIN, snd ACK. Inferred, too brief to be polled: SYN_SENT, FIN_WAIT1, FIN_WAIT2.";
    assert!(text.contains(said), "{text}");
    assert!(text.contains('╍') && !text.contains("━━▶"), "{text}");
}

#[test]
fn what_was_seen_is_drawn_whole() {
    let mut robot = Robot::listening();
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(LAPTOP[1], 11)));
    let states = ["SYN_SENT", "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT"];
    for state in states {
        let row = format!("tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 {state} inode=11");
        robot.kernel(&joined(&[LISTEN, &row]));
        robot.later(Duration::from_millis(700));
    }
    robot.press("g");
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("━━▶┃▶ TIME_WAIT"), "{text}");
    assert!(!text.contains("rcv FIN, snd ACK. Inferred, too brief to be polled: F"), "{text}");
}

#[test]
fn a_reset_goes_straight_to_closed() {
    let mut robot = goodbyes();
    robot.ask(Action::SelectRow(end("127.0.0.1:5000", "127.0.0.3:47118")));
    robot.press("g");
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("RST, from ESTABLISHED straight to CLOSED"), "{text}");
}

#[test]
fn no_state_is_lost_at_any_size() {
    for mut robot in [Robot::new(), goodbyes(), two_connections()] {
        robot.press("g");
        for size in [WIDE, USUAL, SMALL, (60, 16), (100, 24), (80, 60), (300, 90)] {
            let text = screen(&mut robot, size);
            for state in TcpState::ALL {
                assert!(text.contains(state.name()), "{state} at {size:?} {text}");
            }
        }
    }
}

#[test]
fn the_key_that_brings_the_diagram_takes_it_away() {
    let mut robot = two_connections();
    let before = screen(&mut robot, USUAL);
    robot.press("g g");
    robot.ask(Action::Focus(fivetuple::app::Pane::Computers));
    assert_eq!(screen(&mut robot, USUAL), before);
}
