//! What is said of a connection is what its server promised when it accepted it, and who called stays known to the end.

use fivetuple::app::Event;
use fivetuple::tcp::{CloseKind, Endpoint, ListenSpec, OnData, Owner, ServerCloses, SocketEvent};

use crate::app::{LAPTOP_END, SERVER_END, laptop_connected};
use crate::robot::{LISTEN, Robot, own};

/// Stops listening, and listens again in another way.
fn listen_anew(robot: &mut Robot, change: fn(&mut ListenSpec)) {
    let mut spec = ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000));
    change(&mut spec);
    robot.hear(SocketEvent::StoppedListening { why: None });
    robot.hear(SocketEvent::Listening { spec, sockets: vec![own(LISTEN, 9)] });
}

fn hang_up(robot: &mut Robot) -> String {
    robot.hear(SocketEvent::Closed { at: own(LAPTOP_END, 11).name, how: CloseKind::Close });
    robot.said().to_owned()
}

#[test]
fn a_hang_up_is_told_by_the_options_at_accept() {
    let mut robot = laptop_connected();
    listen_anew(&mut robot, |spec| spec.closes = ServerCloses::Never);
    let said = hang_up(&mut robot);
    assert!(said.contains("turns to TIME_WAIT for 60 s"), "{said}");
}

#[test]
fn a_half_close_is_told_by_the_options_at_accept() {
    let mut robot = laptop_connected();
    listen_anew(&mut robot, |spec| spec.closes = ServerCloses::Never);
    robot.hear(SocketEvent::HalfClosed(own(LAPTOP_END, 11).name));
    let said = robot.said();
    assert!(said.contains("reads the end of the data and closes"), "{said}");
}

#[test]
fn unread_data_is_told_by_the_options_at_accept() {
    let mut robot = laptop_connected();
    let waits = SERVER_END.replacen("tcp 0 0", "tcp 13 0", 1);
    robot.kernel(&[LISTEN, LAPTOP_END, &waits].join("\n"));
    listen_anew(&mut robot, |spec| spec.on_data = OnData::LeaveUnread);
    let said = hang_up(&mut robot);
    assert!(said.contains("turns to TIME_WAIT for 60 s"), "{said}");
}

#[test]
fn a_stranger_keeps_its_name_when_its_row_is_gone() {
    const CALLER: &str = "tcp 0 0 127.0.0.1:40000 127.0.0.1:5000 ESTABLISHED inode=77";
    const ITS_END: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.1:40000 ESTABLISHED inode=12";
    let mut robot = Robot::listening();
    robot.hear(SocketEvent::Accepted(own(ITS_END, 12)));
    robot.kernel(&[LISTEN, CALLER, ITS_END].join("\n"));
    let owner = Owner { pid: 999, fd: 3, program: "curl".to_owned() };
    robot.tell(Event::OwnersFound(vec![(77, owner)]));
    // Whoever has closed holds no row any more: the kernel keeps it, without an inode.
    let orphan = CALLER.replace("ESTABLISHED inode=77", "FIN_WAIT2");
    let left = ITS_END.replace("ESTABLISHED", "CLOSE_WAIT");
    robot.kernel(&[LISTEN, &orphan, &left].join("\n"));
    robot.hear(SocketEvent::PeerClosed(own(ITS_END, 12).name));
    robot.hear(SocketEvent::Closed { at: own(ITS_END, 12).name, how: CloseKind::Close });
    let said = robot.said();
    assert!(said.starts_with("curl (127.0.0.1:40000) hung up"), "{said}");
}
