//! Whose an end is, and that both spellings of an IPv4 address are one name.

use std::collections::HashSet;

use fivetuple::app::{Event, Role};
use fivetuple::tcp::{
    CloseKind, Endpoint, Errno, ListenSpec, OnData, Owner, ServerCloses, SocketEvent, SocketId,
    SourcePort,
};

use crate::app::{LAPTOP_END, shows};
use crate::robot::{Robot, end, own};
use crate::view::WIDE;

fn listening_at(at: &str, row: &str) -> Robot {
    let spec = ListenSpec::at(at.parse::<Endpoint>().unwrap());
    let mut robot = Robot::new();
    robot.state.server.spec = spec.clone();
    robot.press("l");
    robot.listens(spec, row);
    robot.kernel(row);
    robot
}

fn python(robot: &mut Robot, inodes: &[u64]) {
    let owner = |fd| Owner { pid: 999, program: String::from("python3"), fd };
    let found = inodes.iter().map(|inode| (*inode, owner(4)));
    robot.tell(Event::OwnersFound(found.collect()));
}

fn role(robot: &Robot, name: SocketId) -> String {
    let line = robot.state.seen().get(name).unwrap();
    Role::of(&robot.state, &line.row).to_string()
}

const THEIRS: &str = "tcp 0 5 127.0.0.1:5000 0.0.0.0:* LISTEN inode=70";
const ITS_END: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED inode=71";
const OUR_END: &str = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11";

#[test]
fn a_server_at_another_address_with_the_same_port_is_not_ours() {
    const OURS: &str = "tcp 0 128 127.0.0.9:5000 0.0.0.0:* LISTEN inode=9";
    let mut robot = listening_at("127.0.0.9:5000", OURS);
    robot.state.clients.to = Some("127.0.0.1:5000".parse::<Endpoint>().unwrap().into());
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(OUR_END, 11)));
    robot.says_not("LISTEN row did not change");
    robot.kernel(&[OURS, THEIRS, OUR_END, ITS_END].join("\n"));
    python(&mut robot, &[70, 71]);
    assert_eq!(role(&robot, own(ITS_END, 0).name), "python3");
    robot.closes(own(OUR_END, 11).name, CloseKind::Close);
    let said = robot.said_in_the_end();
    assert!(said.contains("laptop closed"), "{said}");
    assert!(!said.contains("accept()"), "{said}");
}

#[test]
fn another_program_that_took_over_our_address_has_accepted_by_itself() {
    const OURS: &str = "tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9";
    let mut robot = listening_at("127.0.0.1:5000", OURS);
    robot.hear(SocketEvent::StoppedListening { why: None });
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(OUR_END, 11)));
    robot.kernel(&[THEIRS, OUR_END, ITS_END].join("\n"));
    python(&mut robot, &[70, 71]);
    robot.closes(own(OUR_END, 11).name, CloseKind::Close);
    robot.says_not("Nobody has accepted");
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
    robot.says_not("earlier listener");
    robot.says("laptop is connected to 127.0.0.1:7467 from this port");
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
    robot.closes(own(CLIENT_V6, 11).name, CloseKind::Close);
    robot.hear(SocketEvent::PeerClosed(own(SERVER_V6, 12).name));
    robot.closes(own(SERVER_V6, 12).name, CloseKind::Close);
    let wait = "tcp 0 0 [::1]:54314 [::1]:5000 TIME_WAIT timewait=60000ms/0";
    robot.kernel(&[AT_V6, wait].join("\n"));
    let said = robot.said();
    assert!(said.contains("laptop closed first"), "{said}");
    assert_eq!(robot.state.notices.len(), before + 1, "told twice: {said}");
    assert_eq!(role(&robot, own(CLIENT_V6, 0).name), "laptop");
    shows(&mut robot, WIDE, "laptop sent \"hi\"");
}

#[test]
fn who_was_at_a_client_s_end_is_forgotten_with_its_row() {
    let mut robot = connected_over_v6();
    robot.closes(own(CLIENT_V6, 11).name, CloseKind::Close);
    robot.hear(SocketEvent::PeerClosed(own(SERVER_V6, 12).name));
    robot.closes(own(SERVER_V6, 12).name, CloseKind::Close);
    robot.kernel(AT_V6);
    robot.later(std::time::Duration::from_secs(30));
    // Somebody else comes by the same numbers.
    robot.hear(SocketEvent::Accepted(own(SERVER_V6, 12)));
    let said = robot.said_in_the_end();
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
    robot.listens(spec, LISTEN);
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
    robot.closes(laptop(), CloseKind::Close);
    let rows = [LISTEN.to_owned(), left(LAPTOP_END, client), left(SERVER_END, server)];
    robot.kernel(&rows.join("\n"));
    robot.said()
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
    robot.closes(laptop(), CloseKind::Broken(Errno::ECONNRESET));
    robot.says_not("accept queue");
}
