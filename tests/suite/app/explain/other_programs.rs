//! Connections whose other end is another program's.

use std::time::Duration;

use fivetuple::app::history::ladder::{as_text, of};
use fivetuple::app::{Action, Effect, Notice, Role};
use fivetuple::tcp::{
    Call, CloseKind, Endpoint, Errno, Flags, Host, ServerCloses, SocketEvent, SyscallError,
};

use crate::app::explain::close::{closed, diagram, name, python, serving};
use crate::app::{LAPTOP_END, SERVER_END, laptop_connected};
use crate::computers::{LAPTOP, SERVER};
use crate::robot::{LISTEN, Robot, own};

const FOREIGN: &str = "tcp 0 0 127.0.0.2:54240 127.0.0.1:7391 ESTABLISHED inode=11";
const PYTHON: &str = "tcp 0 0 127.0.0.1:7391 127.0.0.2:54240 ESTABLISHED inode=71";
const PYTHON_LISTENS: &str = "tcp 0 5 127.0.0.1:7391 0.0.0.0:* LISTEN inode=70";
/// A client of ours in a connection with python's server.
fn calls_python() -> Robot {
    let mut robot = Robot::new();
    robot.state.clients.to = Some("127.0.0.1:7391".parse::<Endpoint>().unwrap().into());
    robot.press("c");
    robot.hear(SocketEvent::Connected(own(FOREIGN, 11)));
    robot.kernel(&[PYTHON_LISTENS, FOREIGN, PYTHON].join("\n"));
    python(&mut robot, &[70, 71]);
    robot.later(Duration::from_secs(1));
    robot
}

#[test]
fn rows_that_went_without_a_time_wait_closed_in_no_exchange_of_fins() {
    let mut robot = calls_python();
    closed(&mut robot, FOREIGN, CloseKind::Close);
    let rows = [
        FOREIGN.replace("ESTABLISHED inode=11", "FIN_WAIT2"),
        PYTHON.replace("ESTABLISHED", "CLOSE_WAIT"),
    ];
    robot.kernel(&[PYTHON_LISTENS, &rows[0], &rows[1]].join("\n"));
    let said = robot.said();
    assert!(said.contains("and the row of python3 (127.0.0.1:7391) is in CLOSE_WAIT"), "{said}");
    robot.later(Duration::from_secs(1));
    robot.kernel(PYTHON_LISTENS);
    let table = robot.table();
    assert!(table.iter().any(|row| row.ends_with("FIN_WAIT2 closed")), "{table:?}");
    assert!(table.iter().any(|row| row.ends_with("CLOSE_WAIT closed")), "{table:?}");
    let ladder = as_text(&of(&robot.state).unwrap());
    assert_eq!(ladder.matches("FIN+ACK").count(), 1, "{ladder}");
    assert!(!ladder.contains("TIME_WAIT"), "{ladder}");
    assert!(ladder.trim_end().ends_with("gone"), "{ladder}");
    robot.ask(Action::SelectRow(name(FOREIGN)));
    let diagram = diagram(&mut robot);
    assert!(diagram.contains("the table does not show how it ended"), "{diagram}");
    assert!(!diagram.contains("60 s elapsed"), "{diagram}");
}

#[test]
fn a_fin_of_another_program_is_told() {
    let mut robot = serving(|spec| spec.closes = ServerCloses::Never);
    let rows = [SERVER_END, LAPTOP_END].map(|row| row.replace("127.0.0.2", "127.0.0.77"));
    robot.accepts(&rows[0], 12);
    robot.kernel(&[LISTEN, &rows[0], &rows[1]].join("\n"));
    python(&mut robot, &[11]);
    robot.later(Duration::from_secs(1));
    robot.hear(SocketEvent::PeerClosed(name(&rows[0])));
    let rows = [
        rows[0].replace("ESTABLISHED", "CLOSE_WAIT"),
        rows[1].replace("ESTABLISHED inode=11", "FIN_WAIT2"),
    ];
    robot.kernel(&[LISTEN, &rows[0], &rows[1]].join("\n"));
    let said = robot.said();
    assert!(said.starts_with("python3 (127.0.0.77:54240) has closed or half-closed"), "{said}");
    assert!(said.contains("The server's row is in CLOSE_WAIT. The server closes"), "{said}");
}

#[test]
fn a_row_in_time_wait_is_whose_it_was() {
    let mut robot = calls_python();
    robot.state.servers.selected_mut().spec.at.port.0 = 7391;
    let role = |robot: &Robot, row: &str| {
        let line = robot.state.seen().get(name(row)).unwrap();
        Role::of(&robot.state, &line.row).to_string()
    };
    let waits = PYTHON.replace("ESTABLISHED inode=71", "TIME_WAIT timewait=60000ms/0");
    assert_eq!(role(&robot, PYTHON), "python3");
    robot.kernel(&[PYTHON_LISTENS, &waits].join("\n"));
    assert_eq!(role(&robot, PYTHON), "python3");

    let mut robot = Robot::listening();
    let rows = [SERVER_END, LAPTOP_END].map(|row| row.replace("127.0.0.2", "127.0.0.77"));
    robot.accepts(&rows[0], 12);
    robot.kernel(&[LISTEN, &rows[0], &rows[1]].join("\n"));
    python(&mut robot, &[11]);
    assert_eq!(role(&robot, &rows[1]), "python3");
    let waits = rows[1].replace("ESTABLISHED inode=11", "TIME_WAIT timewait=60000ms/0");
    robot.kernel(&[LISTEN, &waits].join("\n"));
    assert_eq!(role(&robot, &rows[1]), "python3");
}

#[test]
fn the_server_says_why_it_has_nothing_to_close() {
    let mut robot = Robot::listening();
    robot.press("D");
    assert!(robot.said().contains("has been accepted"), "{}", robot.said());

    let mut robot = laptop_connected();
    closed(&mut robot, SERVER_END, CloseKind::Close);
    robot.press("D");
    let said = robot.said();
    assert!(said.contains("closed already"), "{said}");

    let mut robot = calls_python();
    robot.press("D");
    let said = robot.said();
    assert!(said.contains("127.0.0.1:7391 belongs to python3"), "{said}");
}

#[test]
fn a_client_in_time_wait_is_blamed_as_the_client_that_it_was() {
    let mut robot = calls_python();
    let waits = FOREIGN.replace("ESTABLISHED inode=11", "TIME_WAIT timewait=59000ms/0");
    robot.kernel(&[PYTHON_LISTENS, &waits].join("\n"));
    robot.state.servers.selected_mut().spec.at = name(FOREIGN).tuple.local;
    robot.press("l");
    robot.hear(SocketEvent::ListenFailed {
        spec: robot.state.server().spec.clone(),
        why: SyscallError { call: Call::Bind, errno: Errno::EADDRINUSE },
    });
    let said = robot.said();
    assert!(said.contains("because laptop closed first"), "{said}");
    assert!(said.contains("C before connecting"), "{said}");
}

#[test]
fn a_refusal_that_a_router_forwards_is_told_once() {
    let mut robot = Robot::in_lab(4);
    robot.state.servers.selected_mut().spec.at.port.0 = 500;
    robot.press("l l");
    let (client, server, router) = ("192.168.1.13:44506", "192.168.1.10:500", Host(3));
    robot.crosses(1, (LAPTOP, client), (router, server), Flags::SYN);
    robot.crosses(2, (router, client), (SERVER, server), Flags::SYN);
    robot.crosses(3, (SERVER, server), (router, client), Flags::RST);
    robot.crosses(4, (router, server), (LAPTOP, client), Flags::RST);
    robot.later(Duration::from_secs(1));
    let told = robot.state.notices.newest_first().map(Notice::text);
    assert_eq!(told.filter(|text| text.contains("was refused")).count(), 1);
}

#[test]
fn the_row_of_a_call_is_looked_up_before_it_is_spoken_of() {
    let mut robot = Robot::listening();
    robot.press("c");
    let waits = LAPTOP_END.replace("ESTABLISHED", "SYN_SENT");
    robot.hear(SocketEvent::Connecting(own(&waits, 11)));
    robot.orders();
    robot.later(Duration::from_millis(510));
    let looked_up = |order: &Effect| matches!(order, Effect::Lookup(names) if names.contains(&name(LAPTOP_END)));
    assert!(robot.orders().iter().any(looked_up) && !robot.said().contains("no answer"));
    robot.later(Duration::from_millis(40));
    assert!(robot.said().contains("no answer yet") && !robot.orders().iter().any(looked_up));
}
