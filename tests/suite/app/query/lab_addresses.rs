//! In the lab each computer has a loopback of its own, and not every address of its network has somebody.

use fivetuple::app::{Event, Overlay, Verdict};
use fivetuple::tcp::{
    Call, Command, ConnectSpec, Endpoint, Errno, LabEvent, ListenSpec, Probe, SocketEvent,
    SyscallError,
};

use crate::computers::{LAPTOP, SERVER};
use crate::robot::{Robot, own};
use crate::view::{WIDE, screen};

/// The server's listener at its own loopback.
const LISTEN: &str = "tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN host=1 inode=9";

/// A lab whose server listens at 127.0.0.1.
fn at_loopback() -> Robot {
    let mut robot = Robot::in_lab(3);
    robot.state.server.spec.at.ip = [127, 0, 0, 1].into();
    robot.press("l");
    robot.hear(SocketEvent::Listening {
        spec: ListenSpec { host: SERVER, ..ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000)) },
        sockets: vec![own(LISTEN, 9)],
    });
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
    assert!(robot.said().contains("Only the server's own computer gets in"), "{}", robot.said());
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("only its own computer gets in"), "{text}");
    assert!(!text.contains("only the lab gets in"), "{text}");
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
        "127.0.0.1 is the laptop's own loopback, and nobody listens there",
        "the server's listener at 127.0.0.1:5000 is on another computer",
        "192.168.1.10 or 0.0.0.0 (L)",
    ] {
        assert!(robot.said().contains(part), "{part}: {}", robot.said());
    }
    assert!(!robot.said().contains("nearest LISTEN"), "{}", robot.said());
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
    let words: Vec<_> = case.remedies.iter().map(|one| one.words.as_str()).collect();
    assert_eq!(words, ["listening at 192.168.1.10:5000 (L): is it free?"]);
    robot.press("Esc L");
    let text = screen(&mut robot, WIDE);
    assert!(
        text.contains("192.168.1.10: the lab; 127.0.0.1: the server's own computer only"),
        "{text}"
    );
}

#[test]
fn an_address_that_nobody_has_is_not_answered_on_the_link() {
    let mut robot = Robot::listening_in_lab();
    robot.press("c");
    robot.orders();
    robot.hear(refused("192.168.1.99:80", Errno::EHOSTUNREACH));
    for part in ["EHOSTUNREACH", "nobody has 192.168.1.99 on this link", "ARP", "192.168.1.10"] {
        assert!(robot.said().contains(part), "{part}: {}", robot.said());
    }
    assert!(!robot.said().contains("lo up"), "{}", robot.said());
    robot.press("y");
    let case = robot.state.notices.case.as_ref().unwrap();
    let remedies: Vec<_> =
        case.remedies.iter().map(|one| (one.words.as_str(), one.verdict)).collect();
    assert!(
        matches!(
            remedies[..],
            [(
                "calling an address that is there: 192.168.1.10, .13, .14, .15 (C)",
                Verdict::NotTried(_)
            )]
        ),
        "{remedies:?}"
    );
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("What would help?"), "{text}");
    assert!(!text.contains("Tried just now"), "nothing was: {text}");
}

#[test]
fn no_syn_is_said_to_be_sent_to_an_address_that_nobody_has() {
    let row = "tcp 0 1 192.168.1.13:44508 192.168.1.99:80 SYN_SENT host=2 inode=11 cookie=7";
    for held in [false, true] {
        let mut robot = Robot::listening_in_lab();
        robot.state.lab.wire.held = held;
        robot.press("c");
        robot.hear(SocketEvent::Connecting(own(row, 11)));
        let said = robot.said();
        assert!(
            said.contains("nobody has 192.168.1.99 on this link") && said.contains("no SYN"),
            "{said}"
        );
        assert!(!said.contains(": SYN is sent"), "{said}");
        assert!(!said.contains("o lets"), "{said}");
    }
}

#[test]
fn a_call_while_the_lab_goes_down_is_not_made_and_one_under_way_is_explained() {
    let mut robot = Robot::listening_in_lab();
    robot.press("c N");
    robot.orders();
    robot.press("c");
    assert!(robot.commands().is_empty());
    assert!(robot.said().contains("The lab is stopping"), "{}", robot.said());
    robot.hear(refused("192.168.1.10:500", Errno::EHOSTUNREACH));
    assert!(
        robot.said().contains("the lab is being taken down, and its computers go"),
        "{}",
        robot.said()
    );
    assert!(!robot.said().contains("EHOSTUNREACH"), "{}", robot.said());
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
        let Some(Overlay::ConnectForm(form)) = &robot.state.ui.overlay else {
            panic!("no form");
        };
        assert!(form.fields[1].hint.ends_with(own), "{}", form.fields[1].hint);
    }
}
