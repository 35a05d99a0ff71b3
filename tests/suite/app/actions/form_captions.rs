//! What the forms, and the warning that others get in, say beside the values.

use std::net::IpAddr;

use fivetuple::app::{Form, Overlay};
use fivetuple::tcp::{Endpoint, ListenSpec, SocketEvent};

use crate::robot::{LISTEN, Robot, own};
use crate::view::{WIDE, screen};

fn form(robot: &Robot) -> &Form {
    let Some(Overlay::ConnectForm(form)) = &robot.state.ui.overlay else {
        panic!("the form is open")
    };
    form
}

fn listening_at(spec: ListenSpec) -> Robot {
    let mut robot = Robot::new();
    robot.state.machine.addresses = ["127.0.0.1", "::1", "192.168.1.7", "fd00::7"]
        .map(|ip| ip.parse::<IpAddr>().unwrap())
        .to_vec();
    robot.hear(SocketEvent::Listening { spec, sockets: vec![own(LISTEN, 9)] });
    robot
}

#[test]
fn the_calls_are_those_of_the_targets_ip_version() {
    let v6 = Endpoint::new(std::net::Ipv6Addr::LOCALHOST, 5000);
    let mut robot = listening_at(ListenSpec::at(v6));
    robot.press("C");
    let calls = |robot: &Robot| [1, 11].map(|n| form(robot).fields[n].call.clone());
    assert_eq!(calls(&robot), ["no bind() to an address", "socket(AF_INET6, SOCK_STREAM)"]);
    for (target, bind, socket) in [
        ("127.0.0.1:80", "bind(fd, its own:...)", "AF_INET, "),
        ("[::1]:80", "no bind() to an address", "AF_INET6, "),
        ("192.168.1.9:80", "no bind() to an address", "AF_INET, "),
        ("example.com:80", "no bind() to an address", "AF_INET or AF_INET6, "),
        ("localhost:80", "bind(fd, its own:...)", "AF_INET, "),
    ] {
        robot.press("Esc C");
        robot.type_text(target);
        let [from, kind] = calls(&robot);
        assert_eq!(from, bind, "{target}");
        assert!(kind.starts_with(&format!("socket({socket}")), "{target}: {kind}");
    }
}

#[test]
fn an_address_to_come_from_decides_the_ip_version_too() {
    let mut robot = Robot::listening();
    robot.press("C");
    robot.type_text("example.com:80");
    robot.press("Tab");
    robot.type_text("::1");
    let fields = &form(&robot).fields;
    assert_eq!(fields[1].call, "bind(fd, [::1]:...)");
    assert_eq!(fields[11].call, "socket(AF_INET6, SOCK_STREAM)");
}

#[test]
fn the_warning_names_only_addresses_that_reach_the_listener() {
    let all = Endpoint::new(std::net::Ipv6Addr::UNSPECIFIED, 5000);
    let mut both = listening_at(ListenSpec::at(all));
    let banner = screen(&mut both, WIDE);
    assert!(banner.contains("192.168.1.7, fd00::7"), "{banner}");
    let mut six = listening_at(ListenSpec { only_v6: true, ..ListenSpec::at(all) });
    let banner = screen(&mut six, WIDE);
    assert!(banner.contains("reachable on fd00::7"), "{banner}");
}

#[test]
fn what_the_person_typed_is_shown_as_it_was_typed() {
    let mut robot = Robot::listening();
    robot.press("C");
    (0..6).for_each(|_| robot.press("Down"));
    robot.type_text("Grüße, 大, é");
    let typed = screen(&mut robot, WIDE);
    assert!(typed.contains("Grüße, 大 , é"), "a wide letter takes two cells:\n{typed}");
    robot.press("Enter C");
    assert_eq!(form(&robot).fields[6].shown(), "Grüße, 大, é");
    let again = screen(&mut robot, WIDE);
    assert!(again.contains("Grüße, 大 , é"), "{again}");
    // What cannot be seen, or turns the writing around, stays escaped.
    (0..6).for_each(|_| robot.press("Down"));
    robot.type_text("a\u{202e}c\u{301}");
    let hostile = screen(&mut robot, WIDE);
    assert!(hostile.contains(r"a\xe2\x80\xaec\xcc\x81"), "{hostile}");
}

#[test]
fn a_stranger_who_says_the_same_is_escaped() {
    let mut robot = Robot::listening();
    let row = "tcp 0 0 127.0.0.1:5000 127.0.0.1:40000 ESTABLISHED inode=12";
    robot.hear(SocketEvent::Accepted(own(row, 12)));
    robot.hear(SocketEvent::Received { at: own(row, 12).name, bytes: 2, first: "é".into() });
    assert!(robot.said().contains(r"\xc3\xa9"), "{}", robot.said());
}
