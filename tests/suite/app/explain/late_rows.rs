//! Rows to blame that only a look after the refusal shows.

use std::time::Duration;

use fivetuple::tcp::{
    Burst, Call, ConnectId, ConnectSpec, Endpoint, Errno, SocketEvent, SyscallError,
};

use crate::app::actions::port_range::with_range;
use crate::computers::{CLIENT, LAPTOP, LISTEN, SERVES};
use crate::robot::own;

#[test]
fn rows_that_are_seen_after_the_refusal_are_marked_as_to_blame_too() {
    let mut robot = with_range("", "45000-45007");
    robot.state.server.spec.at.port.0 = 500;
    robot.press("9c");
    robot.hear(SocketEvent::BurstBegun {
        id: ConnectId::default(),
        burst: Burst { count: 9, ..Burst::ONE },
        whole_range: false,
    });
    let numbered = |row: &str, n: u16| row.replace("44506", &(45_000 + n).to_string());
    let clients: Vec<String> = (0..8).map(|n| numbered(CLIENT, n)).collect();
    let servers: Vec<String> = (0..8).map(|n| numbered(SERVES, n)).collect();
    for client in &clients {
        robot.hear(SocketEvent::Connected(own(client, 11)));
    }
    robot.hear(SocketEvent::ConnectFailed {
        spec: ConnectSpec {
            host: LAPTOP,
            ..ConnectSpec::to(Endpoint::new([192, 168, 1, 10], 500).into())
        },
        to: Some(Endpoint::new([192, 168, 1, 10], 500)),
        local: None,
        why: SyscallError { call: Call::Connect, errno: Errno::EADDRNOTAVAIL },
    });
    robot.later(Duration::from_millis(5));
    robot.hear(SocketEvent::BurstEnded {
        id: ConnectId::default(),
        opened: 8,
        asked: 9,
        took: Duration::from_millis(5),
    });
    let said = robot.said();
    assert!(said.contains("All 8 ports of 45000-45007"), "{said}");
    assert!(
        said.contains("another computer (select it in the Computers pane, then c)"),
        "whatever pane has the focus: {said}"
    );
    let before = robot.state.notices.len();
    let rows = |rows: &[String]| rows.join("\n");
    let (some, all) = (rows(&clients[..3]), rows(&clients));
    robot.tables(&[LISTEN], &[&some]);
    assert_eq!(robot.state.blamed().len(), 3);
    robot.later(Duration::from_millis(30));
    robot.tables(&[LISTEN, &rows(&servers)], &[&all]);
    assert_eq!(robot.state.blamed().len(), 8);
    assert_eq!(robot.state.notices.len(), before, "nothing is said anew");
}
