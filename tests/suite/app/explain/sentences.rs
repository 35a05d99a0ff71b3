//! What happened, in sentences.

use std::time::Duration;

use fivetuple::app::{Event, Holder};
use fivetuple::tcp::{
    Call, CloseKind, Command, ConnectSpec, Endpoint, Errno, ListenSpec, ListenerId, Owner,
    SocketEvent, SourcePort, SyscallError,
};

use crate::app::{LAPTOP_END, SERVER_END, laptop_connected};
use crate::robot::{LISTEN, Robot, end, own};

#[test]
fn a_flood_of_short_connections_is_one_sentence() {
    let mut robot = Robot::listening();
    let before = robot.state.notices.len();
    for port in 20_000..25_000 {
        let row = format!("tcp 0 0 127.0.0.1:5000 127.0.0.1:{port} ESTABLISHED inode={port}");
        robot.accepts(&row, 30);
        robot.hear(SocketEvent::PeerClosed(own(&row, 30).name));
        robot.hear(SocketEvent::Closed { at: own(&row, 30).name, how: CloseKind::Close });
    }
    robot.later(std::time::Duration::from_secs(1));
    assert!(robot.state.notices.len() - before < 20, "{}", robot.state.notices.len());
    assert!(
        robot
            .state
            .notices
            .newest_first()
            .any(|notice| notice.text().starts_with("5,000 connections were accepted"))
    );
    assert!(robot.state.ends.count(Holder::Server(ListenerId::FIRST)) == 0);
}

#[test]
fn a_name_without_an_address_and_a_refused_datagram_are_told_as_what_they_are() {
    let mut robot = Robot::listening();
    let spec = ConnectSpec::to("nosuchhost.invalid:53".parse().unwrap());
    let why = SyscallError { call: Call::Resolve, errno: Errno::EADDRNOTAVAIL };
    robot.hear(SocketEvent::ConnectFailed { spec, to: None, local: None, why });
    assert!(robot.said().contains("Name or service not known"), "{}", robot.said());
    let datagram = own("udp 0 0 127.0.0.2:40000 127.0.0.1:5000 ESTABLISHED inode=11", 11);
    robot.hear(SocketEvent::Connected(datagram));
    robot.hear(SocketEvent::Closed {
        at: datagram.name,
        how: CloseKind::Broken(Errno::ECONNREFUSED),
    });
    let said = robot.said_in_the_end();
    assert!(said.contains("no socket has UDP port 5000"), "{said}");
    assert!(
        robot.table().contains(&"127.0.0.2:40000 127.0.0.1:5000 ESTABLISHED refused".to_owned())
    );
}

#[test]
fn a_reset_and_brings_the_options_of_the_start_back() {
    let mut robot = laptop_connected();
    robot.press("a C Down Down Down Right Enter");
    robot.kernel("tcp 0 0 127.0.0.9:1 127.0.0.1:5000 TIME_WAIT timewait=47000ms/0");
    robot.press("r r");
    assert!(robot.said().contains("1 earlier row is still in TIME_WAIT"), "{}", robot.said());
    let said = robot.state.notices.len();
    for end in [end("127.0.0.1:5000", "127.0.0.2:54240"), end("127.0.0.2:54240", "127.0.0.1:5000")]
    {
        robot.hear(SocketEvent::Closed { at: end, how: CloseKind::Abort });
    }
    robot.hear(SocketEvent::StoppedListening { id: ListenerId::FIRST, why: None });
    assert_eq!(robot.state.notices.len(), said, "{}", robot.said());
    assert_eq!(robot.state.clients.spec.source_port, SourcePort::KernelPicks);
}

#[test]
fn what_became_of_the_address_that_was_called_is_told() {
    for (called, is_told) in [([0, 0, 0, 0], true), ([127, 0, 0, 2], false)] {
        let mut robot = Robot::listening();
        robot.state.clients.to = Some(Endpoint::new(called, 5000).into());
        robot.press("c");
        let row = "tcp 0 0 127.0.0.2:54240 127.0.0.2:5000 ESTABLISHED inode=11";
        robot.hear(SocketEvent::Connected(own(row, 11)));
        let said = robot.said_in_the_end();
        let words = "0.0.0.0 is not the address of a host: Linux connects to this machine instead, so the row says 127.0.0.2.";
        assert_eq!(said.contains(words), is_told, "{said}");
    }
}

#[test]
fn data_goes_over_the_newest_connection_that_was_answered() {
    const CALL: &str = "tcp 0 1 127.0.0.2:54250 127.0.0.1:5000 SYN_SENT inode=21";
    let mut robot = laptop_connected();
    robot.press("c");
    robot.hear(SocketEvent::Connecting(own(CALL, 21)));
    robot.commands();
    robot.press("s");
    let commands = robot.commands();
    let client = own(LAPTOP_END, 11).name;
    assert!(matches!(&commands[..], [Command::Send(to, _)] if *to == client), "{commands:?}");
    let mut robot = Robot::listening();
    robot.press("c");
    robot.hear(SocketEvent::Connecting(own(CALL, 21)));
    robot.press("s");
    assert!(robot.said().contains("has not been answered"), "{}", robot.said());
}

#[test]
fn each_listening_socket_that_goes_is_counted() {
    let rows: Vec<String> =
        (0..4).map(|n| LISTEN.replace("inode=9", &format!("inode=9{n}"))).collect();
    let mut robot = laptop_connected();
    robot.hear(SocketEvent::Listening {
        spec: ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000)),
        sockets: rows.iter().map(|row| own(row, 9)).collect(),
    });
    robot.kernel(&rows.join("\n"));
    robot.hear(SocketEvent::StoppedListening { id: ListenerId::FIRST, why: None });
    robot.kernel("");
    let said = robot.said();
    assert!(said.contains("on port 5000: its 4 LISTEN rows are gone"), "{said}");
    let mut robot = laptop_connected();
    robot.hear(SocketEvent::StoppedListening { id: ListenerId::FIRST, why: None });
    robot.kernel(&[LAPTOP_END, SERVER_END].join("\n"));
    let said = robot.said();
    assert!(said.contains("the LISTEN row is gone. Connections that were accepted"), "{said}");
}

#[test]
fn a_stranger_has_one_name_from_its_first_sentence_on() {
    const CALLER: &str = "tcp 0 0 127.0.0.1:40000 127.0.0.1:5000 ESTABLISHED inode=77";
    const ITS_END: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.1:40000 ESTABLISHED inode=12";
    for (is_found, name) in [(true, "nc (127.0.0.1:40000)"), (false, "127.0.0.1:40000")] {
        let mut robot = Robot::listening();
        robot.accepts(ITS_END, 12);
        robot.kernel(&[LISTEN, CALLER, ITS_END].join("\n"));
        robot.later(Duration::from_millis(200));
        assert!(!robot.said().contains("connected"), "its process is still looked for");
        if is_found {
            robot.tell(Event::OwnersFound(vec![(77, Owner::new(999, b"nc", 3))]));
        } else {
            robot.later(Duration::from_secs(1));
        }
        robot.says_first(&format!("{name} connected"));
        let (at, first) = (own(ITS_END, 12).name, b"Hello".to_vec());
        robot.hear(SocketEvent::Received { at, bytes: 5, first });
        robot.says(&format!("The server read 5 bytes from {name}"));
    }
}

#[test]
fn a_stranger_keeps_its_name_when_its_row_is_gone() {
    const CALLER: &str = "tcp 0 0 127.0.0.1:40000 127.0.0.1:5000 ESTABLISHED inode=77";
    const ITS_END: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.1:40000 ESTABLISHED inode=12";
    let mut robot = Robot::listening();
    robot.accepts(ITS_END, 12);
    robot.kernel(&[LISTEN, CALLER, ITS_END].join("\n"));
    let owner = Owner::new(999, b"curl", 3);
    robot.tell(Event::OwnersFound(vec![(77, owner)]));
    // Whoever has closed holds no row any more: the kernel keeps it, without an inode.
    let orphan = CALLER.replace("ESTABLISHED inode=77", "FIN_WAIT2");
    let left = ITS_END.replace("ESTABLISHED", "CLOSE_WAIT");
    robot.kernel(&[LISTEN, &orphan, &left].join("\n"));
    robot.hear(SocketEvent::PeerClosed(own(ITS_END, 12).name));
    robot.hear(SocketEvent::Closed { at: own(ITS_END, 12).name, how: CloseKind::Close });
    let said = robot.said_in_the_end();
    assert!(said.starts_with("curl (127.0.0.1:40000) closed, and the server closed"), "{said}");
}
