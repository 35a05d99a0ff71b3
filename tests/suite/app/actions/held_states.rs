//! A state that is held.

use fivetuple::app::Effect;
use fivetuple::tcp::{SocketEvent, TcpState};

use crate::robot::{Robot, own};

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
