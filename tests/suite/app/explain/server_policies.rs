//! What is said of ends that close, wait or are called, on loopback: nothing that the table contradicts, and nothing twice.

use fivetuple::app::Event;
use fivetuple::tcp::{
    CloseKind, Command, Endpoint, Errno, ListenSpec, Owner, ServerCloses, SocketEvent,
};

use crate::app::{LAPTOP_END, SERVER_END, laptop_connected};
use crate::robot::{LISTEN, Robot, own};

/// How many sentences have these words in them.
fn times_said(robot: &Robot, words: &str) -> usize {
    let all = robot.state.notices.newest_first();
    all.filter(|notice| notice.text().contains(words)).count()
}

/// The laptop waits for accept().
fn waiting() -> Robot {
    let mut robot = Robot::listening();
    robot.hear(SocketEvent::AcceptHeld(true));
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(LAPTOP_END, 11)));
    let server = SERVER_END.replace("inode=12", "");
    let listen = LISTEN.replace("tcp 0", "tcp 1");
    robot.kernel(&[&listen, LAPTOP_END, &server].join("\n"));
    robot
}

#[test]
fn a_server_that_has_closed_already_had_accepted() {
    let mut robot = laptop_connected();
    let (server, client) = (own(SERVER_END, 12).name, own(LAPTOP_END, 11).name);
    robot.hear(SocketEvent::PeerClosed(server));
    robot.hear(SocketEvent::Closed { at: server, how: CloseKind::Close });
    robot.hear(SocketEvent::HalfClosed(client));
    robot.later(std::time::Duration::from_secs(1));
    robot.hear(SocketEvent::Sent { at: client, bytes: 13 });
    assert_eq!(times_said(&robot, "accept"), 0);
}

#[test]
fn a_reset_that_was_ordered_is_told_once_whichever_end_is_heard_first() {
    let (server, client) = (own(SERVER_END, 12).name, own(LAPTOP_END, 11).name);
    let reset = CloseKind::Broken(Errno::ECONNRESET);
    let ends = [(server, reset), (client, CloseKind::Abort)];
    for ends in [ends, [ends[1], ends[0]]] {
        let mut robot = laptop_connected();
        robot.press("x");
        for (at, how) in ends {
            robot.hear(SocketEvent::Closed { at, how });
        }
        robot.kernel(LISTEN);
        assert_eq!(times_said(&robot, "laptop aborted"), 1);
        assert_eq!(times_said(&robot, "ECONNRESET"), 0);
    }
    // Nobody ordered this one.
    let mut robot = laptop_connected();
    robot.hear(SocketEvent::Closed { at: server, how: reset });
    robot.kernel(LISTEN);
    assert_eq!(times_said(&robot, "ECONNRESET"), 1);
}

#[test]
fn a_connection_that_was_reset_while_it_waited_has_no_row_when_it_is_accepted() {
    let mut robot = waiting();
    robot.press("A");
    robot.hear(SocketEvent::Accepted(own(SERVER_END, 12)));
    assert!(robot.said().contains("the row is the same"), "{}", robot.said());

    let mut robot = waiting();
    robot.press("x");
    robot.hear(SocketEvent::Closed { at: own(LAPTOP_END, 11).name, how: CloseKind::Abort });
    robot.kernel(&LISTEN.replace("tcp 0", "tcp 1"));
    robot.later(std::time::Duration::from_secs(20));
    robot.press("A");
    robot.hear(SocketEvent::Accepted(own(SERVER_END, 12)));
    let said = robot.said_in_the_end();
    assert!(said.contains("was reset while it waited"), "{said}");
    assert!(said.contains("ECONNRESET"), "{said}");
    robot.hear(SocketEvent::Closed {
        at: own(SERVER_END, 12).name,
        how: CloseKind::Broken(Errno::ECONNRESET),
    });
    assert_eq!(times_said(&robot, "reset the connection"), 0);
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
fn that_the_accept_queue_is_full_is_said_as_soon_as_a_look_shows_it() {
    const CALLS: [&str; 2] = [
        "tcp 0 1 127.0.0.2:54250 127.0.0.1:5000 SYN_SENT inode=21",
        "tcp 0 1 127.0.0.2:54252 127.0.0.1:5000 SYN_SENT inode=22",
    ];
    let mut robot = Robot::listening();
    robot.press("2c");
    for call in CALLS {
        robot.hear(SocketEvent::Connecting(own(call, 21)));
    }
    assert_eq!(times_said(&robot, "connecting"), 0, "nothing is known yet");
    robot.kernel(&[LISTEN, CALLS[0], CALLS[1]].join("\n"));
    assert_eq!(times_said(&robot, "lo is down"), 2);
    let full = LISTEN.replace("tcp 0 128", "tcp 3 2");
    robot.kernel(&[&full, CALLS[0], CALLS[1]].join("\n"));
    assert_eq!(times_said(&robot, "lo is down"), 0);
    assert_eq!(times_said(&robot, "accept queue is full, so"), 2);
}

#[test]
fn many_ends_that_are_closed_at_once_are_one_sentence() {
    for (keys, how) in [("0d", CloseKind::Close), ("0x", CloseKind::Abort)] {
        let mut robot = Robot::listening();
        let ends: Vec<_> = (0..5)
            .map(|n| {
                let port = 54_240 + n;
                let client =
                    format!("tcp 0 0 127.0.0.2:{port} 127.0.0.1:5000 ESTABLISHED inode={port}");
                let server =
                    format!("tcp 0 0 127.0.0.1:5000 127.0.0.2:{port} ESTABLISHED inode=1{n}");
                robot.press("c");
                robot.hear(SocketEvent::Accepted(own(&server, 30 + n)));
                robot.hear(SocketEvent::Connected(own(&client, 20 + n)));
                own(&client, 1).name
            })
            .collect();
        robot.later(std::time::Duration::from_secs(1));
        let before = robot.state.notices.len();
        robot.press(keys);
        for at in ends {
            robot.hear(SocketEvent::Closed { at, how });
        }
        let said = robot.said_in_the_end();
        assert_eq!(robot.state.notices.len() - before, 1, "{keys}");
        assert!(said.contains("5 connections"), "{said}");
        assert!(said.contains("laptop"), "how, too: {said}");
    }
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
    robot.hear(SocketEvent::StoppedListening { why: None });
    robot.kernel("");
    let said = robot.said();
    assert!(said.contains("on port 5000: its 4 LISTEN rows are gone"), "{said}");
    let mut robot = laptop_connected();
    robot.hear(SocketEvent::StoppedListening { why: None });
    robot.kernel(&[LAPTOP_END, SERVER_END].join("\n"));
    let said = robot.said();
    assert!(said.contains("the LISTEN row is gone. Connections that were accepted"), "{said}");
}

/// Stops listening, and listens again in another way.
fn listen_anew(robot: &mut Robot, change: fn(&mut ListenSpec)) {
    let mut spec = ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000));
    change(&mut spec);
    robot.hear(SocketEvent::StoppedListening { why: None });
    robot.hear(SocketEvent::Listening { spec, sockets: vec![own(LISTEN, 9)] });
}

#[test]
fn who_keeps_its_end_open_is_told_by_the_options_at_accept() {
    let mut robot = laptop_connected();
    listen_anew(&mut robot, |spec| spec.closes = ServerCloses::Never);
    robot.hear(SocketEvent::Closed { at: own(LAPTOP_END, 11).name, how: CloseKind::Close });
    let client = LAPTOP_END.replace("ESTABLISHED inode=11", "FIN_WAIT2");
    let server = SERVER_END.replace("ESTABLISHED", "CLOSE_WAIT");
    robot.kernel(&[LISTEN, &client, &server].join("\n"));
    let said = robot.said();
    assert!(said.contains("CLOSE_WAIT"), "{said}");
    assert!(!said.contains("only on D"), "{said}");
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
    let said = robot.said_in_the_end();
    assert!(said.starts_with("curl (127.0.0.1:40000) closed, and the server closed"), "{said}");
}
