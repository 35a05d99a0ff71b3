//! A server that listens at `::` has IPv4-mapped ends, while its clients write IPv4: both spellings are one name.

use std::collections::HashSet;

use fivetuple::tcp::{
    CloseKind, Endpoint, Errno, ListenSpec, OnData, ServerCloses, SocketEvent, SocketId,
};

use crate::app::LAPTOP_END;
use crate::robot::{Robot, own};

const LISTEN: &str = "tcp 0 128 [::]:5000 [::]:* LISTEN inode=9";
const SERVER_END: &str =
    "tcp 0 0 [::ffff:127.0.0.1]:5000 [::ffff:127.0.0.2]:54240 ESTABLISHED inode=12";

/// The laptop is connected to a server at `::`.
fn connected(change: fn(&mut ListenSpec)) -> Robot {
    let mut spec = ListenSpec::at("[::]:5000".parse::<Endpoint>().unwrap());
    change(&mut spec);
    let mut robot = Robot::new();
    robot.state.server.spec = spec.clone();
    robot.press("l");
    robot.hear(SocketEvent::Listening { spec, sockets: vec![own(LISTEN, 9)] });
    robot.press("c");
    robot.hear(SocketEvent::Accepted(own(SERVER_END, 12)));
    robot.hear(SocketEvent::Connected(own(LAPTOP_END, 11)));
    robot.kernel(&[LISTEN, LAPTOP_END, SERVER_END].join("\n"));
    robot
}

fn laptop() -> SocketId {
    own(LAPTOP_END, 11).name
}

fn hung_up(mut robot: Robot) -> String {
    robot.hear(SocketEvent::Closed { at: laptop(), how: CloseKind::Close });
    robot.said().to_owned()
}

#[test]
fn both_spellings_of_an_end_are_one_name() {
    let mapped = own(SERVER_END, 12).name;
    let text = SERVER_END.replace("[::ffff:127.0.0.1]", "127.0.0.1");
    let text = text.replace("[::ffff:127.0.0.2]", "127.0.0.2");
    let plain = own(&text, 12).name;
    assert_ne!(plain.tuple, mapped.tuple, "the rows are written differently");
    assert_eq!(plain, mapped);
    assert_eq!(plain.cmp(&mapped), std::cmp::Ordering::Equal);
    assert_eq!(HashSet::from([mapped, plain]).len(), 1);
    assert_ne!(laptop(), mapped, "its other end has another name");
}

#[test]
fn a_hang_up_knows_that_the_other_end_was_accepted() {
    let said = hung_up(connected(|_| ()));
    assert!(said.contains("turns to TIME_WAIT for 60 s"), "{said}");
    let said = hung_up(connected(|spec| spec.closes = ServerCloses::Never));
    assert!(said.contains("D closes it"), "{said}");
}

#[test]
fn a_half_close_knows_what_the_server_does_then() {
    let mut robot = connected(|_| ());
    robot.hear(SocketEvent::HalfClosed(laptop()));
    let said = robot.said();
    assert!(said.contains("reads the end of the data"), "{said}");
}

#[test]
fn unread_data_is_known_to_lie_at_an_end_that_was_accepted() {
    let mut robot = connected(|spec| spec.on_data = OnData::LeaveUnread);
    robot.later(std::time::Duration::from_secs(1));
    robot.hear(SocketEvent::Sent { at: laptop(), bytes: 13 });
    let said = robot.said();
    assert!(said.contains("the server does not read"), "{said}");
    let waits = SERVER_END.replace("tcp 0 0", "tcp 13 0");
    robot.kernel(&[LISTEN, LAPTOP_END, &waits].join("\n"));
    let said = hung_up(robot);
    assert!(said.contains("sends RST: both rows go"), "{said}");
}

#[test]
fn a_reset_is_not_taken_for_the_end_of_a_listener() {
    let mut robot = connected(|_| ());
    robot.hear(SocketEvent::Closed { at: laptop(), how: CloseKind::Broken(Errno::ECONNRESET) });
    let said = robot.said();
    assert!(!said.contains("accept queue"), "{said}");
}
