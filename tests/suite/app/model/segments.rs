//! Segments that wait on the wire: which of them keys mean, which are sent again, and more than are known one by one.

use std::time::Duration;

use fivetuple::tcp::{
    FiveTuple, Flags, Protocol, Segment, WireEvent, WireOrder, WireSettings, WireStatus,
};

use crate::app::actions::wire::{numbers, orders};
use crate::app::events::lab::connected;
use crate::app::history::ladder_captured::segment;
use crate::computers::{FIRST, LAPTOP, SERVER};
use crate::robot::Robot;

const SYN_ACK: Flags = Flags::SYN.and(Flags::ACK);

#[test]
fn a_count_lets_so_many_segments_through_or_loses_them() {
    let mut robot = Robot::listening_in_lab();
    robot.press("h");
    robot.orders();
    for number in 1..=6 {
        robot.sends(number, (LAPTOP, Flags::ACK), (1, 1), b"");
    }
    robot.press("3o");
    assert_eq!(orders(&mut robot), [WireOrder::Step; 3]);
    assert_eq!(robot.said(), "Delivered 3 segments, laptop's ACK first. 3 more are queued.");
    robot.press("2u");
    assert_eq!(orders(&mut robot), [WireOrder::DropNext; 2]);
    robot.says_first("Dropped 2 segments");
    robot.press("9o");
    assert_eq!(orders(&mut robot), [WireOrder::Step], "one is left");
    robot.press("h 2u");
    assert_eq!(orders(&mut robot), [WireOrder::LetGo, WireOrder::DropNext, WireOrder::DropNext]);
}

#[test]
fn a_cut_says_what_becomes_of_those_that_waited() {
    let mut robot = connected();
    robot.press("h");
    robot.sends(1, (LAPTOP, Flags::ACK), (1, 1), b"");
    robot.press_says("B", "The queued segment is lost too.");
}

#[test]
fn what_the_kernel_sends_again_in_one_piece_is_known_again() {
    let mut robot = Robot::listening_in_lab();
    let push = Flags::PSH.and(Flags::ACK);
    robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.sends(2, (LAPTOP, push), (1, 1), b"Test payload.");
    robot.sends(3, (LAPTOP, Flags::FIN.and(Flags::ACK)), (14, 1), b"");
    robot.later(Duration::from_millis(210));
    robot.sends(4, (LAPTOP, Flags::FIN.and(push)), (1, 1), b"Test payload.");
    let lab = &robot.state.lab;
    let again: Vec<bool> = lab.crossings.iter().map(|crossing| crossing.again).collect();
    assert_eq!(again, [false, false, false, true]);
    let before = lab.sent_before(&lab.crossings[3]);
    assert_eq!(before, Some(lab.crossings[1].sent));
}

#[test]
fn numbers_are_counted_from_the_syn_of_the_connection_that_they_belong_to() {
    // Half a second later the kernel's next connection begins so far on (RFC 9293, section 3.4.1).
    const LATER: u32 = 7_812_500;
    let push = Flags::PSH.and(Flags::ACK);
    let rst = Flags::RST.and(Flags::ACK);
    let mut robot = Robot::listening_in_lab();
    let segments = [
        (LAPTOP, Flags::SYN, (0, 0), &b""[..]),
        (SERVER, SYN_ACK, (0, 1), b""),
        (LAPTOP, push, (1, 1), b"Test payload."),
        (SERVER, Flags::ACK, (1, 14), b""),
        // The laptop's end is gone without a word, and its port is used again.
        (LAPTOP, Flags::SYN, (LATER, 0), b""),
        (SERVER, Flags::ACK, (1, 14), b""),
        (LAPTOP, Flags::RST, (14, 0), b""),
        (LAPTOP, Flags::SYN, (LATER, 0), b""),
        (SERVER, SYN_ACK, (LATER, LATER + 1), b""),
        (LAPTOP, rst, (LATER + 1, LATER + 1), b""),
    ];
    for (number, (from, flags, at, data)) in (1..).zip(segments) {
        robot.sends(number, (from, flags), at, data);
    }
    let first = [(0, 0), (0, 1), (1, 1), (1, 14)];
    let between = [(0, 0), (1, 14), (14, 0), (0, 0)];
    let second = [(0, 1), (1, 1)];
    assert_eq!(numbers(&robot), [&first[..], &between, &second].concat());
    let again: Vec<bool> =
        robot.state.lab.crossings.iter().map(|crossing| crossing.again).collect();
    assert_eq!(again.iter().position(|again| *again), Some(7));
}

#[test]
fn a_rst_of_nobody_has_no_number_of_the_connection_before() {
    let mut robot = Robot::listening_in_lab();
    robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.sends(2, (SERVER, SYN_ACK), (0, 1), b"");
    // The listener is closed, and the SYN comes again.
    let zero = 0_u32.wrapping_sub(FIRST[1]);
    let rst = Flags::RST.and(Flags::ACK);
    robot.sends(3, (SERVER, rst), (zero, 1), b"");
    assert_eq!(numbers(&robot)[2], (1, 1));
}

#[test]
fn what_is_lost_is_sent_again_only_where_it_carries_something() {
    let rst = Flags::RST.and(Flags::ACK);
    for (flags, data, words) in [
        (Flags::SYN, &b""[..], "its sender retransmits it"),
        (Flags::ACK, b"", "a bare ACK is not retransmitted"),
        (Flags::ACK, b"data", "its sender retransmits it"),
        (rst, b"", "an RST is not retransmitted"),
    ] {
        let mut robot = Robot::listening_in_lab();
        robot.press("h");
        robot.sends(1, (LAPTOP, flags), (1, 1), data);
        robot.press("u");
        assert!(robot.said().contains(words), "{flags}: {}", robot.said());
    }
}

#[test]
fn the_refusal_of_a_datagram_is_lost_for_good() {
    let mut robot = Robot::listening_in_lab();
    let said = segment(1, false, Flags::default(), (0, 0), 0);
    let tuple = FiveTuple { protocol: Protocol::Udp, ..said.tuple };
    let segment = Segment { tuple, is_refusal: true, ..said };
    robot.press("h");
    robot.put(segment);
    robot.press("u");
    let said = robot.said();
    assert!(said.starts_with("Dropped the server's ICMP \"port unreachable\""), "{said}");
    assert!(said.contains("does not learn"), "{said}");
}

#[test]
fn keys_that_are_quicker_than_the_wire_speak_of_what_is_left_on_it() {
    let mut robot = Robot::listening_in_lab();
    robot.press("h");
    robot.orders();
    robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.press("o o");
    assert_eq!(orders(&mut robot), [WireOrder::Step]);
    robot.says("Nothing is queued");
    robot.press_says("u", "The next segment");
    robot.arrives(1);
    robot.sends(2, (SERVER, SYN_ACK), (0, 1), b"");
    robot.sends(3, (SERVER, SYN_ACK), (0, 1), b"");
    robot.press_says("u u", "Dropped the server's retransmitted SYN+ACK");
    assert_eq!(robot.state.lab.waiting(), 0);
}

fn tells(robot: &mut Robot, status: WireStatus) {
    robot.wire(WireEvent::Status(status));
}

/// The wire is held, and 12,000 segments are on it, of which two are known.
fn crowded(oldest: u64) -> Robot {
    let mut robot = Robot::listening_in_lab();
    robot.press("h");
    robot.orders();
    for number in 1..=2 {
        robot.sends(number, (LAPTOP, Flags::SYN), (0, 0), b"");
    }
    let status = WireStatus {
        settings: WireSettings { held: true, ..WireSettings::default() },
        unreported: 11_998,
        kept: 12_000,
        oldest: Some(oldest),
        obeyed: 1,
        ..WireStatus::default()
    };
    tells(&mut robot, status);
    robot
}

#[test]
fn a_step_counts_all_that_waits_and_names_what_is_known() {
    let mut robot = crowded(1);
    robot.press("4000o");
    assert_eq!(orders(&mut robot), vec![WireOrder::Step; 4000]);
    assert_eq!(
        robot.said(),
        "Delivered 4,000 segments, laptop's SYN first. 8,000 more are queued."
    );
    robot.press("99999o");
    assert_eq!(orders(&mut robot).len(), 8000);
    robot.press_says("o", "Nothing is queued");
}

#[test]
fn the_oldest_is_not_named_where_another_one_is_older() {
    let mut robot = crowded(0);
    robot.press("o");
    assert_eq!(robot.said(), "Delivered the oldest one. 11,999 more are queued.");
    robot.press("u");
    robot.says_first("Dropped the oldest one");
    robot.press_says("h", "11,998 segments delivered");
}

#[test]
fn a_segment_that_was_lost_untold_is_not_to_be_lost_any_more() {
    let mut robot = Robot::listening_in_lab();
    robot.press("2u");
    for drop_next in [2, 1, 0] {
        let settings = WireSettings { drop_next, ..WireSettings::default() };
        tells(&mut robot, WireStatus { settings, obeyed: 2, ..WireStatus::default() });
        assert_eq!(robot.state.lab.wire.drop_next, drop_next);
    }
}

#[test]
fn a_status_from_before_an_order_does_not_undo_it() {
    let mut robot = Robot::listening_in_lab();
    robot.press("h");
    tells(&mut robot, WireStatus::default());
    assert!(robot.state.lab.wire.held, "the wire has not taken the order yet");
    tells(&mut robot, WireStatus { obeyed: 1, ..WireStatus::default() });
    assert!(!robot.state.lab.wire.held, "the wire says how it is set");
}

#[test]
fn frames_that_never_came_on_the_wire_are_told_but_not_each() {
    let mut robot = Robot::listening_in_lab();
    let tally = WireStatus { missed: 70, ..WireStatus::default() };
    tells(&mut robot, tally);
    let said = robot.said();
    assert!(said.starts_with("70 frames never reached the wire"), "{said}");
    let told = robot.state.notices.len();
    tells(&mut robot, WireStatus { missed: 1, ..tally });
    assert_eq!(robot.state.notices.len(), told);
    tells(&mut robot, tally);
    robot.says_first("141 frames");
}
