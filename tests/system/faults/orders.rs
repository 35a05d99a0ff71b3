//! Orders that are given faster than they are answered, and refusals that are understood later.

use std::time::Duration;

use fivetuple::app::Event;
use fivetuple::tcp::{
    Call, Command, ConnectSpec, Endpoint, Errno, ListenSpec, OwnSocket, Owner, SocketEvent,
    SyscallError,
};

use crate::robot::{LISTEN, Robot, own};

#[test]
fn l_turns_what_was_ordered_last() {
    let mut robot = Robot::new();
    robot.press("l l l l l");
    let orders: Vec<bool> =
        robot.commands().iter().map(|command| matches!(command, Command::Listen(_))).collect();
    assert_eq!(orders, [true, false, true, false, true]);
    // The answers come one after the other; the last order still counts.
    let spec = ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000));
    for _ in 0..2 {
        robot.hear(SocketEvent::Listening { spec: spec.clone(), sockets: vec![own(LISTEN, 9)] });
        robot.hear(SocketEvent::StoppedListening { why: None });
    }
    robot.press("l");
    assert!(matches!(robot.commands()[..], [Command::StopListening]));
}

#[test]
fn calls_beyond_many_unanswered_ones_become_one_order() {
    let mut robot = Robot::listening();
    robot.commands();
    robot.press(&"c ".repeat(30));
    assert_eq!(robot.commands().len(), 8);
    assert!(robot.said().contains("8 connects are unanswered"), "{}", robot.said());
    for port in 40_000..40_008 {
        assert_eq!(robot.commands(), []);
        let row = format!("tcp 0 0 127.0.0.2:{port} 127.0.0.1:5000 ESTABLISHED inode={port}");
        robot.hear(SocketEvent::Connected(own(&row, 12)));
    }
    let orders = robot.commands();
    assert!(matches!(orders[..], [Command::Connect(_, burst)] if burst.count == 22), "{orders:?}");
    robot.press("r c");
    let orders = robot.commands();
    assert!(
        matches!(orders.last(), Some(Command::Connect(_, burst)) if burst.count == 1),
        "{orders:?}"
    );
}

#[test]
fn late_answers_to_an_order_that_was_given_up_are_not_those_of_the_next_one() {
    let mut robot = Robot::listening();
    robot.commands();
    robot.press("5c");
    let given_up = robot.commands();
    let [Command::Connect(ConnectSpec { id, .. }, _)] = given_up[..] else {
        panic!("{given_up:?}")
    };
    robot.press("r 3c");
    let late = "tcp 0 0 127.0.0.2:40000 127.0.0.1:5000 ESTABLISHED inode=12";
    robot.hear(SocketEvent::Connected(OwnSocket { order: Some(id), ..own(late, 12) }));
    robot.hear(SocketEvent::BurstEnded { id, opened: 1, asked: 5, took: Duration::ZERO });
    assert_eq!(robot.state.clients.awaited(), 3);
    let next = robot.state.clients.under_way.as_ref().unwrap();
    assert_eq!((next.asked, next.opened), (3, 0));
}

#[test]
fn a_refusal_names_its_owner_as_soon_as_it_is_known() {
    let mut robot = Robot::new();
    robot.press("l");
    robot.hear(SocketEvent::ListenFailed {
        spec: ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000)),
        why: SyscallError { call: Call::Bind, errno: Errno::EADDRINUSE },
    });
    assert!(robot.said().contains("Another socket has port 5000"), "{}", robot.said());
    robot.kernel(LISTEN);
    assert!(robot.said().contains("another program listens at 127.0.0.1:5000"), "{}", robot.said());
    let owner = Owner { pid: 77, fd: 3, program: "nc".to_owned() };
    robot.tell(Event::OwnersFound([(9, owner)].into_iter().collect()));
    assert!(robot.said().contains("nc (pid 77) listens"), "{}", robot.said());
    let said = robot.state.notices.len();
    robot.press("j");
    robot.kernel("");
    assert!(robot.state.notices.newest_first().any(|notice| notice.text.contains("nc (pid 77)")));
    assert!(robot.state.notices.len() >= said);
}
