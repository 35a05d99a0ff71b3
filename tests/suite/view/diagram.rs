//! The state diagram.

use std::time::Duration;

use crate::robot::{LISTEN, Robot, end, own};
use fivetuple::app::Action;
use fivetuple::tcp::{SocketEvent, TcpState};

use crate::view::{
    LAPTOP, SMALL, USUAL, WIDE, goodbyes, joined, screen, shows, shows_not, two_connections,
};

#[test]
fn an_inferred_path_is_drawn_differently_and_called_inferred() {
    let mut robot = goodbyes();
    robot.ask(Action::SelectRow(end("127.0.0.2:54240", "127.0.0.1:5000")));
    robot.press("g");
    let text = screen(&mut robot, WIDE);
    let said = "laptop, FIN_WAIT2 → TIME_WAIT: gets FIN, sends ACK. Inferred, too brief to be polled: SYN_SENT, FIN_WAIT1, FIN_WAIT2.";
    assert!(text.contains(said), "{text}");
    assert!(text.contains('╍') && !text.contains("━━▶"), "{text}");
}

#[test]
fn observed_transitions_are_drawn_solid() {
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
    shows(&mut robot, &[WIDE], &["━━▶┃▶ TIME_WAIT"]);
    shows_not(&mut robot, &[WIDE], &["gets FIN, sends ACK. Inferred, too brief to be polled: F"]);
}

#[test]
fn a_reset_leads_straight_to_closed() {
    let mut robot = goodbyes();
    robot.ask(Action::SelectRow(end("127.0.0.1:5000", "127.0.0.3:47118")));
    robot.press("g");
    shows(&mut robot, &[WIDE], &["RST, from ESTABLISHED straight to CLOSED"]);
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
fn the_diagrams_key_toggles_it() {
    let mut robot = two_connections();
    let before = screen(&mut robot, USUAL);
    robot.press("g g");
    assert_eq!(screen(&mut robot, USUAL), before);
}
