//! What keys order, where a scenario cannot tell it.

pub(crate) mod port_range;

use fivetuple::app::{Action, Effect, action_in_details, binding_of};
use fivetuple::tcp::{
    FiveTuple, Flags, IcmpMessage, Protocol, Purpose, Segment, SocketEvent, Syscall, SyscallRecord,
    SyscallResult, SyscallTrace, TcpState,
};

use crate::app::history::ladder_captured::segment;
use crate::app::{laptop_connected, shows};
use crate::computers::LAPTOP;
use crate::robot::{Robot, own};
use crate::view::{USUAL, WIDE};

/// The laptop's connection in FIN_WAIT2, as `S` holds it: the listener, and both ends.
const HOLDABLE_STATES: [&str; 3] = [
    "tcp 0 8 127.0.0.1:32823 0.0.0.0:* LISTEN inode=7",
    "tcp 0 0 127.0.0.2:41962 127.0.0.1:32823 FIN_WAIT2 inode=8",
    "tcp 1 0 127.0.0.1:32823 127.0.0.2:41962 CLOSE_WAIT inode=10",
];

fn held_sockets() -> Robot {
    let mut robot = Robot::new();
    robot.orders();
    let row = Some(own(HOLDABLE_STATES[1], 13).name);
    let on = Some(13);
    let calls = vec![SyscallRecord { on, asked: Syscall::Shutdown, answer: SyscallResult::Done }];
    robot.hear(SocketEvent::SyscallsTraced(SyscallTrace {
        purpose: Purpose::HalfClose,
        row,
        calls,
    }));
    robot.hear(SocketEvent::StateHeld {
        state: TcpState::FinWait2,
        main: own(HOLDABLE_STATES[1], 13).name,
        sockets: vec![
            own(HOLDABLE_STATES[0], 12),
            own(HOLDABLE_STATES[1], 13),
            own(HOLDABLE_STATES[2], 14),
        ],
    });
    robot
}

pub(crate) fn half_closed_by_s() -> Robot {
    let mut robot = held_sockets();
    robot.kernel(&HOLDABLE_STATES.join("\n"));
    robot.orders();
    robot
}

#[test]
fn a_held_state_is_told_watched_and_chosen_and_its_calls_stand_where_calls_do() {
    let mut robot = held_sockets();
    robot.says("FIN_WAIT2 held at 127.0.0.2:41962");
    robot.says("i shows the calls");
    let orders = robot.orders();
    let row = HOLDABLE_STATES[1].parse().unwrap();
    let watches = |order: &Effect| matches!(order, Effect::Watch(filter) if filter.wants(&row));
    assert!(orders.iter().any(watches), "{orders:?}");
    assert_eq!(robot.state.ui.selected, Some(row.name()));
    robot.press("i");
    shows(&mut robot, USUAL, "laptop half-closes: 127.0.0.2:41962");
    shows(&mut robot, USUAL, "shutdown(13, SHUT_WR) = 0");
}

#[test]
fn the_footer_names_the_keys_of_all_verbs_and_each_works() {
    let keys = Action::VERBS.map(|verb| {
        let key = binding_of(verb).unwrap().keys[0];
        assert_eq!(action_in_details(key), Some(verb));
        key.to_string()
    });
    let mut robot = laptop_connected();
    robot.press("Enter");
    shows(&mut robot, USUAL, &format!(" {} actions", keys.join(" ")));
}

#[test]
fn what_cannot_be_seen_or_turns_the_writing_around_stays_escaped_in_a_form() {
    let mut robot = Robot::listening();
    robot.press("C Down Down Down Down Down");
    robot.type_text("a\u{202e}c\u{301}");
    shows(&mut robot, WIDE, r"a\xe2\x80\xaec\xcc\x81");
}

#[test]
fn what_is_remembered_of_segments_has_a_bound() {
    let mut robot = Robot::listening_in_lab();
    for number in 1..=10_000 {
        robot.sends(number, (LAPTOP, Flags::SYN), (0, 0), b"");
    }
    assert!(robot.state.lab.crossings.len() < 5000);
    assert_eq!(robot.state.lab.crossings.back().unwrap().segment.number, 10_000);
    assert_eq!(robot.state.lab.waiting(), 10_000, "all are on the wire");
}

#[test]
fn the_refusal_of_a_datagram_is_lost_for_good() {
    let mut robot = Robot::listening_in_lab();
    let said = segment(1, false, Flags::default(), (0, 0), 0);
    let tuple = FiveTuple { protocol: Protocol::Udp, ..said.tuple };
    robot.press("h");
    robot.put(Segment { tuple, icmp: Some(IcmpMessage::PortUnreachable), ..said });
    robot.press("u");
    robot.says_first("Dropped the server's ICMP \"port unreachable\"");
    robot.says("does not learn");
}
