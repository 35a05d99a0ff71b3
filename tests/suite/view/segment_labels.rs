//! Whose segments are on the wire.

use fivetuple::tcp::{Flags, Host};

use crate::computers::{LAPTOP, SERVER};
use crate::robot::Robot;
use crate::view::{ALL, WIDE, screen};

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
    let text = screen(&mut called(&[CALLS]), WIDE);
    assert!(text.contains("─ SYN ─"), "{text}");
    assert!(text.contains("─ SYN+ACK ─"), "{text}");
    assert!(!text.contains("SYN laptop"), "{text}");
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
    for size in ALL {
        let text = screen(&mut called(&[CALLS, PHONES]), size);
        assert!(text.contains("SYN+ACK phone"), "{text}");
        let text = screen(&mut called(&[CALLS, AGAIN, PHONES]), size);
        assert!(text.contains("phone:50000"), "{text}");
    }
}

#[test]
fn a_label_covers_neither_a_queued_nor_a_lost_segment() {
    let mut robot = called(&[CALLS, PHONES]);
    robot.press("h");
    robot.sends(5, (SERVER, SYN_ACK), (0, 1), b"");
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("─ SYN+ACK laptop ▶┃·"), "{text}");
    robot.loses(5);
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("─ SYN+ACK laptop ✗·"), "{text}");
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
    robot.press("j");
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("─ SYN ─────────────────▶"), "{text}");
    robot.crosses(3, AGAIN, PHONES, Flags::SYN);
    let text = screen(&mut robot, WIDE);
    assert!(text.contains("laptop:44520 to phone"), "{text}");
}
