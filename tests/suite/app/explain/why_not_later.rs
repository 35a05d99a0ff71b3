//! Why not? What came after a refusal does not explain it, and what would help is there.

use std::time::Duration;

use fivetuple::app::{Event, Remedy, Verdict};
use fivetuple::tcp::{
    Burst, Call, CloseKind, ConnectId, ConnectSpec, Endpoint, Errno, Host, Probe, SocketEvent,
    SourcePort, SyscallError,
};

use crate::app::actions::port_range::with_range;
use crate::computers::{self, CLIENT, LAPTOP, SERVES};
use crate::robot::{Robot, own};

#[test]
fn a_refused_datagram_has_told_why_itself() {
    let row = "udp 0 0 127.0.0.2:45000 127.0.0.1:5000 ESTABLISHED inode=11";
    let mut robot = Robot::new();
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(row, 11)));
    robot.kernel(row);
    robot.hear(SocketEvent::Closed {
        at: own(row, 11).name,
        how: CloseKind::Broken(Errno::ECONNREFUSED),
    });
    let said = robot.said_in_the_end();
    assert!(said.contains("datagram was refused"), "{said}");
    for after in [0, 10] {
        robot.later(Duration::from_secs(after));
        robot.press("y");
        let said = robot.said();
        assert!(!said.contains("nothing was refused"), "{said}");
        assert!(said.contains("datagram"), "{said}");
        robot.kernel("");
    }
}

#[test]
fn in_the_lab_another_computer_is_one_of_the_labs() {
    for (computers, others) in [(3, vec![(Host(3), [192, 168, 1, 14].into())]), (2, vec![])] {
        let mut robot = Robot::in_lab(computers);
        let to = Endpoint::new([192, 168, 1, 10], 500);
        let from = Endpoint::new([192, 168, 1, 13], 500);
        robot.tables(
            &[],
            &["tcp 0 0 192.168.1.13:500 192.168.1.10:500 ESTABLISHED host=2 inode=11"],
        );
        robot.hear(SocketEvent::ConnectFailed {
            spec: ConnectSpec {
                host: LAPTOP,
                from: Some(from.ip),
                source_port: SourcePort::SameAsServer,
                ..ConnectSpec::to(to.into())
            },
            to: Some(to),
            local: None,
            why: SyscallError { call: Call::Bind, errno: Errno::EADDRINUSE },
        });
        robot.press("y");
        let case = robot.state.notices.failure.as_ref().unwrap();
        let others_words = |remedy: &&Remedy| remedy.text().starts_with("another computer");
        let offered = case.remedies.iter().filter(others_words).map(|remedy| {
            let Verdict::Trying(Probe::Bind { host, at, .. }) = remedy.verdict else {
                panic!("{remedy:?}")
            };
            (host, at.ip)
        });
        assert_eq!(offered.collect::<Vec<_>>(), others);
    }
}

#[test]
fn rows_that_are_seen_after_the_refusal_are_marked_as_to_blame_too() {
    let mut robot = with_range("", "45000-45007");
    robot.state.servers.selected_mut().spec.at.port.0 = 500;
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
        said.contains("another computer (press < or >, then c)"),
        "whatever pane has the focus: {said}"
    );
    let before = robot.state.notices.len();
    let rows = |rows: &[String]| rows.join("\n");
    let (some, all) = (rows(&clients[..3]), rows(&clients));
    robot.tables(&[computers::LISTEN], &[&some]);
    assert_eq!(robot.state.blamed().len(), 3);
    robot.later(Duration::from_millis(30));
    robot.tables(&[computers::LISTEN, &rows(&servers)], &[&all]);
    assert_eq!(robot.state.blamed().len(), 8);
    assert_eq!(robot.state.notices.len(), before, "nothing is said anew");
}

#[test]
fn one_port_in_time_wait_among_many_in_use_is_waited_for() {
    let mut robot = Robot::new();
    robot.state.machine.ephemeral = "40000-40150".parse().unwrap();
    robot.tell(Event::LimitsRead(robot.state.machine.clone()));
    let row = |port: u16, state: &str| format!("tcp 0 0 127.0.0.2:{port} 127.0.0.1:5000 {state}\n");
    let open: String = (40_000..40_150).map(|port| row(port, "ESTABLISHED")).collect();
    robot.kernel(&(open + &row(40_150, "TIME_WAIT timewait=59900ms/0")));
    let spec = ConnectSpec::to(Endpoint::new([127, 0, 0, 1], 5000).into());
    robot.connect_fails(&spec, Call::Connect, Errno::EADDRNOTAVAIL);
    robot.press("y w");
    robot.says("Retrying automatically in 1 s");
}
