//! The menu of states to be held.

use fivetuple::app::{Effect, HELD, Overlay};
use fivetuple::tcp::{Call, Command, Errno, News, Refusal, TcpState};

use crate::robot::{Robot, own};

#[test]
fn the_menu_asks_for_the_chosen_state_from_the_chosen_computer() {
    let mut robot = Robot::new();
    robot.ask(fivetuple::app::Action::SelectComputer(1));
    robot.orders();
    robot.press("S j j k Enter");
    assert!(robot.state.desk.overlay.is_none());
    let phone = [127, 0, 0, 3].into();
    assert_eq!(
        robot.commands(),
        [Command::Stage(TcpState::SynReceived, phone)]
    );
    robot.press("S 7");
    assert_eq!(robot.commands(), [Command::Stage(HELD[6], phone)]);
    robot.press("S 0");
    assert!(matches!(robot.state.desk.overlay, Some(Overlay::States(0))));
    robot.press("Esc");
    assert!(robot.state.desk.overlay.is_none() && robot.commands().is_empty());
}

#[test]
fn a_held_state_is_told_with_its_calls_watched_and_chosen() {
    let row = "tcp 0 0 127.0.0.2:41962 127.0.0.1:32823 FIN_WAIT2 inode=8";
    let mut robot = Robot::new();
    robot.orders();
    let main = own(row, 13).name;
    robot.hear(News::Staged {
        state: TcpState::FinWait2,
        main,
        sockets: vec![own("tcp 0 8 127.0.0.1:32823 0.0.0.0:* LISTEN inode=7", 12)],
        calls: vec![
            "socket() = 12".to_owned(),
            "shutdown(13, SHUT_WR)".to_owned(),
        ],
    });
    for part in [
        "FIN_WAIT2 at 127.0.0.2:41962",
        "socket() = 12; shutdown(13, SHUT_WR)",
    ] {
        assert!(robot.said().contains(part), "{}", robot.said());
    }
    let orders = robot.orders();
    let watches = |order: &Effect| matches!(order, Effect::Watch(filter) if filter.wants(&row.parse().unwrap()));
    assert!(orders.iter().any(watches), "{orders:?}");
    assert_eq!(robot.state.desk.selected, Some(main));
}

#[test]
fn a_state_that_cannot_be_held_says_why() {
    let mut robot = Robot::new();
    robot.hear(News::StageFailed {
        state: TcpState::Closing,
        why: Refusal {
            call: Call::Socket,
            errno: Errno::EMFILE,
        },
    });
    let said = robot.said();
    assert!(
        said.contains("CLOSING") && said.contains("EMFILE") && said.contains("r, which"),
        "{said}"
    );
}
