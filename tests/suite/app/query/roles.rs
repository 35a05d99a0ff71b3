//! Whose an end is: our server's, a client's of ours, or another program's that has the same port or address.

use fivetuple::app::{Event, Role};
use fivetuple::tcp::{CloseKind, Endpoint, ListenSpec, Owner, SocketEvent, SocketId, SourcePort};

use crate::robot::{Robot, end, own};
use crate::view::{WIDE, screen};

/// A dashboard for that address, which listens there.
fn listening_at(at: &str, row: &str) -> Robot {
    let spec = ListenSpec::at(at.parse::<Endpoint>().unwrap());
    let mut robot = Robot::new();
    robot.state.server.spec = spec.clone();
    robot.press("l");
    robot.hear(SocketEvent::Listening { spec, sockets: vec![own(row, 9)] });
    robot.kernel(row);
    robot
}

fn python(robot: &mut Robot, inodes: &[u64]) {
    let owner = |fd| Owner { pid: 999, program: String::from("python3"), fd };
    let found = inodes.iter().map(|inode| (*inode, owner(4)));
    robot.tell(Event::OwnersFound(found.collect()));
}

fn closed(robot: &mut Robot, at: SocketId) {
    let how = CloseKind::Close;
    robot.hear(SocketEvent::Closed { at, how });
}

fn role(robot: &Robot, name: SocketId) -> String {
    let line = robot.state.seen().get(name).unwrap();
    Role::of(&robot.state, &line.row).to_string()
}

#[test]
fn a_server_at_another_address_with_the_same_port_is_not_ours() {
    const OURS: &str = "tcp 0 128 127.0.0.9:5000 0.0.0.0:* LISTEN inode=9";
    const THEIRS: &str = "tcp 0 5 127.0.0.1:5000 0.0.0.0:* LISTEN inode=70";
    const ITS_END: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED inode=71";
    const CLIENT: &str = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11";
    let mut robot = listening_at("127.0.0.9:5000", OURS);
    robot.state.clients.to = Some("127.0.0.1:5000".parse::<Endpoint>().unwrap().into());
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    let said = robot.said();
    assert!(!said.contains("LISTEN row did not change"), "{said}");
    robot.kernel(&[OURS, THEIRS, CLIENT, ITS_END].join("\n"));
    python(&mut robot, &[70, 71]);
    assert_eq!(role(&robot, own(ITS_END, 0).name), "python3");
    closed(&mut robot, own(CLIENT, 11).name);
    let said = robot.said();
    assert!(said.contains("hung up: its FIN is sent"), "{said}");
    assert!(!said.contains("Nobody has accepted"), "{said}");
}

#[test]
fn another_program_that_took_over_our_address_has_accepted_by_itself() {
    const OURS: &str = "tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9";
    const THEIRS: &str = "tcp 0 5 127.0.0.1:5000 0.0.0.0:* LISTEN inode=70";
    const ITS_END: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED inode=71";
    const CLIENT: &str = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11";
    let mut robot = listening_at("127.0.0.1:5000", OURS);
    robot.hear(SocketEvent::StoppedListening { why: None });
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot.kernel(&[THEIRS, CLIENT, ITS_END].join("\n"));
    python(&mut robot, &[70, 71]);
    closed(&mut robot, own(CLIENT, 11).name);
    let said = robot.said();
    assert!(!said.contains("Nobody has accepted"), "{said}");
}

/// A client of ours that calls python's port from the port that the dashboard is for.
fn client_from_our_port() -> Robot {
    let mut robot = Robot::new();
    let clients = &mut robot.state.clients;
    clients.to = Some("127.0.0.1:7467".parse::<Endpoint>().unwrap().into());
    clients.from = Some([127, 0, 0, 1].into());
    clients.spec.source_port = SourcePort::Fixed(fivetuple::tcp::Port(5000));
    robot.press("c");
    // The table may show the rows before the news of them is heard.
    robot.kernel(&[THEIR_LISTEN, THEIR_END, OUR_CLIENT].join("\n"));
    robot.hear(SocketEvent::Connected(own(OUR_CLIENT, 11)));
    python(&mut robot, &[70, 71]);
    robot
}

const THEIR_LISTEN: &str = "tcp 0 5 127.0.0.1:7467 0.0.0.0:* LISTEN inode=70";
const THEIR_END: &str = "tcp 0 0 127.0.0.1:7467 127.0.0.1:5000 ESTABLISHED inode=71";
const OUR_CLIENT: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.1:7467 ESTABLISHED inode=11";

#[test]
fn who_calls_from_the_dashboards_port_is_a_client_all_the_same() {
    let robot = client_from_our_port();
    let (client, server) = (own(OUR_CLIENT, 0).name, own(THEIR_END, 0).name);
    assert_eq!(role(&robot, client), "laptop");
    assert_eq!(role(&robot, server), "python3");
    assert_eq!([client, server].map(|name| robot.state.seen().is_client(name)), [true, false]);
}

#[test]
fn a_port_that_a_client_of_ours_has_is_not_blamed_on_an_earlier_listener() {
    let mut robot = client_from_our_port();
    robot.finds_the_port_taken();
    let said = robot.said();
    assert!(!said.contains("earlier listener"), "{said}");
    assert!(said.contains("laptop calls 127.0.0.1:7467 from it"), "{said}");
    assert_eq!(robot.state.blamed(), [own(OUR_CLIENT, 0).name]);
}

const AT_V6: &str = "tcp 0 128 [::1]:5000 [::]:* LISTEN inode=9";
const SERVER_V6: &str = "tcp 0 0 [::1]:5000 [::1]:54314 ESTABLISHED inode=12";
const CLIENT_V6: &str = "tcp 0 0 [::1]:54314 [::1]:5000 ESTABLISHED inode=11";

fn connected_over_v6() -> Robot {
    let mut robot = listening_at("[::1]:5000", AT_V6);
    robot.press("c");
    robot.hear(SocketEvent::Accepted(own(SERVER_V6, 12)));
    robot.hear(SocketEvent::Connected(own(CLIENT_V6, 11)));
    robot.kernel(&[AT_V6, SERVER_V6, CLIENT_V6].join("\n"));
    robot.later(std::time::Duration::from_secs(1));
    robot
}

#[test]
fn a_client_whose_address_is_no_computers_is_known_to_the_end() {
    let mut robot = connected_over_v6();
    robot.hear(SocketEvent::Received {
        at: own(SERVER_V6, 12).name,
        bytes: 2,
        first: b"hi".to_vec(),
    });
    let before = robot.state.notices.len();
    closed(&mut robot, own(CLIENT_V6, 11).name);
    robot.hear(SocketEvent::PeerClosed(own(SERVER_V6, 12).name));
    closed(&mut robot, own(SERVER_V6, 12).name);
    let said = robot.said();
    assert!(said.contains("laptop hung up first"), "{said}");
    assert_eq!(robot.state.notices.len(), before + 1, "told twice: {said}");
    let wait = "tcp 0 0 [::1]:54314 [::1]:5000 TIME_WAIT timewait=60000ms/0";
    robot.kernel(&[AT_V6, wait].join("\n"));
    assert_eq!(role(&robot, own(CLIENT_V6, 0).name), "laptop");
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("laptop sent \"hi\""), "{text}");
}

#[test]
fn who_was_at_a_client_s_end_is_forgotten_with_its_row() {
    let mut robot = connected_over_v6();
    closed(&mut robot, own(CLIENT_V6, 11).name);
    robot.hear(SocketEvent::PeerClosed(own(SERVER_V6, 12).name));
    closed(&mut robot, own(SERVER_V6, 12).name);
    robot.kernel(AT_V6);
    robot.later(std::time::Duration::from_secs(30));
    // Somebody else comes by the same numbers.
    robot.hear(SocketEvent::Accepted(own(SERVER_V6, 12)));
    let said = robot.said();
    assert!(said.starts_with("[::1]:54314 connected"), "{said}");
}

#[test]
fn an_end_at_the_dashboards_port_is_not_the_servers_before_there_was_one() {
    let mut robot = Robot::new();
    let rows = [
        "tcp 0 5 127.0.0.1:5000 0.0.0.0:* LISTEN inode=70",
        "tcp 0 0 127.0.0.1:5000 127.0.0.1:40000 ESTABLISHED inode=71",
    ];
    robot.kernel(&rows.join("\n"));
    python(&mut robot, &[70, 71]);
    let name = end("127.0.0.1:5000", "127.0.0.1:40000");
    assert_eq!(role(&robot, name), "python3");
}
