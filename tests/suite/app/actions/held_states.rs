//! The menu of states to be held.

use fivetuple::app::{Effect, HELD, Overlay};
use fivetuple::tcp::{Call, Command, Errno, SocketEvent, SyscallError, TcpState};

use crate::app::{shows, shows_not};
use crate::robot::{Robot, own};
use crate::view::USUAL;

#[test]
fn the_menu_asks_for_the_chosen_state_from_the_chosen_computer() {
    let mut robot = Robot::new();
    robot.ask(fivetuple::app::Action::SelectComputer(1));
    robot.orders();
    robot.press("S j j k Enter");
    assert!(robot.state.ui.overlay.is_none());
    let phone = [127, 0, 0, 3].into();
    assert_eq!(robot.commands(), [Command::Stage(TcpState::SynReceived, phone)]);
    robot.press("S 7");
    assert_eq!(robot.commands(), [Command::Stage(HELD[6], phone)]);
    robot.press("S 0");
    assert!(matches!(robot.state.ui.overlay, Some(Overlay::States(0))));
    robot.press("Esc");
    assert!(robot.state.ui.overlay.is_none() && robot.commands().is_empty());
}

#[test]
fn a_held_state_is_told_with_its_calls_watched_and_chosen() {
    let row = "tcp 0 0 127.0.0.2:41962 127.0.0.1:32823 FIN_WAIT2 inode=8";
    let mut robot = Robot::new();
    robot.orders();
    let main = own(row, 13).name;
    robot.hear(SocketEvent::Staged {
        state: TcpState::FinWait2,
        main,
        sockets: vec![own("tcp 0 8 127.0.0.1:32823 0.0.0.0:* LISTEN inode=7", 12)],
        calls: vec!["socket() = 12".to_owned(), "shutdown(13, SHUT_WR)".to_owned()],
    });
    for part in ["FIN_WAIT2 at 127.0.0.2:41962", "socket() = 12; shutdown(13, SHUT_WR)"] {
        robot.says(part);
    }
    let orders = robot.orders();
    let watches = |order: &Effect| matches!(order, Effect::Watch(filter) if filter.wants(&row.parse().unwrap()));
    assert!(orders.iter().any(watches), "{orders:?}");
    assert_eq!(robot.state.ui.selected, Some(main));
}

#[test]
fn a_state_that_cannot_be_held_says_why() {
    let mut robot = Robot::new();
    robot.hear(SocketEvent::StageFailed {
        state: TcpState::Closing,
        why: SyscallError { call: Call::Socket, errno: Errno::EMFILE },
    });
    robot.says("CLOSING");
    robot.says("EMFILE");
    robot.says("r, which");
}

/// The laptop's connection in FIN_WAIT2, as `S` holds it.
pub(crate) fn half_closed_by_s() -> Robot {
    const ROWS: [&str; 3] = [
        "tcp 0 8 127.0.0.1:32823 0.0.0.0:* LISTEN inode=7",
        "tcp 0 0 127.0.0.2:41962 127.0.0.1:32823 FIN_WAIT2 inode=8",
        "tcp 1 0 127.0.0.1:32823 127.0.0.2:41962 CLOSE_WAIT inode=10",
    ];
    let mut robot = Robot::new();
    robot.hear(SocketEvent::Staged {
        state: TcpState::FinWait2,
        main: own(ROWS[1], 13).name,
        sockets: vec![own(ROWS[0], 12), own(ROWS[1], 13), own(ROWS[2], 14)],
        calls: vec!["shutdown(13, SHUT_WR)".to_owned()],
    });
    robot.kernel(&ROWS.join("\n"));
    robot.orders();
    robot
}

#[test]
fn a_verb_on_what_s_holds_says_who_holds_it_and_what_closes_it() {
    for (looks, what) in
        [("", "S holds the present connections"), ("3 ", "S holds the selected row")]
    {
        for verb in ["d", "s", "f", "x", "D"] {
            let mut robot = half_closed_by_s();
            if !looks.is_empty() {
                robot.state.ui.focus = fivetuple::app::Pane::Sockets;
            }
            robot.press_says(verb, what);
            robot.says("Press r to close them");
            assert_eq!(robot.commands(), []);
        }
    }
    let mut robot = half_closed_by_s();
    robot.state.ui.focus = fivetuple::app::Pane::Sockets;
    robot.press("Enter");
    shows_not(&mut robot, USUAL, " actions ");
    robot.press("Esc i");
    shows(&mut robot, USUAL, "Its calls are listed in What happened");
}

#[test]
fn a_reset_counts_what_s_holds_and_forgets_it() {
    let mut robot = half_closed_by_s();
    robot.press_says("r", "2 open ends were closed with RST");
    robot.says("1 staged listener was closed");
    robot.press_says("d", "no connection is open");
    robot.press_says("r", "nothing was open");
}
