//! Where one picture meets what another part of the dashboard does.

use fivetuple::app::{BINDINGS, Event, MainView, Overlay};
use fivetuple::tcp::{
    Call, Command, ConnectSpec, Endpoint, Errno, ListenSpec, Owner, Probe, SocketEvent, SourcePort,
};

use crate::app::{LAPTOP_END, SERVER_END, laptop_connected, shows, shows_not};
use crate::robot::{LISTEN, Robot};
use crate::view::{screen, whole_machine};

const WIDE: (u16, u16) = (120, 36);

#[test]
fn the_picture_of_the_myth_names_the_key_that_tries_it() {
    let key = BINDINGS.iter().find(|key| key.help == "test the myth");
    let key = key.unwrap().keys[0];
    let mut robot = laptop_connected();
    robot.press("M");
    for size in [WIDE, (80, 24), (60, 18)] {
        let screen = screen(&mut robot, size);
        let line = screen.lines().find(|line| line.contains("test it"));
        let line = line.unwrap();
        assert!(line.contains(&format!(" {key} test it")), "{line}");
        assert!(line.contains("server's own port number"), "{line}");
    }
}

#[test]
fn the_myth_is_about_the_servers_port_although_the_whole_machine_is_shown() {
    let mut robot = whole_machine(30);
    robot.press("M");
    let screen = screen(&mut robot, WIDE);
    let right = screen.lines().filter(|line| line.contains("  tcp "));
    for line in right {
        assert!(line.contains(":5000 "), "{line}");
    }
    assert!(!screen.contains("port 22 would be taken"), "{screen}");
}

#[test]
fn another_programs_row_is_named_by_its_address_in_a_picture() {
    let stranger = [
        "tcp 0 0 10.0.0.9:2024 10.0.0.8:41000 ESTABLISHED inode=91",
        "tcp 0 0 10.0.0.8:41000 10.0.0.9:2024 ESTABLISHED inode=92",
    ];
    let mut robot = Robot::listening();
    robot.press("w");
    robot.kernel_afresh(&[LISTEN, stranger[0], stranger[1]].join("\n"));
    robot.press("Tab Tab j j g");
    shows(&mut robot, WIDE, "10.0.0.9: ESTABLISHED");
    robot.press("t");
    shows(&mut robot, WIDE, "10.0.0.8 ");
}

#[test]
fn a_listener_that_has_stopped_is_still_the_listener_in_the_past() {
    let mut robot = laptop_connected();
    let (program, pid) = (String::from("fivetuple"), 4121);
    let owner = Owner { program, pid, fd: 9 };
    robot.tell(Event::OwnersFound(vec![(9, owner)]));
    robot.press("l");
    robot.hear(SocketEvent::StoppedListening { why: None });
    robot.kernel(&[LAPTOP_END, SERVER_END].join("\n"));
    robot.press(",");
    shows(&mut robot, WIDE, "PAST");
    shows_not(&mut robot, WIDE, "fivetuple listens");
}

#[test]
fn who_is_to_blame_is_told_of_now_and_not_of_the_past() {
    let mut robot = crate::app::explain::why_not::refused();
    robot.press(",");
    assert!(robot.state.is_past());
    robot.press("y");
    assert!(matches!(robot.state.ui.overlay, Some(Overlay::Why(_))));
    assert!(!robot.state.is_past());
}

fn listening_at_v6() -> Robot {
    let mut robot = Robot::new();
    let at: Endpoint = "[::1]:5000".parse().unwrap();
    robot.state.server.spec = ListenSpec::at(at);
    robot.press("l");
    let row = "tcp 0 128 [::1]:5000 [::]:* LISTEN inode=9";
    robot.listens(ListenSpec::at(at), row);
    robot.kernel(row);
    robot
}

#[test]
fn the_map_counts_what_is_left_of_ipv6s_loopback_too() {
    let mut robot = listening_at_v6();
    robot.press("m");
    shows(&mut robot, WIDE, "28,232 of 28,232 ports left");
    shows_not(&mut robot, WIDE, "asked for");
}

#[test]
fn the_myth_is_not_tried_where_there_is_but_one_address() {
    let mut robot = listening_at_v6();
    assert!(robot.commands_by("U").is_empty());
    robot.says("has only ::1");
    assert_eq!(robot.state.ui.picture, MainView::Myth);
}

#[test]
fn the_myth_calls_the_listener_wherever_else_the_clients_call() {
    let mut robot = Robot::listening();
    robot.state.clients.to = Some("127.0.0.1:6000".parse::<Endpoint>().unwrap().into());
    robot.commands();
    robot.press("U");
    let (spec, _) = robot.one_call();
    assert_eq!(spec.to.to_string(), "127.0.0.1:5000");
}

#[test]
fn another_computer_that_is_to_help_has_no_row_at_that_port_itself() {
    let mut robot = Robot::listening();
    let taken = ["127.0.0.2", "127.0.0.3"]
        .map(|ip| format!("tcp 0 0 {ip}:5000 127.0.0.1:5000 ESTABLISHED inode=5"));
    robot.kernel(&[LISTEN, taken[0].as_str(), taken[1].as_str()].join("\n"));
    robot.commands();
    let spec = ConnectSpec {
        from: Some([127, 0, 0, 2].into()),
        source_port: SourcePort::SameAsServer,
        ..ConnectSpec::to(Endpoint::new([127, 0, 0, 1], 5000).into())
    };
    robot.connect_fails(&spec, Call::Bind, Errno::EADDRINUSE);
    robot.press("y");
    let commands = robot.commands();
    let [Command::Try(trials)] = &commands[..] else { panic!("{commands:?}") };
    let tried = |ip: [u8; 4]| {
        let is_there = |trial: &&Probe| matches!(trial, Probe::Bind { at, .. } if at.ip == std::net::IpAddr::from(ip));
        trials.iter().filter(is_there).count()
    };
    assert_eq!([tried([127, 0, 0, 3]), tried([127, 0, 0, 4])], [0, 1]);
}

#[test]
fn a_chosen_udp_row_has_no_way_through_the_diagram_and_the_picture_says_why() {
    let mut robot = laptop_connected();
    let udp = "udp 0 0 127.0.0.2:47077 127.0.0.1:5000 ESTABLISHED inode=31";
    robot.kernel(&[LISTEN, LAPTOP_END, SERVER_END, udp].join("\n"));
    robot.press("Tab k g");
    shows(&mut robot, WIDE, "UDP, which has no states");
}

#[test]
fn the_footer_of_the_table_names_pictures() {
    let mut robot = laptop_connected();
    let screen = screen(&mut robot, WIDE);
    let footer = screen.lines().last().unwrap();
    assert!(footer.contains("g states") && footer.contains("m ports"), "{footer}");
}

#[test]
fn nobody_can_be_called_before_the_kernel_has_chosen_a_port() {
    let mut robot = Robot::anywhere();
    for size in [WIDE, (80, 24)] {
        shows_not(&mut robot, size, " to 127.0.0.1:*");
        shows(&mut robot, size, " to nothing yet");
    }
}
