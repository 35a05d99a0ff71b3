//! Whose segments are on the wire.

use fivetuple::tcp::{FiveTuple, Flags, Host, IcmpMessage, Protocol, Segment};

use crate::computers::{LAPTOP, SERVER, segment};
use crate::robot::Robot;
use crate::view::{ALL, WIDE, screen, shows, shows_not};

const PHONE: Host = Host(3);
const SERVES: (Host, &str) = (SERVER, "192.168.1.10:500");
const CALLS: (Host, &str) = (LAPTOP, "192.168.1.13:44506");
const AGAIN: (Host, &str) = (LAPTOP, "192.168.1.13:44520");
const PHONES: (Host, &str) = (PHONE, "192.168.1.14:50000");
const SYN_ACK: Flags = Flags::SYN.and(Flags::ACK);

/// A wire on which these ends have connected to the server.
fn called(ends: &[(Host, &str)]) -> Robot {
    let mut robot = Robot::listening_in_lab();
    for (number, end) in (1..).step_by(2).zip(ends) {
        robot.crosses(number, *end, SERVES, Flags::SYN);
        robot.crosses(number + 1, SERVES, *end, SYN_ACK);
    }
    robot
}

#[test]
fn one_connection_needs_no_name() {
    shows(&mut called(&[CALLS]), &[WIDE], &["─ SYN ─", "─ SYN+ACK ─"]);
    shows_not(&mut called(&[CALLS]), &[WIDE], &["SYN laptop"]);
}

#[test]
fn ports_distinguish_two_connections_of_a_computer() {
    let text = screen(&mut called(&[CALLS, AGAIN]), WIDE);
    for port in ["44506", "44520"] {
        assert!(text.contains(&format!("─ SYN :{port} ─")), "{text}");
        assert!(text.contains(&format!("─ SYN+ACK :{port} ─")), "{text}");
    }
}

#[test]
fn segments_of_several_computers_have_their_names_at_every_size() {
    shows(&mut called(&[CALLS, PHONES]), &ALL, &["SYN+ACK phone"]);
    shows(&mut called(&[CALLS, AGAIN, PHONES]), &ALL, &["phone:50000"]);
}

#[test]
fn an_echo_has_its_name_and_makes_no_connection() {
    let mut robot = called(&[CALLS]);
    robot.press("h");
    let ends = [(LAPTOP, "192.168.1.13:0"), (SERVER, "192.168.1.10:0")];
    let ping = segment(3, ends, Flags::default(), (0, 0), &[7; 56]);
    let tuple = FiveTuple { protocol: Protocol::Udp, ..ping.tuple };
    robot.put(Segment { tuple, icmp: Some(IcmpMessage::EchoRequest), ..ping });
    shows(&mut robot, &[WIDE], &["─ SYN+ACK ─", "─ ICMP ─", "echo request"]);
    robot.press("u");
    robot.says("Dropped laptop's ICMP \"echo request\"");
    robot.press("O t");
    shows_not(&mut robot, &[WIDE], &["─:0", ":0 ", "▶:0"]);
}

#[test]
fn a_label_covers_neither_a_queued_nor_a_lost_segment() {
    let mut robot = called(&[CALLS, PHONES]);
    robot.press("h");
    robot.sends(5, (SERVER, SYN_ACK), (0, 1), b"");
    shows(&mut robot, &[WIDE], &["─ SYN+ACK laptop ▶┃·"]);
    robot.loses(5);
    shows(&mut robot, &[WIDE], &["─ SYN+ACK laptop ✗·"]);
}

#[test]
fn segments_between_clients_have_both_directions() {
    let mut robot = Robot::listening_in_lab();
    robot.crosses(1, CALLS, PHONES, Flags::SYN);
    robot.crosses(2, PHONES, CALLS, Flags::RST);
    let text = screen(&mut robot, WIDE);
    // The table at the right is the laptop's.
    for (arrow, whose) in [
        ("◀───────────────── SYN ─", "laptop to phone"),
        ("─ RST ─────────────────▶", "phone to laptop"),
    ] {
        assert!(text.contains(arrow) && text.contains(whose), "{text}");
    }
    robot.press(">");
    shows(&mut robot, &[WIDE], &["─ SYN ─────────────────▶"]);
    robot.crosses(3, AGAIN, PHONES, Flags::SYN);
    shows(&mut robot, &[WIDE], &["laptop:44520 to phone"]);
}
