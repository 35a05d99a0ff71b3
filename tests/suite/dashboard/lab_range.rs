//! The range of ports that `P` gives the lab's computers: who uses it up, how long it lasts, and what says so.

use std::time::Duration;

use fivetuple::app::{Effect, Event};
use fivetuple::tcp::{Command, Endpoint, Host, LabLimits, LabNews, LabOrder, ListenSpec, News};

use crate::computers::{LISTEN, SERVER, lab};
use crate::robot::{Robot, own};
use crate::screens::{SMALL, USUAL, WIDE, screen};

const PHONE: Host = Host(3);

fn comes_up(robot: &mut Robot, computers: u8) {
    robot.tell(Event::Lab(LabNews::Up {
        computers: lab(computers),
        limits: LabLimits::MEANT,
        took: Duration::from_millis(5),
    }));
}

/// A lab that was set up anew for that range, once the keys had chosen who uses it up.
pub(super) fn with_range(keys: &str, range: &str) -> Robot {
    let mut robot = Robot::in_lab(3);
    robot.press(keys);
    robot.press("P ctrl-u");
    robot.type_text(range);
    robot.press("Enter");
    robot.tell(Event::Lab(LabNews::Down(None)));
    comes_up(&mut robot, 3);
    robot
}

#[test]
fn the_chosen_computer_uses_the_range_up_though_the_lab_is_set_up_anew() {
    let mut robot = with_range("j", "45000-45007");
    assert_eq!(robot.state.clients.computer().host, PHONE);
    robot.commands();
    robot.hear(News::Listening {
        spec: ListenSpec {
            host: SERVER,
            ..ListenSpec::at(Endpoint::new([192, 168, 1, 10], 5000))
        },
        sockets: vec![own(LISTEN, 9)],
    });
    let commands = robot.commands();
    let Some(Command::Connect(spec, burst)) = commands.last() else {
        panic!("{commands:?}");
    };
    assert_eq!((spec.host, burst.count), (PHONE, 9));
}

#[test]
fn the_form_names_the_computer_whose_ports_are_to_be_used_up() {
    let mut robot = Robot::in_lab(3);
    robot.press("j P");
    for size in [WIDE, USUAL, SMALL] {
        let text = screen(&mut robot, size);
        assert!(text.contains("How many ports of phone to use up"), "{text}");
    }
}

#[test]
fn a_lab_that_is_taken_down_forgets_the_range_and_a_reset_says_that_it_stays() {
    let mut robot = with_range("", "45000-45007");
    robot.press("r");
    let said = robot.said();
    assert!(
        said.contains("The computers keep their ports, 45000-45007, until N takes the lab down"),
        "{said}"
    );
    robot.press("N");
    robot.tell(Event::Lab(LabNews::Down(None)));
    robot.orders();
    robot.press("N");
    let orders = robot.orders();
    let spec = robot.state.lab.spec;
    assert_eq!(spec.ports, None);
    assert_eq!(orders, [Effect::Lab(LabOrder::Start(spec))]);
    comes_up(&mut robot, 3);
    robot.press("r");
    assert!(!robot.said().contains("keep"), "{}", robot.said());
}

#[test]
fn the_computers_pane_says_the_range_where_it_is_not_the_usual_one() {
    let mut robot = with_range("", "45000-45007");
    let text = screen(&mut robot, WIDE);
    assert!(text.contains(" kernel picks from 45000-45007"), "{text}");
    let text = screen(&mut robot, (160, 40));
    let words = "source port: the kernel picks from 45000-45007";
    assert!(text.contains(words), "{text}");
    let text = screen(&mut Robot::in_lab(3), WIDE);
    assert!(!text.contains("picks from"), "{text}");
}
