//! In the lab each computer has a loopback of its own, and not every address of its network has somebody.

use fivetuple::app::{Event, Remedy, Verdict};
use fivetuple::tcp::{
    Call, Command, ConnectSpec, Endpoint, Errno, LabEvent, Probe, SocketEvent, SyscallError,
};

use crate::app::{shows, shows_not};
use crate::computers::{LAPTOP, SERVER};
use crate::robot::{Robot, own};
use crate::view::{WIDE, screen};

const LISTEN: &str = "tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN host=1 inode=9";

fn at_loopback() -> Robot {
    let mut robot = Robot::in_lab(3);
    robot.state.server.spec.at.ip = [127, 0, 0, 1].into();
    robot.press("l");
    robot.server_listens([127, 0, 0, 1], 5000, LISTEN);
    robot.tables(&[LISTEN], &[]);
    robot.orders();
    robot
}

/// What the laptop's call came to.
pub(crate) fn refused(to: &str, errno: Errno) -> SocketEvent {
    let to: Endpoint = to.parse().unwrap();
    SocketEvent::ConnectFailed {
        spec: ConnectSpec { host: LAPTOP, ..ConnectSpec::to(to.into()) },
        to: Some(to),
        local: None,
        why: SyscallError { call: Call::Connect, errno },
    }
}

#[test]
fn a_loopback_listener_lets_in_only_its_own_computer_and_is_seen_to() {
    let mut robot = at_loopback();
    robot.says("Reachable from the server's own host only");
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("reachable from its host only"), "{text}");
    assert!(!text.contains("lab connections only"), "{text}");
    assert!(text.contains("127.0.0.1:5000 0.0.0.0:*"), "{text}");
}

#[test]
fn its_server_listens_where_the_command_line_says_and_so_does_the_next_labs() {
    let mut robot = Robot::new();
    robot.state.lab.bind = Some([0, 0, 0, 0].into());
    for _ in 0..2 {
        robot.enter_lab(3);
        robot.press("l c");
        let commands = robot.commands();
        let [Command::Listen(listen), Command::Connect(connect, _)] = &commands[..] else {
            panic!("{commands:?}");
        };
        assert_eq!((listen.host, listen.at.to_string().as_str()), (SERVER, "0.0.0.0:5000"));
        assert_eq!(connect.to.to_string(), "192.168.1.10:5000");
        robot.press("N");
        robot.tell(Event::Lab(LabEvent::Down(None)));
        assert_eq!(robot.state.server.at().to_string(), "127.0.0.1:5000");
    }
}

#[test]
fn whoever_calls_it_from_another_computer_calls_himself_and_is_told() {
    let mut robot = at_loopback();
    robot.press("c");
    robot.hear(refused("127.0.0.1:5000", Errno::ECONNREFUSED));
    for part in [
        "laptop cannot connect to 127.0.0.1:5000",
        "127.0.0.1 is the laptop's own loopback, and nothing is listening there",
        "the server's listener at 127.0.0.1:5000 is on another computer",
        "192.168.1.10 or 0.0.0.0 (L)",
    ] {
        robot.says(part);
    }
    robot.says_not("nearest LISTEN");
}

#[test]
fn the_detective_tries_what_can_help_there() {
    let mut robot = at_loopback();
    robot.press("c");
    robot.hear(refused("127.0.0.1:5000", Errno::ECONNREFUSED));
    robot.orders();
    robot.press("y");
    let commands = robot.commands();
    let [Command::Try(trials)] = &commands[..] else { panic!("{commands:?}") };
    let [Probe::Bind { host, at, .. }] = trials[..] else { panic!("{trials:?}") };
    assert_eq!((host, at.to_string().as_str()), (SERVER, "192.168.1.10:5000"));
    let case = robot.state.notices.case.as_ref().unwrap();
    let words: Vec<_> = case.remedies.iter().map(Remedy::text).collect();
    assert_eq!(words, ["listening on 192.168.1.10:5000 (L): is it free?"]);
    robot.press("Esc L");
    shows(&mut robot, WIDE, "192.168.1.10: the lab; 127.0.0.1: the server's own computer only");
}

#[test]
fn an_address_that_nobody_has_is_not_answered_on_the_link() {
    let mut robot = Robot::listening_in_lab();
    robot.press("c");
    robot.orders();
    robot.hear(refused("192.168.1.99:80", Errno::EHOSTUNREACH));
    for part in ["EHOSTUNREACH", "no host on this link has 192.168.1.99", "ARP", "192.168.1.10"] {
        robot.says(part);
    }
    robot.says_not("lo up");
    robot.press("y");
    let case = robot.state.notices.case.as_ref().unwrap();
    let remedies: Vec<_> = case.remedies.iter().map(|one| (one.text(), one.verdict)).collect();
    let words = "connecting to an existing address: 192.168.1.10, .13, .14, .15 (C)";
    assert_eq!(remedies, [(words.to_owned(), Verdict::NotTried)]);
    shows(&mut robot, WIDE, "What would work?");
    shows_not(&mut robot, WIDE, "Just tested");
}

#[test]
fn no_syn_is_said_to_be_sent_to_an_address_that_nobody_has() {
    let row = "tcp 0 1 192.168.1.13:44508 192.168.1.99:80 SYN_SENT host=2 inode=11 cookie=7";
    for held in [false, true] {
        let mut robot = Robot::listening_in_lab();
        robot.state.lab.wire.held = held;
        robot.press("c");
        robot.hear(SocketEvent::Connecting(own(row, 11)));
        let said = robot.said_in_the_end();
        let why = "192.168.1.99:80, but no SYN has been sent";
        assert!(said.contains(why) && said.contains("no host on this link has it"), "{said}");
        assert!(!said.contains("o delivers"), "{said}");
    }
}

#[test]
fn a_call_while_the_lab_goes_down_is_not_made_and_one_under_way_is_explained() {
    let mut robot = Robot::listening_in_lab();
    robot.press("c N");
    robot.orders();
    robot.press("c");
    assert!(robot.commands().is_empty());
    robot.says("The lab is stopping");
    robot.hear(refused("192.168.1.10:500", Errno::EHOSTUNREACH));
    robot.says("the lab and its computers are being taken down");
    robot.says_not("EHOSTUNREACH");
    robot.tell(Event::Lab(LabEvent::Down(None)));
    robot.press("c");
    assert!(matches!(robot.commands()[..], [.., Command::Connect(..)]));
}

#[test]
fn the_form_for_connecting_names_addresses_that_the_computers_have() {
    for (lab, own) in [
        (None, "\"its own\" (127.0.0.2, .3, ...)"),
        (Some(2), "\"its own\" (192.168.1.13)"),
        (Some(3), "\"its own\" (192.168.1.13, .14)"),
        (Some(4), "\"its own\" (192.168.1.13, .14, ...)"),
    ] {
        let mut robot = lab.map_or_else(Robot::new, Robot::in_lab);
        robot.press("C");
        let form = robot.form();
        assert!(form.fields[1].hint.ends_with(own), "{}", form.fields[1].hint);
    }
}
