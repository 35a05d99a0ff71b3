//! The forms: what is typed into them, and what they say beside the values.

use std::net::IpAddr;
use std::time::Duration;

use fivetuple::app::{Event, Overlay};
use fivetuple::tcp::{Endpoint, ListenSpec, Port, ServerCloses, SocketEvent, SourcePort, Stays};

use crate::app::{laptop_connected, shows};
use crate::robot::{LISTEN, Robot, own};
use crate::view::WIDE;

#[test]
fn a_paste_outside_of_a_form_presses_no_key() {
    let mut robot = laptop_connected();
    robot.orders();
    robot.tell(Event::Pasted("qqq\x1b[Cq".repeat(1000)));
    assert!(robot.orders().is_empty());
    robot.press("C");
    robot.tell(Event::Pasted("\x1b9.9.9.9:80\n".into()));
    let form = robot.form();
    assert_eq!(
        form.fields[0].shown(),
        "9.9.9.9:80",
        "what is pasted takes the place of the old value"
    );
}

#[test]
fn a_wrong_value_is_refused_in_the_form_with_what_would_be_right() {
    let mut robot = Robot::new();
    robot.enter("L Tab", "99999");
    let form = robot.form();
    assert_eq!(
        form.wrong.as_ref().map(|wrong| (wrong.field, &*wrong.why)),
        Some((1, "The port must be a number from 0 to 65535."))
    );
    assert!(robot.commands().is_empty());
}

#[test]
fn the_clients_form_applies_a_toy_range() {
    let mut robot = Robot::listening();
    robot.press("C Down Down Right Right Right");
    let form = robot.form();
    assert_eq!(form.fields[2].call, "IP_LOCAL_PORT_RANGE");
    robot.press("Enter");
    assert!(
        matches!(robot.state.clients.spec.source_port, SourcePort::Toy(range) if range.len() == 8)
    );
}

#[test]
fn the_first_letter_in_a_field_replaces_its_value_and_the_next_goes_on() {
    let mut robot = Robot::new();
    robot.press("L Tab");
    robot.type_text("80");
    let form = robot.form();
    assert_eq!(form.fields[1].shown(), "80");
    robot.press("Tab shift-Tab Left");
    robot.type_text("8");
    let form = robot.form();
    assert_eq!(form.fields[1].shown(), "880", "an arrow keeps the value");
}

fn typed(form: &str, down: usize, text: &str) -> Robot {
    let mut robot = Robot::new();
    robot.press(&format!("{form} {}", "Down ".repeat(down)));
    robot.press("ctrl-u");
    robot.type_text(text);
    robot
}

#[test]
fn what_is_typed_into_a_field_that_depends_on_a_choice_makes_that_choice() {
    for (down, text, wanted) in [
        (3, "7601", SourcePort::Fixed(Port(7601))),
        (4, "45000-45003", SourcePort::Toy("45000-45003".parse().unwrap())),
    ] {
        let mut robot = typed("C", down, text);
        robot.press("Enter");
        assert_eq!(robot.state.clients.spec.source_port, wanted, "{text}");
    }
    let mut robot = typed("C", 8, "3");
    robot.press("Enter");
    let three = Duration::from_secs(3);
    assert_eq!(robot.state.clients.spec.stays, Stays::For(three));
    let mut robot = typed("L", 6, "3");
    robot.press("Enter");
    assert_eq!(
        robot.state.server.spec.closes,
        ServerCloses::After(three),
        "the server's seconds, too"
    );
}

#[test]
fn what_is_typed_and_wrong_is_refused_whatever_was_chosen_before() {
    for (form, down, text) in [
        ("C", 3, "70000"),
        ("C", 3, "0"),
        ("C", 3, ""),
        ("C", 4, "80-90"),
        ("C", 4, ""),
        ("C", 8, "never"),
        ("L", 6, "-1"),
    ] {
        let mut robot = typed(form, down, text);
        robot.press("Enter");
        let Some(Overlay::Form(_, open)) = &robot.state.ui.overlay else {
            panic!("{form} took {text:?}")
        };
        let wrong = open.wrong.as_ref().map(|wrong| wrong.field);
        assert_eq!((wrong, open.at), (Some(down), down), "{text:?}");
    }
}

#[test]
fn going_through_a_field_chooses_nothing_and_the_last_choice_counts() {
    let mut robot = Robot::new();
    robot.press("C Down Down Down Left Right Home End Down Down Enter");
    assert_eq!(robot.state.clients.spec.source_port, SourcePort::KernelPicks);
    let mut robot = typed("C", 3, "7601");
    robot.press("Up Left Enter");
    assert_eq!(robot.state.clients.spec.source_port, SourcePort::KernelPicks);
}

fn listening_at(spec: ListenSpec) -> Robot {
    let mut robot = Robot::new();
    robot.state.machine.addresses = ["127.0.0.1", "::1", "192.168.1.7", "fd00::7"]
        .map(|ip| ip.parse::<IpAddr>().unwrap())
        .to_vec();
    robot.listens(spec, LISTEN);
    robot
}

#[test]
fn the_calls_are_those_of_the_targets_ip_version() {
    let v6 = Endpoint::new(std::net::Ipv6Addr::LOCALHOST, 5000);
    let mut robot = listening_at(ListenSpec::at(v6));
    robot.press("C");
    let calls = |robot: &Robot| [1, 11].map(|n| robot.form().fields[n].call.clone());
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
    let fields = &robot.form().fields;
    assert_eq!(fields[1].call, "bind(fd, [::1]:...)");
    assert_eq!(fields[11].call, "socket(AF_INET6, SOCK_STREAM)");
}

#[test]
fn the_warning_names_only_addresses_that_reach_the_listener() {
    let all = Endpoint::new(std::net::Ipv6Addr::UNSPECIFIED, 5000);
    let mut both = listening_at(ListenSpec::at(all));
    shows(&mut both, WIDE, "192.168.1.7, fd00::7");
    let mut six = listening_at(ListenSpec { only_v6: true, ..ListenSpec::at(all) });
    shows(&mut six, WIDE, "reachable on fd00::7");
}

#[test]
fn what_the_person_typed_is_shown_as_it_was_typed() {
    let mut robot = Robot::listening();
    robot.press("C");
    (0..6).for_each(|_| robot.press("Down"));
    robot.type_text("Grüße, 大, é");
    shows(&mut robot, WIDE, "Grüße, 大 , é");
    robot.press("Enter C");
    assert_eq!(robot.form().fields[6].shown(), "Grüße, 大, é");
    shows(&mut robot, WIDE, "Grüße, 大 , é");
    // What cannot be seen, or turns the writing around, stays escaped.
    (0..6).for_each(|_| robot.press("Down"));
    robot.type_text("a\u{202e}c\u{301}");
    shows(&mut robot, WIDE, r"a\xe2\x80\xaec\xcc\x81");
}

#[test]
fn a_stranger_who_says_the_same_is_escaped() {
    let mut robot = Robot::listening();
    let row = "tcp 0 0 127.0.0.1:5000 127.0.0.1:40000 ESTABLISHED inode=12";
    robot.hear(SocketEvent::Accepted(own(row, 12)));
    robot.hear(SocketEvent::Received { at: own(row, 12).name, bytes: 2, first: "é".into() });
    robot.says(r"\xc3\xa9");
}
