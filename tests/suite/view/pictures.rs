//! Screens as text, at three sizes.

use crate::robot::{Robot, end, own};
use fivetuple::app::{Action, Clients, Notices, Pane, PointOfView, Statement, Tone};
use fivetuple::tcp::{ConnectSpec, Endpoint, ListenSpec, Port, SocketEvent};
use std::time::Duration;

use crate::view::{
    ALL, LAPTOP, PHONE, SMALL, USUAL, WIDE, check, goodbyes, joined, screen, two_connections,
    whole_machine,
};

#[test]
fn an_empty_screen_names_the_reason_and_the_key() {
    check("empty", &mut Robot::new(), &ALL);
}

#[test]
fn a_listener_without_clients() {
    let mut robot = Robot::listening();
    robot.later(Duration::from_secs(3));
    check("listening", &mut robot, &ALL);
}

#[test]
fn two_connections_are_four_rows_and_the_listener() {
    let mut robot = two_connections();
    check("two_connections", &mut robot, &ALL);
    robot.press("Tab j j");
    check("chosen_row", &mut robot, &[(80, 24), (200, 50)]);
}

#[test]
fn gone_rows_stay_briefly_with_their_reason() {
    check("goodbyes", &mut goodbyes(), &ALL);
}

#[test]
fn unaccepted_connections_wait_in_the_queue() {
    let mut robot = Robot::listening();
    robot.press("a");
    robot.hear(SocketEvent::AcceptHeld(true));
    robot.hear(SocketEvent::Connected(own(LAPTOP[1], 11)));
    let rows = [
        "tcp 1 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9",
        "tcp 13 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED",
        LAPTOP[1],
    ];
    robot.kernel(&joined(&rows));
    check("held", &mut robot, &ALL);
}

#[test]
fn the_whole_machine_scrolls() {
    let mut robot = whole_machine(200);
    check("whole_machine", &mut robot, &[WIDE, USUAL]);
    let last = *robot.state.ui.shown.last().unwrap();
    robot.ask(Action::Focus(Pane::Sockets));
    robot.ask(Action::SelectRow(last));
    check("whole_machine_end", &mut robot, &[USUAL]);
}

#[test]
fn netstats_own_layout() {
    let mut robot = two_connections();
    robot.press("n");
    check("netstat", &mut robot, &[WIDE, USUAL]);
}

#[test]
fn all_keys() {
    let mut robot = Robot::listening();
    robot.press("?");
    check("help", &mut robot, &ALL);
}

#[test]
fn the_forms() {
    let mut robot = Robot::listening();
    robot.press("L Tab");
    robot.type_text("x");
    robot.press("Enter");
    check("listen_form", &mut robot, &ALL);
    robot.press("Esc C");
    check("connect_form", &mut robot, &ALL);
}

#[test]
fn one_connection_as_a_card() {
    let mut robot = two_connections();
    robot.ask(Action::SelectRow(own(PHONE[0], 14).name));
    robot.press("Enter");
    check("card", &mut robot, &ALL);
    let mut robot = goodbyes();
    robot.ask(Action::SelectRow(end("127.0.0.2:54240", "127.0.0.1:5000")));
    robot.press("Enter");
    check("card_time_wait", &mut robot, &[USUAL, SMALL]);
    robot.press("Esc");
    robot.ask(Action::SelectRow(end("127.0.0.1:5000", "127.0.0.2:54240")));
    robot.press("Enter");
    check("card_ghost", &mut robot, &[WIDE, SMALL]);
}

#[test]
fn big_type() {
    let mut robot = two_connections();
    robot.press("z");
    check("big", &mut robot, &ALL);
    let mut robot = goodbyes();
    robot.kernel("tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=46300ms/0");
    robot.press("z");
    check("big_goodbyes", &mut robot, &[USUAL, SMALL]);
}

#[test]
fn an_open_server_has_a_warning() {
    let mut robot = Robot::new();
    robot.state.machine.addresses = vec![[127, 0, 0, 1].into(), [192, 168, 1, 20].into()];
    robot.hear(SocketEvent::Listening {
        spec: ListenSpec::at(Endpoint::new([0, 0, 0, 0], 5000)),
        sockets: vec![],
    });
    robot.kernel("tcp 0 128 0.0.0.0:5000 0.0.0.0:* LISTEN inode=9");
    check("open_to_everybody", &mut robot, &[USUAL]);
}

#[test]
fn titles_have_additional_facts() {
    let mut robot = two_connections();
    robot.state.sockets.source = "procfs";
    robot.state.sockets.torn = true;
    robot.press("/");
    robot.type_text("phone");
    check("find", &mut robot, &[WIDE, USUAL]);
    robot.press("Enter p");
    robot.later(Duration::from_secs(3));
    robot.press("K j k 1 2");
    check("paused_with_keys", &mut robot, &[WIDE, USUAL]);
}

#[test]
fn a_failure_marks_the_rows_to_blame() {
    let mut robot = goodbyes();
    let blame = vec![end("127.0.0.2:54240", "127.0.0.1:5000")];
    let words = "Cannot listen on 127.0.0.1:5000: bind() failed: Address already in use (EADDRINUSE). Row 2 is in TIME_WAIT, 47 s left, \
                 because the server closed first. Wait, or set SO_REUSEADDR on both runs.";
    let at = robot.state.now;
    robot.state.notices.blame(at, Statement::verbatim(words), &blame);
    robot.state.notices.say(at, Tone::Warning, Statement::verbatim("Somebody should know."));
    check("warning", &mut robot, &[SMALL]);
    robot.state.notices = Notices::default();
    robot.state.notices.blame(
        at,
        Statement::verbatim(words),
        &[end("127.0.0.2:54240", "127.0.0.1:5000")],
    );
    check("blamed", &mut robot, &[WIDE, USUAL]);
}

#[test]
fn the_title_names_every_watched_port() {
    let mut robot = two_connections();
    robot.state.clients.called.insert(Port(8080));
    robot.ask(Action::PointOfView);
    robot.press("T");
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("| grep -E ':(5000|8080) '`"), "{text}");
    assert!(text.contains("2 connections, both ends: 1 LISTEN"), "{text}");
    assert!(text.contains(" theme: "), "{text}");
    let target = "a-name-that-is-much-too-long.invalid:5000".parse().unwrap();
    robot.state.clients.to = Some(target);
    check("long_target", &mut robot, &[USUAL]);
}

#[test]
fn many_computers_scroll() {
    let mut robot = two_connections();
    let connect = ConnectSpec::to(Endpoint::new([127, 0, 0, 1], 5000).into());
    robot.state.clients = Clients::new(40, connect);
    robot.press("1 5 j");
    check("many_computers", &mut robot, &[USUAL]);
}

#[test]
fn a_hidden_point_of_view_is_explained() {
    let mut robot = Robot::listening();
    robot.ask(Action::PointOfView);
    robot.ask(Action::PointOfView);
    assert_eq!(robot.state.ui.lens.view, PointOfView::Client);
    let text = screen(&mut robot, USUAL);
    assert!(text.contains("On this computer (laptop)"), "{text}");
}
