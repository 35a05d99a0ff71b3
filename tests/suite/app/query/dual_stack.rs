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

/// What is said when the laptop closes, and both rows are in those states, or gone.
fn closed(mut robot: Robot, client: &str, server: &str) -> String {
    robot.hear(SocketEvent::Closed { at: laptop(), how: CloseKind::Close });
    let rows = [LISTEN.to_owned(), left(LAPTOP_END, client), left(SERVER_END, server)];
    robot.kernel(&rows.join("\n"));
    robot.said().to_owned()
}

/// A row that no process holds any more.
fn left(row: &str, state: &str) -> String {
    let (tuple, _) = row.split_once("ESTABLISHED").unwrap();
    if state.is_empty() { String::new() } else { format!("{tuple}{state}") }
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
    let said = closed(connected(|_| ()), "TIME_WAIT", "");
    assert!(said.contains("in TIME_WAIT at port 54240 for 60 s, and the server's row"), "{said}");
    let never = connected(|spec| spec.closes = ServerCloses::Never);
    let said = closed(never, "FIN_WAIT2", "CLOSE_WAIT");
    assert!(said.contains("closes its end only on D"), "{said}");
}

#[test]
fn unread_data_is_known_to_lie_at_an_end_that_was_accepted() {
    let mut robot = connected(|spec| spec.on_data = OnData::LeaveUnread);
    robot.later(std::time::Duration::from_secs(1));
    robot.hear(SocketEvent::Sent { at: laptop(), bytes: 13 });
    let waits = SERVER_END.replace("tcp 0 0", "tcp 13 0");
    robot.kernel(&[LISTEN, LAPTOP_END, &waits].join("\n"));
    let said = robot.said_in_the_end();
    assert!(said.contains("the server does not read"), "{said}");
    let said = closed(robot, "", "");
    assert!(said.contains("the server closed with data unread: both rows are gone"), "{said}");
}

#[test]
fn a_reset_is_not_taken_for_the_end_of_a_listener() {
    let mut robot = connected(|_| ());
    robot.hear(SocketEvent::Closed { at: laptop(), how: CloseKind::Broken(Errno::ECONNRESET) });
    let said = robot.said();
    assert!(!said.contains("accept queue"), "{said}");
}
