//! The ladder where both ends hung up at once, on a slow wire.

use std::time::Duration;

use fivetuple::app::history::Side;
use fivetuple::app::history::ladder::of;
use fivetuple::tcp::{Call, Errno, Flags, SocketEvent, SyscallError, TcpState};

use crate::app::events::lab::connected;
use crate::computers::{CLIENT, LAPTOP, LISTEN, SERVER, SERVES};

#[test]
fn each_end_has_its_states_in_the_order_in_which_it_passed_them() {
    let fin = Flags::FIN.and(Flags::ACK);
    let mut robot = connected();
    let see = |robot: &mut crate::robot::Robot, state: &str| {
        let (server, client) =
            (SERVES.replace("ESTABLISHED", state), CLIENT.replace("ESTABLISHED", state));
        robot.tables(&[LISTEN, &server], &[&client]);
    };
    robot.later(Duration::from_secs(1));
    robot.sends(1, (LAPTOP, fin), (1, 1), b"");
    robot.later(Duration::from_millis(2));
    robot.sends(2, (SERVER, fin), (1, 1), b"");
    robot.later(Duration::from_millis(50));
    see(&mut robot, "FIN_WAIT1");
    robot.later(Duration::from_millis(950));
    robot.arrives(1);
    robot.arrives(2);
    robot.sends(3, (SERVER, Flags::ACK), (2, 2), b"");
    robot.sends(4, (LAPTOP, Flags::ACK), (2, 2), b"");
    see(&mut robot, "CLOSING");
    let ladder = of(&robot.state).unwrap();
    let passed = |side: Side| {
        let states = ladder.rungs.iter().map(|rung| rung.states[side as usize]);
        let states = states.flatten().filter_map(|mark| mark.state);
        states.collect::<Vec<TcpState>>()
    };
    for side in [Side::Client, Side::Server] {
        let passed = passed(side);
        let end = [TcpState::FinWait1, TcpState::Closing];
        assert!(passed.ends_with(&end), "{side:?}: {passed:?}");
    }
}

#[test]
fn a_time_wait_of_both_is_blamed_on_neither() {
    let mut robot = connected();
    let closing = SERVES.replace("ESTABLISHED", "CLOSING");
    robot.tables(&[LISTEN, &closing], &[&CLIENT.replace("ESTABLISHED", "CLOSING")]);
    let waits = "tcp 0 0 192.168.1.10:500 192.168.1.13:44506 TIME_WAIT host=1 timewait=59000ms/0";
    robot.tables(&[waits], &[]);
    let spec = robot.state.server.spec.clone();
    robot.hear(SocketEvent::ListenFailed {
        spec,
        why: SyscallError { call: Call::Bind, errno: Errno::EADDRINUSE },
    });
    let said = robot.said();
    assert!(said.contains("because both ends closed at once"), "{said}");
    robot.press("y");
    let text = crate::view::screen(&mut robot, crate::view::WIDE);
    assert!(text.contains("Both ends closed at once"), "{text}");
    robot.press("Esc");
    let text = crate::app::explain::close::card(&mut robot, waits);
    assert!(text.contains("Both ends closed at the same time"), "{text}");
    assert!(!text.contains("closed first"), "{text}");
}
