//! The lab comes and goes: what changes with it, and what its computers do.

use fivetuple::app::{Effect, Event, LabStage, PointOfView, Role};
use fivetuple::tcp::{
    Change, CloseKind, Command, Errno, Host, LabEvent, LabLimits, LabOrder, LabRefusal, Snapshot,
    SocketEvent, SocketId, TcpState,
};

use crate::computers::{ANSWERS, CALLS, CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};

pub(crate) fn name(row: &str) -> SocketId {
    own(row, 0).name
}

pub(crate) fn connected() -> Robot {
    let mut robot = Robot::listening_in_lab();
    robot.press("c");
    robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
    robot.hear(SocketEvent::Connected(own(CLIENT, 11)));
    robot.hear(SocketEvent::Accepted(own(SERVES, 12)));
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
    robot.orders();
    robot
}

#[test]
fn n_sets_the_lab_up_and_once_more_takes_it_down() {
    let mut robot = Robot::listening();
    robot.orders();
    robot.press("N");
    let spec = robot.state.lab.spec;
    assert_eq!(robot.orders(), [Effect::Lab(LabOrder::Start(spec))]);
    robot.press("N");
    assert!(robot.orders().is_empty(), "{}", robot.said());
    robot.lab_comes_up(4, LabLimits::MEANT);
    robot.says("up after 5 ms: server 192.168.1.10, laptop 192.168.1.13, phone .14");
    robot.says("Sockets on loopback were closed");
    assert!(robot.commands().contains(&Command::CloseEverything));
    assert!(robot.table().is_empty(), "rows of loopback are left");

    robot.press("N");
    let orders = robot.orders();
    assert!(orders.contains(&Effect::Run(Command::CloseEverything)));
    assert!(orders.contains(&Effect::Lab(LabOrder::Stop)));
    robot.tell(Event::Lab(LabEvent::Down(None)));
    assert_eq!(robot.state.lab.stage, LabStage::Off);
    assert_eq!(robot.state.server.at().to_string(), "127.0.0.1:5000");
    assert_eq!(robot.state.clients.computer().ip.to_string(), "127.0.0.2");
    assert_eq!(robot.state.machine.unprivileged_from.0, 1024);
    robot.says("use loopback again");
}

#[test]
fn a_refused_lab_says_why_and_leaves_the_rest_as_it_was() {
    let mut robot = Robot::listening();
    robot.press("N");
    robot.tell(Event::Lab(LabEvent::Refused(LabRefusal {
        step: "unshare(CLONE_NEWUSER)".to_owned(),
        errno: Errno::EPERM,
        helps: "user.max_user_namespaces is 0; a higher number helps.".to_owned(),
    })));
    for part in ["unshare(CLONE_NEWUSER)", "EPERM", "max_user_namespaces", "on loopback"] {
        robot.says(part);
    }
    assert!(robot.state.server.is_listening());
    assert_eq!(robot.table().len(), 1);
}

#[test]
fn a_lab_that_dies_gives_loopback_back_and_the_reason() {
    let mut robot = connected();
    robot.tell(Event::Lab(LabEvent::Down(Some("its helper is gone".to_owned()))));
    robot.says("its helper is gone");
    assert!(robot.table().is_empty());
    robot.kernel_afresh("tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=5");
    assert_eq!(robot.table().len(), 1, "the table of loopback is shown again");
}

#[test]
fn commands_go_to_the_computers_of_the_lab() {
    let mut robot = Robot::in_lab(3);
    robot.press("l c");
    let commands = robot.commands();
    let [Command::Listen(listen), Command::Connect(connect, _)] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert_eq!((listen.host, listen.at.to_string().as_str()), (SERVER, "192.168.1.10:5000"));
    assert_eq!((connect.host, connect.from), (LAPTOP, None));
    assert_eq!(connect.to.to_string(), "192.168.1.10:5000");
    robot.press("j c");
    let (connect, _) = robot.one_call();
    assert_eq!(connect.host, Host(3), "the phone's own network");
}

#[test]
fn a_listener_for_everybody_is_called_at_the_servers_address() {
    let mut robot = Robot::in_lab(3);
    robot.state.server.spec.at.ip = [0, 0, 0, 0].into();
    robot.press("c");
    let commands = robot.commands();
    let Some(Command::Connect(connect, _)) = commands.first() else {
        panic!("{commands:?}");
    };
    assert_eq!(connect.to.to_string(), "192.168.1.10:5000");
}

#[test]
fn both_ends_are_joined_across_the_tables_and_looked_up_at_their_own_computers() {
    let mut robot = Robot::listening_in_lab();
    robot.press("c");
    robot.orders();
    robot.hear(SocketEvent::Connecting(own(CALLS, 11)));
    let looked = robot.orders();
    let both = vec![name(CALLS), name(SERVES)];
    assert!(looked.contains(&Effect::Lookup(both)), "{looked:?}");

    let robot = connected();
    let sockets = &robot.state.sockets;
    assert_eq!(sockets.mirror(name(SERVES)).map(|line| line.row.name()), Some(name(CLIENT)));
    assert_eq!(sockets.connections(), 1);
    assert_eq!(sockets.count(TcpState::Established), 2);
    let role = |row| Role::of(&robot.state, &sockets.get(name(row)).unwrap().row).to_string();
    assert_eq!(role(LISTEN), "listener");
    assert_eq!(role(SERVES), "server end of laptop");
    assert_eq!(role(CLIENT), "laptop");
}

#[test]
fn a_look_at_one_computer_leaves_the_rows_of_the_other() {
    let mut robot = connected();
    let table: Snapshot = LISTEN.parse().unwrap();
    robot.reads(SERVER, table.rows.into_iter().map(Change::Appeared).collect(), true);
    assert_eq!(
        robot.table(),
        ["192.168.1.10:500 0.0.0.0:* LISTEN", "192.168.1.13:44506 192.168.1.10:500 ESTABLISHED"]
    );
    // What this machine itself shows is no part of the lab.
    robot.kernel_afresh("tcp 0 128 127.0.0.1:500 0.0.0.0:* LISTEN inode=5");
    assert_eq!(robot.table().len(), 2);
}

#[test]
fn the_point_of_view_chooses_a_computers_table() {
    let mut robot = connected();
    robot.press("e");
    assert_eq!(robot.state.ui.lens.view, PointOfView::Server);
    let server =
        ["192.168.1.10:500 0.0.0.0:* LISTEN", "192.168.1.10:500 192.168.1.13:44506 ESTABLISHED"];
    assert_eq!(robot.table(), server);
    robot.press("e");
    assert_eq!(robot.table(), ["192.168.1.13:44506 192.168.1.10:500 ESTABLISHED"]);
    robot.press("j");
    assert!(robot.table().is_empty(), "the phone has no row");
}

#[test]
fn a_hang_up_leaves_time_wait_at_the_client_and_says_so() {
    let mut robot = connected();
    robot.press("d");
    assert_eq!(robot.commands(), [Command::Close(name(CLIENT))]);
    robot.hear(SocketEvent::PeerClosed(name(SERVES)));
    robot.closes(name(CLIENT), CloseKind::Close);
    robot.closes(name(SERVES), CloseKind::Close);
    let wait = "tcp 0 0 192.168.1.13:44506 192.168.1.10:500 TIME_WAIT host=2 timewait=60000ms/0";
    robot.tables(&[LISTEN], &[wait]);
    let said = "laptop closed first: its row is in TIME_WAIT at port 44506 for 60 s, and the server's row is gone. The LISTEN row is unchanged.";
    assert_eq!(robot.said(), said);
    assert!(robot.state.server.ends.is_empty());
    assert_eq!(robot.state.clients.open(), 0);
}

#[test]
fn refusals_name_rows_and_addresses_of_the_right_computer() {
    let mut robot = Robot::listening_in_lab();
    robot.bind_fails(Errno::EADDRINUSE);
    assert_eq!(robot.state.blamed(), [name(LISTEN)]);
    robot.state.server.spec.at.ip = [10, 0, 0, 1].into();
    robot.bind_fails(Errno::EADDRNOTAVAIL);
    robot.says("10.0.0.1 is not the server's address, which is 192.168.1.10");
}

#[test]
fn a_half_open_call_is_a_row_of_the_server_that_nobody_has_accepted() {
    let mut robot = Robot::calling_in_lab();
    robot.tables(&[LISTEN, ANSWERS], &[CALLS]);
    assert_eq!(
        robot.table(),
        [
            "192.168.1.10:500 0.0.0.0:* LISTEN",
            "192.168.1.10:500 192.168.1.13:44506 SYN_RECV",
            "192.168.1.13:44506 192.168.1.10:500 SYN_SENT",
        ]
    );
}

#[test]
fn news_of_sockets_from_before_the_lab_is_of_no_interest() {
    let mut robot = Robot::in_lab(2);
    let old = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED inode=11";
    robot.hear(SocketEvent::Connected(own(old, 11)));
    robot.closes(name(old), CloseKind::Abort);
    assert_eq!(robot.state.clients.open(), 0);
    assert!(robot.table().is_empty());
}
