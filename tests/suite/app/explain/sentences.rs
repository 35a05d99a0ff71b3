//! What happened, in sentences.

use fivetuple::tcp::{
    Call, CloseKind, ConnectSpec, Endpoint, Errno, ListenSpec, SocketEvent, SourcePort,
    SyscallError,
};

use crate::app::laptop_connected;
use crate::robot::{LISTEN, Robot, end, own};

#[test]
fn a_flood_of_short_connections_is_one_sentence() {
    let mut robot = Robot::listening();
    let before = robot.state.notices.len();
    for port in 20_000..25_000 {
        let row = format!("tcp 0 0 127.0.0.1:5000 127.0.0.1:{port} ESTABLISHED inode={port}");
        robot.hear(SocketEvent::Accepted(own(&row, 30)));
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
    assert!(robot.state.server.ends.is_empty());
}

#[test]
fn a_taken_port_blames_the_row_that_has_it() {
    let mut robot = Robot::new();
    let waiting = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 TIME_WAIT timewait=47000ms/0";
    robot.kernel(waiting);
    robot.press("l");
    let why = SyscallError { call: Call::Bind, errno: Errno::EADDRINUSE };
    robot.hear(SocketEvent::ListenFailed {
        spec: ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000)),
        why,
    });
    let said = robot.said();
    for part in
        ["127.0.0.1:5000", "EADDRINUSE", "TIME_WAIT, 47 s left", "SO_REUSEADDR on both runs"]
    {
        assert!(said.contains(part), "{part:?} is missing in: {said}");
    }
    assert_eq!(robot.state.blamed(), [end("127.0.0.1:5000", "127.0.0.2:54240")]);
}

#[test]
fn refusals_say_what_helps() {
    let at = Endpoint::new([127, 0, 0, 1], 80);
    let spec = ConnectSpec { from: Some([127, 0, 0, 2].into()), ..ConnectSpec::to(at.into()) };
    let failed = |errno, call| SocketEvent::ConnectFailed {
        spec: spec.clone(),
        to: Some(at),
        local: None,
        why: SyscallError { call, errno },
    };
    let cases = [
        (failed(Errno::ECONNREFUSED, Call::Connect), "nothing is listening there."),
        (failed(Errno::EADDRNOTAVAIL, Call::Connect), "All 28,232 ports of 32768-60999 are in use"),
        (failed(Errno::EMFILE, Call::Socket), "20,000 file descriptors"),
        (failed(Errno::ETIMEDOUT, Call::Connect), "accept queue may be full"),
        (failed(Errno::EPERM, Call::Remote([9, 9, 9, 9].into())), "--allow-remote"),
        (
            SocketEvent::ListenFailed {
                spec: ListenSpec::at(at),
                why: SyscallError { call: Call::Bind, errno: Errno::EACCES },
            },
            "Ports below 1024",
        ),
        (
            SocketEvent::ListenFailed {
                spec: ListenSpec::at(Endpoint::new([10, 9, 9, 9], 80)),
                why: SyscallError { call: Call::Bind, errno: Errno::EADDRNOTAVAIL },
            },
            "10.9.9.9 is not an address of this machine",
        ),
    ];
    for (news, part) in cases {
        let mut robot = Robot::new();
        robot.hear(news);
        assert!(robot.said().contains(part), "{part:?} is missing in: {}", robot.said());
    }
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
fn a_reset_is_one_sentence_and_brings_the_options_of_the_start_back() {
    let mut robot = laptop_connected();
    robot.press("a C Down Down Right Enter");
    robot.kernel("tcp 0 0 127.0.0.9:1 127.0.0.1:5000 TIME_WAIT timewait=47000ms/0");
    robot.press("r");
    assert!(robot.said().contains("1 earlier row is still in TIME_WAIT"), "{}", robot.said());
    let said = robot.state.notices.len();
    for end in [end("127.0.0.1:5000", "127.0.0.2:54240"), end("127.0.0.2:54240", "127.0.0.1:5000")]
    {
        robot.hear(SocketEvent::Closed { at: end, how: CloseKind::Abort });
    }
    robot.hear(SocketEvent::StoppedListening { why: None });
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
fn who_is_connected_only_as_far_as_the_client_knows_is_told_so() {
    let client = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11";
    for (state, told_first, believes) in [
        ("SYN_RECV", true, true),
        ("SYN_RECV", false, true),
        ("ESTABLISHED", true, false),
        ("ESTABLISHED", false, false),
    ] {
        let server = format!("tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 {state}");
        let mut robot = Robot::listening();
        robot.press("a");
        robot.hear(SocketEvent::AcceptHeld(true));
        robot.press("c");
        let rows = [LISTEN, client, &server].join("\n");
        if !told_first {
            robot.kernel(&rows);
        }
        robot.hear(SocketEvent::Connected(own(client, 11)));
        if told_first {
            robot.kernel(&rows);
        }
        let said = robot.said();
        assert_eq!(said.contains("Only the client is ESTABLISHED"), believes, "{said}");
        assert_eq!(said.contains("The kernel completed the handshake"), !believes, "{said}");
    }
}
