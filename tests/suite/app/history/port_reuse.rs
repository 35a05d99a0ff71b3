//! Calls from the same port to the same port, one after another: each is a connection of its own, with a ladder of its own.

use std::time::Duration;

use fivetuple::app::history::ladder::of;
use fivetuple::tcp::{Call, CloseKind, ConnectSpec, Errno, Flags, SocketEvent, SyscallError};

use crate::app::events::lab::{connected, name};
use crate::app::history::ladder_inferred::rungs;
use crate::computers::{ANSWERS, CALLS, CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};

const SYN_ACK: Flags = Flags::SYN.and(Flags::ACK);
const RST_ACK: Flags = Flags::RST.and(Flags::ACK);
/// So far from the numbers of one call are those of the next.
const LATER: u32 = 7_812_500;
const AGAIN: u32 = 10 * LATER;
const REFUSED: [&str; 2] = ["(SYN_SENT) > SYN, seq 0", "gone < RST+ACK, seq 1 ack 1"];
const ANSWERED: [&str; 3] = [
    "(SYN_SENT) > SYN, seq 0",
    "ESTABLISHED < SYN+ACK, seq 0 ack 1 (SYN_RECV)",
    "> ACK, seq 1 ack 1 ESTABLISHED",
];

/// The laptop's `nth` call, which comes before the server listens.
fn refused(robot: &mut Robot, nth: u32) {
    let (number, first) = (u64::from(2 * nth), LATER * nth);
    robot.later(Duration::from_millis(300));
    robot.press("c");
    robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
    robot.delivers(number, (LAPTOP, Flags::SYN), (first, 0));
    let nobody = 0_u32.wrapping_sub(1_117_208_640);
    robot.delivers(number + 1, (SERVER, RST_ACK), (nobody, first + 1));
    robot.later(Duration::from_millis(3));
    let tuple = name(CALLS).tuple;
    let why = SyscallError { call: Call::Connect, errno: Errno::ECONNREFUSED };
    let spec = ConnectSpec { host: LAPTOP, ..ConnectSpec::to(tuple.remote.into()) };
    let (to, local) = (Some(tuple.remote), Some(tuple.local));
    robot.hear(SocketEvent::ConnectFailed { spec, to, local, why });
    robot.closes(name(CALLS), CloseKind::Broken(Errno::ECONNREFUSED));
    robot.later(Duration::from_millis(1));
}

fn calls_again(robot: &mut Robot) {
    robot.later(Duration::from_millis(300));
    robot.delivers(20, (LAPTOP, Flags::SYN), (AGAIN, 0));
    robot.later(Duration::from_millis(5));
}

fn is_answered(robot: &mut Robot) {
    robot.delivers(21, (SERVER, SYN_ACK), (0, AGAIN + 1));
    robot.delivers(22, (LAPTOP, Flags::ACK), (AGAIN + 1, 1));
    robot.later(Duration::from_millis(5));
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
}

/// The ladder, and how long ago it began.
fn ladder(robot: &Robot) -> (Vec<String>, Duration) {
    let ladder = of(&robot.state).unwrap();
    let began = robot.state.now.since(ladder.rungs[0].at);
    (rungs(&ladder), began)
}

#[test]
fn a_connection_has_nothing_of_the_calls_that_were_refused_a_moment_before_it() {
    let mut robot = Robot::in_lab(3);
    robot.state.server.spec.at.port.0 = 500;
    for nth in 0..3 {
        refused(&mut robot, nth);
        let (drawn, began) = ladder(&robot);
        assert_eq!(drawn, REFUSED, "call {nth}");
        assert_eq!(began, Duration::from_millis(4), "call {nth}");
    }
    calls_again(&mut robot);
    is_answered(&mut robot);
    assert_eq!(ladder(&robot).0, ANSWERED);
}

#[test]
fn the_ladder_of_all_has_the_states_of_each_call_and_a_look_belongs_to_the_last() {
    let mut robot = Robot::in_lab(3);
    robot.state.server.spec.at.port.0 = 500;
    (0..3).for_each(|nth| refused(&mut robot, nth));
    robot.press("O");
    let worked_out = REFUSED.map(|rung| rung.replace("gone", "(gone)"));
    let worked_out = worked_out.each_ref().map(String::as_str);
    let before = [&worked_out[..], &worked_out].concat();
    assert_eq!(ladder(&robot).0, [&before[..], &REFUSED].concat());
    calls_again(&mut robot);
    robot.tables(&[LISTEN], &[CALLS]);
    is_answered(&mut robot);
    let answered = [&["SYN_SENT > SYN, seq 0"], &ANSWERED[1..]].concat();
    assert_eq!(ladder(&robot).0, [&before[..], &worked_out, &answered].concat());
}

#[test]
fn an_end_from_before_is_gone_by_the_rst_with_which_a_new_call_is_answered() {
    let mut robot = Robot::listening_in_lab();
    robot.delivers(1, (LAPTOP, Flags::SYN), (0, 0));
    robot.delivers(2, (SERVER, SYN_ACK), (0, 1));
    robot.delivers(3, (LAPTOP, Flags::ACK), (1, 1));
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
    robot.vanish(LAPTOP, &[CLIENT]);
    robot.later(Duration::from_secs(60));
    calls_again(&mut robot);
    robot.tables(&[LISTEN, SERVES], &[&CALLS.replace("cookie=7", "cookie=9")]);
    robot.delivers(21, (SERVER, Flags::ACK), (1, 1));
    robot.delivers(22, (LAPTOP, Flags::RST), (1, 0));
    robot.later(Duration::from_millis(2));
    robot.vanish(SERVER, &[SERVES]);
    for keys in ["t", "O"] {
        robot.press(keys);
        let drawn = ladder(&robot).0;
        assert_eq!(
            drawn[drawn.len() - 3..],
            ["SYN_SENT > SYN, seq 0", "< ACK, seq 1 ack 1", "> RST, seq 1 gone"],
            "{keys}"
        );
    }
}

#[test]
fn ends_that_call_each_other_at_once_have_one_connection() {
    let mut robot = Robot::listening_in_lab();
    robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.sends(2, (SERVER, Flags::SYN), (0, 0), b"");
    robot.arrives(1);
    robot.arrives(2);
    robot.later(Duration::from_millis(5));
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    let both = ["SYN_SENT > SYN, seq 0", "< SYN, seq 0 (SYN_SENT)"];
    assert_eq!(ladder(&robot).0[..2], both);
}

#[test]
fn a_rst_ends_both_ends_also_where_nothing_is_known_of_what_they_said_before() {
    let mut robot = connected();
    robot.later(Duration::from_secs(60));
    robot.delivers(1, (LAPTOP, RST_ACK), (14, 1));
    robot.later(Duration::from_millis(2));
    robot.vanish(LAPTOP, &[CLIENT]);
    robot.vanish(SERVER, &[SERVES]);
    let drawn = ladder(&robot).0;
    assert_eq!(drawn.last().unwrap(), "gone > RST+ACK, seq 1 ack 1 gone");
}
