//! What the table shows.

use std::time::Duration;

use fivetuple::app::{Action, PointOfView, Role};
use fivetuple::tcp::{CloseKind, Command, Errno, Port, SocketEvent, TcpState};

use crate::app::{LAPTOP_END, SERVER_END, laptop_connected};
use crate::robot::{LISTEN, Robot, end, own};

#[test]
fn one_connection_is_a_pair_of_rows_beside_a_listen_row_that_stays() {
    let mut robot = laptop_connected();
    assert_eq!(
        robot.table(),
        [
            "127.0.0.1:5000 0.0.0.0:* LISTEN",
            "127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED",
            "127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED",
        ]
    );
    robot.says("laptop connected from port 54240, chosen by the kernel");
    assert_eq!(robot.state.sockets.connections(), 1);
    assert_eq!(robot.state.sockets.count(TcpState::Established), 2);
}

#[test]
fn rows_know_their_roles() {
    let robot = laptop_connected();
    let roles: Vec<Role> = robot
        .state
        .ui
        .shown
        .iter()
        .map(|name| Role::of(&robot.state, &robot.state.sockets.get(*name).unwrap().row))
        .collect();
    assert_eq!(
        roles,
        [Role::Listener, Role::ServerEnd("laptop".into()), Role::Client("laptop".into())]
    );
}

#[test]
fn who_hangs_up_first_waits_and_the_other_row_becomes_a_ghost_with_its_reason() {
    let mut robot = laptop_connected();
    robot.hear(SocketEvent::PeerClosed(end("127.0.0.1:5000", "127.0.0.2:54240")));
    robot.closes(end("127.0.0.2:54240", "127.0.0.1:5000"), CloseKind::Close);
    robot.closes(end("127.0.0.1:5000", "127.0.0.2:54240"), CloseKind::Close);
    let told = robot.state.notices.len();
    let waiting = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=60000ms/0";
    robot.kernel(&[LISTEN, waiting].join("\n"));
    assert!(robot.said().contains("laptop closed first"), "{}", robot.said());
    assert_eq!(robot.state.notices.len(), told + 1, "the server's close is no second sentence");
    assert_eq!(
        robot.table(),
        [
            "127.0.0.1:5000 0.0.0.0:* LISTEN",
            "127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED closed by client",
            "127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT",
        ]
    );
    robot.later(Duration::from_secs(13));
    assert_eq!(robot.table().len(), 2, "the ghost is gone after 5 s");
    let line = robot.state.sockets.get(end("127.0.0.2:54240", "127.0.0.1:5000")).unwrap();
    assert_eq!(line.time_left(robot.state.now).unwrap().as_secs(), 47);
    assert_eq!(line.passed[0].state, TcpState::Established);
}

#[test]
fn a_connection_that_no_look_saw_is_told_and_marked() {
    let mut robot = Robot::listening();
    let stranger = own("tcp 0 0 127.0.0.1:5000 127.0.0.1:39000 ESTABLISHED inode=30", 30);
    robot.hear(SocketEvent::Accepted(stranger));
    robot.closes(stranger.name, CloseKind::Broken(Errno::ECONNRESET));
    assert_eq!(robot.table()[1], "127.0.0.1:5000 127.0.0.1:39000 ESTABLISHED reset");
    assert!(robot.state.sockets.get(stranger.name).unwrap().told);
    assert_eq!(robot.state.sockets.connections(), 0, "the kernel has no such row");
}

#[test]
fn the_selection_stays_with_its_connection() {
    let mut robot = laptop_connected();
    let chosen = end("127.0.0.2:54240", "127.0.0.1:5000");
    robot.ask(Action::SelectRow(chosen));
    robot.kernel(
        &["tcp 0 0 127.0.0.1:5000 127.0.0.3:40000 ESTABLISHED", LAPTOP_END, SERVER_END].join("\n"),
    );
    assert_eq!(robot.state.ui.selected, Some(chosen));
    assert_eq!(robot.state.selected().unwrap().row.state, TcpState::Established);
}

#[test]
fn points_of_view_show_what_each_computer_would() {
    let mut robot = laptop_connected();
    robot.press("e");
    assert_eq!(robot.state.ui.lens.view, PointOfView::Server);
    assert_eq!(robot.table().len(), 2);
    robot.press("e");
    assert_eq!(robot.table(), ["127.0.0.2:54240 127.0.0.1:5000 ESTABLISHED"]);
    robot.ask(Action::SelectComputer(1));
    assert!(robot.table().is_empty(), "the phone has no socket");
}

#[test]
fn find_shows_only_rows_that_contain_the_text_and_esc_drops_it() {
    let mut robot = laptop_connected();
    robot.press("/");
    robot.type_text("server END");
    assert_eq!(robot.table(), ["127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED"]);
    robot.press("Enter Esc");
    assert_eq!(robot.table().len(), 3);
}

#[test]
fn stopping_leaves_accepted_connections_alone() {
    let mut robot = laptop_connected();
    assert_eq!(robot.commands_by("l"), [Command::StopListening]);
    robot.hear(SocketEvent::StoppedListening { why: None });
    robot.kernel(&[LAPTOP_END, SERVER_END].join("\n"));
    assert_eq!(robot.table()[0], "127.0.0.1:5000 0.0.0.0:* LISTEN stopped listening");
    robot.says("Connections that were accepted before are still open");
    assert_eq!(robot.state.server.ends.len(), 1);
}

#[test]
fn both_ends_of_a_dual_stack_connection_are_one_pair() {
    let mut robot = Robot::listening();
    robot.kernel("tcp 0 128 [::]:5000 [::]:* LISTEN inode=9\ntcp 0 0 127.0.0.2:40000 127.0.0.1:5000 ESTABLISHED\ntcp 0 0 [::ffff:127.0.0.1]:5000 [::ffff:127.0.0.2]:40000 ESTABLISHED");
    let client = end("127.0.0.2:40000", "127.0.0.1:5000");
    let mirror = robot.state.sockets.mirror(client).unwrap();
    assert!(mirror.row.tuple.local.ip.is_ipv6());
    assert_eq!(robot.state.sockets.connections(), 1);
    assert!(robot.state.sockets.is_client(client));
    assert_eq!(robot.state.server.ports.first(), Some(&Port(5000)));
}

#[test]
fn listeners_that_share_an_address_are_rows_of_their_own() {
    let mut robot = Robot::new();
    let rows: Vec<String> = (1..=4)
        .map(|inode| format!("tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode={inode}"))
        .collect();
    robot.kernel(&rows.join("\n"));
    assert_eq!(robot.table().len(), 4);
    assert_eq!(robot.state.sockets.connections(), 0);
}

#[test]
fn a_client_at_an_address_that_is_no_computers_is_known_by_who_holds_it() {
    let mut robot = Robot::listening();
    let server = own("tcp 0 0 [::1]:5000 [::1]:40000 ESTABLISHED inode=12", 12);
    let client = own("tcp 0 0 [::1]:40000 [::1]:5000 ESTABLISHED inode=11", 11);
    robot.press("c");
    robot.hear(SocketEvent::Accepted(server));
    robot.hear(SocketEvent::Connected(client));
    robot.kernel(&format!("{LISTEN}\ntcp 0 0 [::1]:5000 [::1]:40000 ESTABLISHED inode=12\ntcp 0 0 [::1]:40000 [::1]:5000 ESTABLISHED inode=11"));
    let role = |name| Role::of(&robot.state, &robot.state.sockets.get(name).unwrap().row);
    assert_eq!(role(server.name), Role::ServerEnd("laptop".into()));
    assert_eq!(role(client.name), Role::Client("laptop".into()));
}

#[test]
fn where_both_ports_are_equal_the_computers_end_is_the_clients() {
    let mut robot = Robot::listening();
    let server = "tcp 0 0 127.0.0.1:5000 127.0.0.2:5000 ESTABLISHED inode=12";
    let client = "tcp 0 0 127.0.0.2:5000 127.0.0.1:5000 ESTABLISHED inode=11";
    robot.hear(SocketEvent::Accepted(own(server, 12)));
    robot.hear(SocketEvent::Connected(own(client, 11)));
    robot.kernel(&[LISTEN, client, server].join("\n"));
    let role =
        |row| Role::of(&robot.state, &robot.state.sockets.get(own(row, 0).name).unwrap().row);
    assert_eq!(
        (role(server), role(client)),
        (Role::ServerEnd("laptop".into()), Role::Client("laptop".into()))
    );
    assert_eq!(robot.table()[1], "127.0.0.1:5000 127.0.0.2:5000 ESTABLISHED");
}
