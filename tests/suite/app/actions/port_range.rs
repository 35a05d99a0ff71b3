//! The range of ports that `P` gives the lab's computers: who uses it up, how long it lasts, and what says so.

use fivetuple::app::{Effect, Event};
use fivetuple::tcp::{
    Accepting, Command, Endpoint, Host, LabEvent, LabLimits, LabOrder, ListenSpec, SocketEvent,
};

use crate::app::events::lab::connected;
use crate::app::shows;
use crate::computers::{CLIENT, LAPTOP, LISTEN};
use crate::robot::{Robot, own};
use crate::view::{SMALL, USUAL, WIDE, screen};

const PHONE: Host = Host(3);

fn comes_up(robot: &mut Robot, computers: u8) {
    robot.lab_comes_up(computers, LabLimits::MEANT);
}

/// A lab that was set up anew for that range, once the keys had chosen who uses it up.
pub(crate) fn with_range(keys: &str, range: &str) -> Robot {
    let mut robot = Robot::in_lab(3);
    robot.press(keys);
    robot.enter("P ctrl-u", range);
    robot.tell(Event::Lab(LabEvent::Down(None)));
    comes_up(&mut robot, 3);
    robot
}

#[test]
fn the_chosen_computer_uses_the_range_up_though_the_lab_is_set_up_anew() {
    let mut robot = with_range("j", "45000-45007");
    assert_eq!(robot.state.clients.computer().host, PHONE);
    robot.commands();
    robot.server_listens([192, 168, 1, 10], 5000, LISTEN);
    let (spec, burst) = robot.one_call();
    assert_eq!((spec.host, burst.count), (PHONE, 9));
}

#[test]
fn the_form_names_the_computer_whose_ports_are_to_be_used_up() {
    let mut robot = Robot::in_lab(3);
    robot.press("j P");
    for size in [WIDE, USUAL, SMALL] {
        shows(&mut robot, size, "Ports of phone to use up");
    }
}

#[test]
fn a_lab_that_is_taken_down_forgets_the_range_and_a_reset_says_that_it_stays() {
    let mut robot = with_range("", "45000-45007");
    robot.press_says("r", "The computers keep the ports 45000-45007 until N stops the lab");
    robot.press("N");
    robot.tell(Event::Lab(LabEvent::Down(None)));
    let orders = robot.orders_by("N");
    let spec = robot.state.lab.spec;
    assert_eq!(spec.ports, None);
    assert_eq!(orders, [Effect::Lab(LabOrder::Start(spec))]);
    comes_up(&mut robot, 3);
    robot.press("r");
    robot.says_not("keep");
}

#[test]
fn the_computers_pane_says_the_range_where_it_is_not_the_usual_one() {
    let mut robot = with_range("", "45000-45007");
    shows(&mut robot, WIDE, " kernel picks from 45000-45007");
    let text = screen(&mut robot, (160, 40));
    let words = "source port: kernel picks from 45000-45007";
    assert!(text.contains(words), "{text}");
    let text = screen(&mut Robot::in_lab(3), WIDE);
    assert!(!text.contains("picks from"), "{text}");
}

/// Tells it what comes of the order to use the range up: it listens, and the chosen computer holds so many of the ports.
fn uses_up(robot: &mut Robot, ports: u16) {
    let commands = robot.commands();
    if let Some(Command::Listen(spec)) = commands.last().cloned() {
        let spec = ListenSpec { at: Endpoint::new([192, 168, 1, 10], 500), ..spec };
        let sockets = vec![own(LISTEN, 9)];
        robot.hear(SocketEvent::Listening { spec, sockets });
    }
    for n in 0..ports {
        robot.hear(SocketEvent::Connected(own(&numbered(CLIENT, n), 11)));
    }
    robot.burst_ends(ports.into(), u32::from(ports) + 1);
    let rows: Vec<String> = (0..ports).map(|n| numbered(CLIENT, n)).collect();
    let waits = LISTEN.replace("tcp 0 128", &format!("tcp {ports} 65535"));
    robot.tables(&[&waits], &[&rows.join("\n")]);
    robot.orders();
}

fn numbered(row: &str, n: u16) -> String {
    row.replace("44506", &(45_000 + n).to_string())
}

#[test]
fn another_computer_uses_the_same_range_up_and_the_first_keeps_its_connections() {
    let mut robot = with_range("", "45000-45007");
    uses_up(&mut robot, 8);
    robot.press("j P");
    let form = robot.form();
    assert_eq!(form.fields[0].shown(), "45000-45007", "what the lab has");
    robot.press("Enter");
    let (spec, burst) = robot.one_call();
    assert_eq!((spec.host, burst.count), (PHONE, 9));
    assert_eq!(robot.state.clients.computers[0].ends.len(), 8);
    robot.says_first("phone uses up its 8 ports");
}

#[test]
fn a_computer_that_has_used_some_of_the_range_goes_on_with_the_rest() {
    let mut robot = with_range("", "45000-45007");
    uses_up(&mut robot, 3);
    robot.press("P Enter");
    let (spec, burst) = robot.one_call();
    assert_eq!((spec.host, burst.count), (LAPTOP, 6));
    robot.says_first("laptop uses up the other 5 of its 8 ports");
    // All are used: one more call is refused.
    uses_up(&mut robot, 8);
    robot.press("P Enter");
    let (_, burst) = robot.one_call();
    assert_eq!(burst.count, 1);
    assert_eq!(
        robot.said(),
        "laptop has used all 8 ports 45000-45007. One more connect() shows it."
    );
}

#[test]
fn a_listener_that_accepts_is_replaced_and_what_it_accepted_stays_open() {
    let mut robot = connected();
    robot.state.machine.descriptors = 100_000;
    robot.enter("P ctrl-u", "32768-60999");
    let commands = robot.commands();
    let [Command::StopListening, Command::Listen(spec)] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert_eq!((spec.backlog, spec.accepting), (65_535, Accepting::Held));
    assert_eq!(robot.state.server.ends.len(), 1);
    assert_eq!(robot.state.clients.computer().ends.len(), 1);
}

#[test]
fn what_others_hold_is_counted_before_a_range_is_used_up() {
    let mut robot = with_range("", "45000-45007");
    uses_up(&mut robot, 8);
    robot.press("j");
    for (descriptors, somaxconn, words) in [
        (1100, 65_535, "8 of 1,100 are in use"),
        (20_000, 10, "16 connections would wait for accept(); the limit is 10"),
    ] {
        let machine = &mut robot.state.machine;
        (machine.descriptors, machine.somaxconn) = (descriptors, somaxconn);
        robot.press("P Enter");
        let form = robot.form();
        let why = &form.wrong.as_ref().unwrap().why;
        assert!(why.contains(words), "{why}");
        robot.press("Esc");
    }
}
