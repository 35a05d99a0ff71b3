//! What belongs to one computer of the lab, or to the time before it, is not mixed up with anything else.

use std::time::Duration;

use fivetuple::app::Event;
use fivetuple::tcp::{
    Command, Endpoint, Errno, Host, LabEvent, LabLimits, Port, PortRange, Probe, SocketEvent,
    SocketId, SourcePort, TcpInfo,
};

use crate::app::events::lab::connected;
use crate::app::query::lab_addresses::refused;
use crate::computers::{CLIENT, LAPTOP, LISTEN, SERVER, SERVES};
use crate::robot::{Robot, own};

#[test]
fn whether_a_port_is_free_is_tried_on_the_computer_that_was_called() {
    let mut robot = Robot::in_lab(3);
    robot.orders();
    robot.hear(refused("192.168.1.10:500", Errno::ECONNREFUSED));
    robot.press("y");
    let commands = robot.commands();
    let [Command::Try(trials)] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert!(matches!(trials[..], [Probe::Bind { host: SERVER, .. }]), "{trials:?}");
}

#[test]
fn the_ports_that_are_left_to_a_computer_of_the_lab_are_counted() {
    let supply = connected().state.supply().unwrap();
    assert_eq!((supply.used, supply.left()), (1, 28_231));
}

#[test]
fn the_ports_of_a_small_range_are_counted_at_the_computer_that_calls() {
    let mut robot = connected();
    let client = own(CLIENT, 0).name.tuple.local;
    let low = client.port;
    robot.state.clients.spec.source_port =
        SourcePort::Toy(PortRange { low, high: Port(low.0 + 3) });
    let supply = robot.state.supply().unwrap();
    assert_eq!((supply.used, supply.left()), (1, 3));
}

#[test]
fn a_table_that_cannot_be_read_is_named_and_only_while_it_is_shown() {
    let blind =
        |host| Event::TableUnreadable { host, why: "asking the kernel failed: EIO".to_owned() };
    let mut robot = connected();
    robot.tell(blind(Host::THIS));
    robot.says_not("EIO");
    robot.tell(blind(LAPTOP));
    assert_eq!(robot.said(), "Cannot read laptop's table: asking the kernel failed: EIO.");
    robot.tables(&[LISTEN, SERVES], &[]);
    assert!(robot.state.sockets.blind.is_empty());
    robot.tell(blind(SERVER));
    robot.says_first("Cannot read the server's table");
    robot.tell(Event::Lab(LabEvent::Down(None)));
    assert!(robot.state.sockets.blind.is_empty());
}

#[test]
fn what_one_kernel_knows_inside_leaves_alone_what_the_other_told() {
    let mut robot = connected();
    let [here, there] = [CLIENT, SERVES].map(|row| own(row, 0).name);
    let told = |name: SocketId, round_trip: u64| Event::Inspected {
        host: name.host,
        found: vec![(
            name,
            TcpInfo { round_trip: Duration::from_millis(round_trip), ..TcpInfo::default() },
        )],
    };
    let trips = |robot: &Robot| {
        [here, there].map(|name| robot.state.ui.info(name).map(|info| info.round_trip))
    };
    robot.tell(told(here, 1));
    robot.tell(told(there, 2));
    robot.tell(told(here, 3));
    let [three, two] = [3, 2].map(Duration::from_millis);
    assert_eq!(trips(&robot), [Some(three), Some(two)]);
    robot.tell(Event::Inspected { host: there.host, found: vec![] });
    assert_eq!(trips(&robot), [Some(three), None]);
}

#[test]
fn a_trial_of_the_myth_ends_where_the_lab_begins() {
    let mut robot = Robot::listening();
    robot.press("U");
    assert!(robot.state.ui.myth.is_some());
    robot.lab_comes_up(3, LabLimits::MEANT);
    assert!(robot.state.ui.myth.is_none());
}

#[test]
fn several_calls_that_waited_are_those_of_the_computer_that_made_them() {
    let mut robot = Robot::listening_in_lab();
    let burst = |robot: &mut Robot, count: u32, opened: u32| {
        robot.burst_begins(count);
        let progress = robot.state.clients.under_way.as_ref().unwrap();
        let caller = progress.computer;
        robot.burst_ends(opened, count);
        (caller, robot.said())
    };
    robot.press("h 3c j 2c k");
    assert_eq!(robot.state.clients.chosen, 0);
    let (caller, said) = burst(&mut robot, 3, 3);
    assert_eq!(caller, 0);
    assert!(said.starts_with("laptop opened 3 connections"), "{said}");
    let (caller, said) = burst(&mut robot, 2, 2);
    assert_eq!(caller, 1);
    assert!(said.starts_with("phone opened 2 connections"), "{said}");
}

#[test]
fn who_calls_its_own_loopback_is_known_by_its_network() {
    let calls =
        "tcp 0 1 127.0.0.1:44506 127.0.0.1:7000 SYN_SENT host=2 inode=11 cookie=7".to_owned();
    let connected = calls.replace("SYN_SENT", "ESTABLISHED");
    for news in
        [SocketEvent::Connecting(own(&calls, 11)), SocketEvent::Connected(own(&connected, 11))]
    {
        let mut robot = Robot::in_lab(3);
        robot.state.clients.to = Some(Endpoint::new([127, 0, 0, 1], 7000).into());
        robot.press("c j");
        robot.hear(news);
        let holder = robot.state.clients.holder_of(own(&calls, 11).name);
        assert_eq!(holder.map(|computer| computer.host), Some(LAPTOP));
    }
}
