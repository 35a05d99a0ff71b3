//! What keys do with the wire, and what is known of the segments on it.

use std::time::Duration;

use fivetuple::app::Effect;
use fivetuple::tcp::{
    CloseKind, Command, Delivery, Flags, LabOrder, SocketEvent, WireEvent, WireOrder,
};

use crate::app::events::lab::{connected, name};
use crate::computers::{CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::Robot;

const SYN_ACK: Flags = Flags::SYN.and(Flags::ACK);

pub(crate) fn orders(robot: &mut Robot) -> Vec<WireOrder> {
    let order =
        |order| if let Effect::Lab(LabOrder::Wire(order)) = order { Some(order) } else { None };
    robot.orders().into_iter().filter_map(order).collect()
}

#[test]
fn without_the_lab_each_key_says_that_n_starts_it() {
    for key in ["h", "o", "b", "u", "B", "R"] {
        let mut robot = Robot::new();
        assert!(robot.orders_by(key).is_empty());
        assert!(robot.said().contains("Press N for the lab"), "{key}: {}", robot.said());
    }
}

#[test]
fn each_key_is_one_order_and_one_sentence() {
    let mut robot = Robot::in_lab(3);
    let table = [
        ("h", WireOrder::Hold, "The wire is held"),
        ("h", WireOrder::LetGo, "Nothing was queued"),
        ("b", WireOrder::Delay(Duration::from_millis(100)), "delay set to 100 ms"),
        ("b", WireOrder::Delay(Duration::from_millis(500)), "round trip takes 1 s"),
        ("b", WireOrder::Delay(Duration::from_secs(2)), "round trip takes 4 s"),
        ("b", WireOrder::Delay(Duration::ZERO), "no delay again"),
        ("u", WireOrder::DropNext, "The next segment will be dropped"),
        ("u", WireOrder::DropNext, "The next 2 segments"),
        ("B", WireOrder::Cut, "The cable is cut"),
        ("B", WireOrder::Mend, "The cable is reconnected"),
    ];
    for (key, order, words) in table {
        robot.press(key);
        assert_eq!(orders(&mut robot), [order], "{key}");
        assert!(robot.said().contains(words), "{key}: {}", robot.said());
    }
}

#[test]
fn a_step_names_what_it_lets_through_and_only_while_the_wire_is_held() {
    let mut robot = Robot::listening_in_lab();
    robot.press_says("o", "Press h to hold it");
    robot.press_says("h o", "Nothing is queued");
    robot.orders();
    robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.press("o");
    assert_eq!(orders(&mut robot), [WireOrder::Step]);
    assert_eq!(robot.said(), "Delivered laptop's SYN. Nothing else is queued.");
    robot.arrives(1);
    assert_eq!(robot.state.lab.waiting(), 0);
    robot.sends(2, (SERVER, SYN_ACK), (0, 1), b"");
    robot.press_says("u", "Dropped the server's SYN+ACK");
    robot.loses(2);
    assert_eq!(robot.state.lab.wire.drop_next, 0);
    assert!(matches!(robot.state.lab.crossings[1].fate, Delivery::Lost(..)));
}

#[test]
fn a_reset_says_that_it_lets_the_wire_go_after_everything_is_closed() {
    let mut robot = connected();
    robot.press("h");
    robot.orders();
    robot.press_says("r", "no delay again");
    let orders = robot.orders();
    let place = |wanted: &Effect| orders.iter().position(|order| order == wanted);
    let closes = place(&Effect::Run(Command::CloseEverything));
    let lets_go = place(&Effect::Lab(LabOrder::Wire(WireOrder::LetGo)));
    assert!(closes.is_some() && closes < lets_go, "{orders:?}");
    robot.press("r");
    robot.says_not("cable");
}

#[test]
fn the_same_syn_or_bytes_once_more_are_a_retransmission_but_no_mere_ack_is() {
    let mut robot = Robot::listening_in_lab();
    let push = Flags::PSH.and(Flags::ACK);
    robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.loses(1);
    robot.later(Duration::from_millis(1020));
    robot.sends(2, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.sends(3, (SERVER, SYN_ACK), (0, 1), b"");
    robot.sends(4, (LAPTOP, Flags::ACK), (1, 1), b"");
    robot.sends(5, (LAPTOP, Flags::ACK), (1, 1), b"");
    robot.sends(6, (LAPTOP, push), (1, 1), b"Test payload.");
    robot.sends(7, (LAPTOP, push), (1, 1), b"Test payload.");
    let lab = &robot.state.lab;
    let again: Vec<u64> = lab
        .crossings
        .iter()
        .filter(|crossing| crossing.again)
        .map(|crossing| crossing.segment.number)
        .collect();
    assert_eq!(again, [2, 7]);
    let before = lab.sent_before(&lab.crossings[1]).unwrap();
    assert_eq!(lab.crossings[1].sent.since(before), Duration::from_millis(1020));
}

/// Sequence and acknowledgement numbers of all segments, as they are shown.
pub(crate) fn numbers(robot: &Robot) -> Vec<(u32, u32)> {
    let lab = &robot.state.lab;
    let crossings = lab.crossings.iter();
    crossings.map(|crossing| lab.numbers(crossing)).collect()
}

#[test]
fn numbers_are_counted_from_the_syn_of_each_end_unless_the_absolute_ones_are_wanted() {
    let mut robot = Robot::listening_in_lab();
    robot.sends(1, (LAPTOP, Flags::SYN), (0, 0), b"");
    robot.sends(2, (SERVER, SYN_ACK), (0, 1), b"");
    robot.sends(3, (LAPTOP, Flags::ACK), (1, 1), b"");
    assert_eq!(numbers(&robot), [(0, 0), (0, 1), (1, 1)]);
    robot.press("R");
    let absolute = numbers(&robot);
    assert_eq!(absolute[2], (absolute[0].0 + 1, absolute[1].0 + 1));
    assert!(absolute[0].0 > 1_000_000, "{absolute:?}");
}

#[test]
fn what_is_remembered_of_segments_has_a_bound() {
    let mut robot = Robot::listening_in_lab();
    for number in 1..=10_000 {
        robot.sends(number, (LAPTOP, Flags::SYN), (0, 0), b"");
    }
    assert!(robot.state.lab.crossings.len() < 5000);
    assert_eq!(robot.state.lab.crossings.back().unwrap().segment.number, 10_000);
    assert_eq!(robot.state.lab.waiting(), 10_000, "all are on the wire");
}

#[test]
fn a_reset_makes_a_plain_wire_of_it() {
    let mut robot = Robot::in_lab(3);
    robot.press("h b B");
    robot.orders();
    robot.press("r");
    let delay = WireOrder::Delay(Duration::ZERO);
    assert_eq!(orders(&mut robot), [WireOrder::LetGo, delay, WireOrder::Mend]);
    assert!(!robot.state.lab.wire.is_slow());
    assert!(robot.state.lab.is_up());
}

#[test]
fn on_a_slow_wire_nothing_is_said_of_an_end_that_has_not_heard_of_it() {
    let mut robot = connected();
    robot.press("b");
    robot.later(Duration::from_secs(1));
    robot.hear(SocketEvent::Sent { at: name(CLIENT), bytes: 13 });
    robot.sends(1, (LAPTOP, Flags::PSH.and(Flags::ACK)), (1, 1), b"Test payload.");
    robot.tables(&[LISTEN, SERVES], &[&CLIENT.replace("tcp 0 0", "tcp 0 13")]);
    robot.later(Duration::from_millis(30));
    robot.says("on the wire, and in its Send-Q");
    robot.press("d");
    robot.closes(name(CLIENT), CloseKind::Close);
    robot.says_not("closed");
    robot.tables(&[LISTEN, SERVES], &[&CLIENT.replace("ESTABLISHED", "FIN_WAIT1")]);
    robot.later(Duration::from_millis(30));
    robot.says("FIN_WAIT1");
    robot.says("server's row is still in ESTABLISHED");
}

#[test]
fn a_reset_and_a_mended_cable_forget_what_was_still_to_be_lost() {
    let mend = Effect::Lab(LabOrder::Wire(WireOrder::Mend));
    for keys in ["u r", "u B B"] {
        let mut robot = Robot::in_lab(3);
        assert!(robot.orders_by(keys).contains(&mend), "{keys}");
        assert_eq!(robot.state.lab.wire.drop_next, 0, "{keys}");
    }
}

#[test]
fn a_full_wire_is_told_with_what_makes_room() {
    for (keys, until) in [("h", "until h releases the wire"), ("b", "until some have arrived")] {
        let mut robot = Robot::in_lab(3);
        robot.press(keys);
        robot.wire(WireEvent::Full { frames: 4096, bytes: 256 << 20 });
        let full =
            "The wire is full: 4,096 frames of 256 MiB are on it. Anything sent now is dropped ";
        robot.says(&format!("{full}{until}"));
    }
}

#[test]
fn a_mended_cable_says_that_nothing_is_to_be_lost_any_more_where_something_was() {
    let words = "No more segments will be dropped";
    for (keys, is_said) in [("3u B B", true), ("B B", false)] {
        let mut robot = Robot::listening_in_lab();
        robot.press(keys);
        let said = robot.said();
        assert!(said.starts_with("The cable is reconnected"), "{said}");
        assert_eq!(said.contains(words), is_said, "{said}");
    }
}
