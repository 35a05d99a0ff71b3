//! Screens as text, at three sizes.

use std::net::IpAddr;
use std::time::Duration;

use crate::app::explain::why_not::{answer, refused};
use crate::robot::{Robot, end, own};
use fivetuple::app::{Action, Clients, Notices, PointOfView, Statement, Tone};
use fivetuple::tcp::{
    ConnectSpec, Endpoint, ListenSpec, ListenerId, LocalAddress, Port, SocketEvent, SocketId,
};

use crate::view::compare::laptop_twice;
use crate::view::lab::cut_lines::connections;
use crate::view::lab::two_losses;
use crate::view::myth::tried;
use crate::view::syscalls::with_calls;
use crate::view::{
    ALL, LAPTOP, PHONE, SMALL, USUAL, WIDE, check, check_mono, goodbyes, joined, ports, screen,
    shows, two_connections, whole_machine,
};

/// A name, a dashboard, keys, and sizes.
type Picture = (&'static str, fn() -> Robot, &'static str, &'static [(u16, u16)]);

const PICTURES: &[Picture] = &[
    ("empty", Robot::new, "", &ALL),
    ("listening", || later(Robot::listening(), 3), "", &ALL),
    ("two_connections", two_connections, "", &ALL),
    ("chosen_row", two_connections, "j j", &[(80, 24), (200, 50)]),
    ("goodbyes", goodbyes, "", &ALL),
    ("held", held, "", &ALL),
    ("whole_machine", || whole_machine(200), "", &[WIDE, USUAL]),
    ("whole_machine_end", end_of_whole_machine, "", &[USUAL]),
    ("netstat", two_connections, "n", &ALL),
    ("lab_netstat", || connections(1), "n", &[USUAL, SMALL]),
    ("help", Robot::listening, "?", &ALL),
    ("listen_form", Robot::listening, "L Tab x Enter", &ALL),
    ("connect_form", Robot::listening, "C", &ALL),
    ("card", || chosen(two_connections(), PHONE[0]), "Enter", &ALL),
    ("card_time_wait", || gone(WAITS), "Enter", &[USUAL, SMALL]),
    ("card_ghost", || gone(["127.0.0.1:5000", "127.0.0.2:54240"]), "Enter", &[WIDE, SMALL]),
    ("big", two_connections, "z", &ALL),
    ("big_goodbyes", waiting_alone, "z", &[USUAL, SMALL]),
    ("open_to_everybody", open_to_everybody, "", &[USUAL]),
    ("many_computers", many_computers, "1 5 >", &[USUAL]),
    ("palette", two_connections, ":", &ALL),
    ("palette_found", two_connections, ": c l o Down", &ALL),
    ("why_not", explained, "", &ALL),
    ("why_not_waits", explained, "w Esc", &[USUAL]),
    ("compare", laptop_twice, "V", &ALL),
    ("compare_gone", goodbyes, "V", &[USUAL]),
    ("states", two_connections, "g", &ALL),
    ("states_empty", Robot::new, "g", &[USUAL]),
    ("states_goodbye", || gone(WAITS), "g", &ALL),
    ("timeline", two_connections, "t", &ALL),
    ("timeline_goodbyes", long_gone, "", &ALL),
    ("timeline_empty", Robot::new, "t", &[USUAL]),
    ("timeline_listening", Robot::listening, "t", &[USUAL]),
    ("timeline_many", || whole_machine(200), "t + +", &[WIDE, SMALL]),
    ("past", past, "", &ALL),
    ("ports", two_connections, "m", &ALL),
    ("ports_range", two_connections, "m +", &ALL),
    ("ports_around", two_connections, "m + +", &ALL),
    ("ports_many", || ports::connections(6_000), "m", &[WIDE]),
    ("ports_many_range", || ports::connections(6_000), "m +", &[WIDE, SMALL]),
    ("myth", two_connections, "M", &ALL),
    ("myth_tried", tried, "", &ALL),
    ("calls", with_calls, "i", &ALL),
    ("calls_of_a_row", || chosen(with_calls(), LAPTOP[1]), "i", &ALL),
    ("lab_empty", || Robot::in_lab(4), "", &ALL),
    ("lab_lost", two_losses, "", &ALL),
    ("lab_absolute", two_losses, "R", &[WIDE]),
    ("lab_server", two_losses, "e", &[USUAL]),
    ("lab_server_netstat", two_losses, "e n", &[USUAL]),
    ("lab_both_netstat", two_losses, "e n e e", &[WIDE, USUAL]),
    ("lab_ports", || Robot::in_lab(3), "P 1 0 2 4 - 6 5 5 3 5 Enter", &ALL),
    ("states_menu", Robot::new, "S j j j", &ALL),
];

/// Those that are drawn without colours, too.
const MONO: [&str; 11] = [
    "compare",
    "states",
    "states_goodbye",
    "timeline_goodbyes",
    "past",
    "ports",
    "ports_around",
    "myth_tried",
    "calls",
    "lab_absolute",
    "why_not",
];

#[test]
fn every_picture_is_as_it_was() {
    for (name, make, keys, sizes) in PICTURES {
        let mut robot = make();
        robot.press(keys);
        check(name, &mut robot, sizes);
        if MONO.contains(name) {
            check_mono(name, &mut robot);
        }
    }
}

fn later(mut robot: Robot, seconds: u64) -> Robot {
    robot.later(Duration::from_secs(seconds));
    robot
}

fn select(mut robot: Robot, name: SocketId) -> Robot {
    robot.ask(Action::SelectRow(name));
    robot
}

fn chosen(robot: Robot, row: &str) -> Robot {
    select(robot, own(row, 14).name)
}

/// The row in TIME_WAIT.
const WAITS: [&str; 2] = ["127.0.0.2:54240", "127.0.0.1:5000"];

fn gone([local, remote]: [&str; 2]) -> Robot {
    select(goodbyes(), end(local, remote))
}

fn long_gone() -> Robot {
    let mut robot = gone(WAITS);
    robot.press("t");
    later(robot, 12)
}

fn past() -> Robot {
    let mut robot = goodbyes();
    robot.press(",");
    later(robot, 12)
}

/// Unaccepted connections wait in the queue.
fn held() -> Robot {
    let mut robot = Robot::listening();
    robot.press("a");
    robot.hear(SocketEvent::AcceptHeld(ListenerId::FIRST, true));
    robot.hear(SocketEvent::Connected(own(LAPTOP[1], 11)));
    let rows = [
        "tcp 1 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=9",
        "tcp 13 0 127.0.0.1:5000 127.0.0.2:54240 ESTABLISHED",
        LAPTOP[1],
    ];
    robot.kernel(&joined(&rows));
    robot
}

fn end_of_whole_machine() -> Robot {
    let robot = whole_machine(200);
    let last = *robot.state.ui.shown.last().unwrap();
    select(robot, last)
}

fn waiting_alone() -> Robot {
    let mut robot = goodbyes();
    robot.kernel("tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=46300ms/0");
    robot
}

fn open_to_everybody() -> Robot {
    let mut robot = Robot::new();
    let addresses = [[127, 0, 0, 1], [192, 168, 1, 20]].map(IpAddr::from);
    robot.state.machine.addresses = addresses.map(LocalAddress::from).to_vec();
    let spec = ListenSpec::at(Endpoint::new([0, 0, 0, 0], 5000));
    robot.state.servers.selected_mut().spec = spec.clone();
    robot.hear(SocketEvent::Listening { spec, sockets: vec![] });
    robot.kernel("tcp 0 128 0.0.0.0:5000 0.0.0.0:* LISTEN inode=9");
    robot
}

#[test]
fn an_address_of_a_link_is_shown_with_its_interface() {
    let mut robot = Robot::new();
    let ip = "fe80::1".parse().unwrap();
    robot.state.machine.addresses = vec![LocalAddress { ip, interface: Some("eth0".to_owned()) }];
    let spec = ListenSpec::at("[::]:5000".parse().unwrap());
    robot.hear(SocketEvent::Listening { spec, sockets: vec![] });
    shows(&mut robot, &[USUAL, WIDE], &["port 5000 is reachable on fe80::1%eth0"]);
}

fn many_computers() -> Robot {
    let mut robot = two_connections();
    let connect = ConnectSpec::to(Endpoint::new([127, 0, 0, 1], 5000).into());
    robot.state.clients = Clients::new(40, connect);
    robot
}

/// The last refusal taken apart: blocking rows and remedies.
fn explained() -> Robot {
    let mut robot = refused();
    robot.press("y");
    answer(&mut robot);
    robot
}

#[test]
fn titles_have_additional_facts() {
    let mut robot = two_connections();
    robot.state.sockets.source = "procfs";
    robot.state.sockets.interrupted = true;
    robot.press("/");
    robot.type_text("phone");
    check("find", &mut robot, &[WIDE, USUAL]);
    robot.press("Enter p");
    let mut robot = later(robot, 3);
    robot.press("K j k 1 2");
    check("paused_with_keys", &mut robot, &[WIDE, USUAL]);
}

#[test]
fn a_failure_marks_the_rows_to_blame() {
    let mut robot = goodbyes();
    let blame = || vec![end(WAITS[0], WAITS[1])];
    let words = "Cannot listen on 127.0.0.1:5000: bind() failed: Address already in use (EADDRINUSE). Row 2 is in TIME_WAIT, 47 s left, \
                 because the server closed first. Wait, or set SO_REUSEADDR on both runs.";
    let at = robot.state.now;
    let words = Statement::verbatim(words);
    robot.state.notices.blame(at, words.clone(), &blame());
    robot.state.notices.say(at, Tone::Warning, Statement::verbatim("Somebody should know."));
    check("warning", &mut robot, &[SMALL]);
    robot.state.notices = Notices::default();
    robot.state.notices.blame(at, words, &blame());
    check("blamed", &mut robot, &[WIDE, USUAL]);
}

#[test]
fn the_title_names_every_watched_port() {
    let mut robot = two_connections();
    robot.state.clients.called.insert(Port(8080));
    robot.ask(Action::PointOfView);
    robot.press("T");
    let words =
        ["| grep -E ':(5000|8080) '`", "2 connections · rows at both ends: 1 LISTEN", " theme: "];
    shows(&mut robot, &[WIDE], &words);
    let target = "a-name-that-is-much-too-long.invalid:5000".parse().unwrap();
    robot.state.clients.to = Some(target);
    check("long_target", &mut robot, &[USUAL]);
}

#[test]
fn a_hidden_point_of_view_is_explained() {
    let mut robot = Robot::listening();
    robot.ask(Action::PointOfView);
    robot.ask(Action::PointOfView);
    assert_eq!(robot.state.ui.row_filter.view, PointOfView::Client);
    shows(&mut robot, &[USUAL], &["On this computer (laptop)"]);
}

#[test]
fn all_of_an_explained_refusal_can_be_scrolled_to() {
    let mut robot = refused();
    robot.press("y j j j j j j j j");
    assert!(screen(&mut robot, (60, 16)).contains("timer ends it"));
}
