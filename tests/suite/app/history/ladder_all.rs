//! The ladder of all connections: whose the lines are, and what is not shown.

use fivetuple::app::Event;
use fivetuple::app::history::ladder::{as_text, of};
use fivetuple::tcp::{Flags, Host, LabEvent, WireEvent, WireStatus};

use crate::computers::{LAPTOP, SERVER};
use crate::robot::Robot;

const SERVES: (Host, &str) = (SERVER, "192.168.1.10:500");
const CALLS: (Host, &str) = (LAPTOP, "192.168.1.13:44506");
const PHONES: (Host, &str) = (Host(3), "192.168.1.14:80");

#[test]
fn a_client_that_is_called_is_not_the_server() {
    let mut robot = Robot::listening_in_lab();
    robot.crosses(1, CALLS, PHONES, Flags::SYN);
    robot.crosses(2, PHONES, CALLS, Flags::RST);
    robot.press("O");
    let ladder = of(&robot.state).unwrap();
    assert_eq!(ladder.ends, ["phone 192.168.1.14", "laptop 192.168.1.13"]);
    robot.crosses(3, CALLS, SERVES, Flags::SYN);
    let ladder = of(&robot.state).unwrap();
    assert_eq!(ladder.ends, ["all clients", "destinations"]);
    let text = as_text(&ladder);
    for [left, right] in [["phone:80 ", "laptop:44506"], ["laptop:44506", "server:500"]] {
        let whose = |line: &&str| line.contains(left) && line.contains(right);
        assert!(text.lines().any(|line| whose(&line)), "{text}");
    }
}

#[test]
fn segments_that_are_not_shown_are_counted() {
    let mut robot = Robot::listening_in_lab();
    for number in 1..=600 {
        robot.crosses(number, CALLS, SERVES, Flags::ACK);
    }
    let tally = WireStatus { unreported: 50_000, ..WireStatus::default() };
    robot.tell(Event::Lab(LabEvent::Wire(vec![WireEvent::Status(tally)])));
    robot.press("O");
    let ladder = of(&robot.state).unwrap();
    assert_eq!((ladder.rungs.len(), ladder.hidden), (512, 50_088));
    let text = as_text(&ladder);
    assert!(text.contains("50,088 more segments not shown"), "{text}");
}

#[test]
fn a_file_has_room_for_all_numbers() {
    let mut robot = Robot::listening_in_lab();
    let push = Flags::PSH.and(Flags::ACK);
    robot.sends(1, (LAPTOP, push), (1, 1), b"Test payload.");
    robot.crosses(2, PHONES, SERVES, Flags::SYN);
    robot.press("R O");
    robot.later(std::time::Duration::from_secs(13));
    robot.arrives(1);
    let text = as_text(&of(&robot.state).unwrap());
    let line = text.lines().find(|line| line.contains("PSH+ACK"));
    let line = line.expect(&text);
    assert!(line.contains("13 B, seq 2893040113 ack 1117208641, in 13.000 s"), "{line}");
}
