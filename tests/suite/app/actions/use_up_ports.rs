//! Running out of ports for real, in the lab.

use std::time::Duration;

use fivetuple::app::{Effect, Event, Overlay};
use fivetuple::tcp::{
    Accepting, Call, Command, ConnectId, ConnectSpec, Endpoint, Errno, LabEvent, LabLimits,
    LabOrder, LabRefusal, ListenSpec, PortRange, SocketEvent, SourcePort, SyscallError,
};

use crate::computers::{CLIENT, LAPTOP, LISTEN, SERVES, lab};
use crate::robot::{Robot, own};

fn range(text: &str) -> PortRange {
    text.parse().unwrap()
}

/// The form is open, with that range typed.
fn typed(text: &str) -> Robot {
    let mut robot = Robot::in_lab(3);
    robot.press("P ctrl-u");
    robot.type_text(text);
    robot
}

#[test]
fn the_form_offers_the_largest_range_that_the_descriptors_allow_and_says_how_many() {
    let mut robot = Robot::in_lab(3);
    robot.press("P");
    let Some(Overlay::PortsForm(form)) = &robot.state.ui.overlay else {
        panic!("no form");
    };
    // 20,000 descriptors, some of which are kept for other things.
    assert_eq!(form.fields[0].shown(), "42088-60999");
    assert_eq!(form.fields[0].call, "needs 18,912 descriptors, has 20,000");
}

#[test]
fn a_range_that_takes_too_many_descriptors_is_answered_with_one_that_fits() {
    let mut robot = typed("1024-65535");
    robot.press("Enter");
    let Some(Overlay::PortsForm(form)) = &robot.state.ui.overlay else {
        panic!("the form is closed");
    };
    let why = &form.wrong.as_ref().unwrap().why;
    assert!(why.contains("64,512 descriptors") && why.contains("42088-60999 would fit"), "{why}");
    for wrong in ["80-90", "5000", "60000-50000"] {
        let mut robot = typed(wrong);
        robot.press("Enter");
        assert!(robot.state.ui.overlay.is_some(), "{wrong}");
        assert!(robot.commands().is_empty());
    }
}

#[test]
fn another_range_sets_the_lab_up_anew_then_listens_and_calls_once_more_than_there_are_ports() {
    let mut robot = typed("50000-50009");
    robot.press("Enter");
    assert!(robot.orders().contains(&Effect::Lab(LabOrder::Stop)));
    robot.tell(Event::Lab(LabEvent::Down(None)));
    let mut spec = robot.state.lab.spec;
    spec.ports = Some(range("50000-50009"));
    assert!(robot.orders().contains(&Effect::Lab(LabOrder::Start(spec))));
    robot.tell(Event::Lab(LabEvent::Up {
        computers: lab(3),
        limits: LabLimits::MEANT,
        took: Duration::from_millis(5),
    }));
    let commands = robot.commands();
    let Some(Command::Listen(spec)) = commands.last() else {
        panic!("{commands:?}");
    };
    assert_eq!((spec.backlog, spec.accepting), (65_535, Accepting::Held));
    robot.hear(SocketEvent::Listening {
        spec: ListenSpec { at: Endpoint::new([192, 168, 1, 10], 500), ..spec.clone() },
        sockets: vec![own(LISTEN, 9)],
    });
    let commands = robot.commands();
    let Some(Command::Connect(spec, burst)) = commands.last() else {
        panic!("{commands:?}");
    };
    assert_eq!((spec.host, burst.count), (LAPTOP, 11));

    // The eleventh is refused in words, and the other computer has ports of its own.
    robot.hear(SocketEvent::ConnectFailed {
        spec: ConnectSpec::clone(spec),
        to: Some(Endpoint::new([192, 168, 1, 10], 500)),
        local: None,
        why: SyscallError { call: Call::Connect, errno: Errno::EADDRNOTAVAIL },
    });
    robot.hear(SocketEvent::BurstEnded {
        id: ConnectId::default(),
        opened: 10,
        asked: 11,
        took: Duration::from_millis(9),
    });
    let said = robot.said();
    assert!(
        said.contains("All 10 ports of 50000-50009 are taken") && said.contains("another computer"),
        "{said}"
    );
}

#[test]
fn the_range_that_the_lab_has_already_needs_no_new_lab() {
    let mut robot = typed("32768-60999");
    robot.state.machine.descriptors = 100_000;
    robot.press("Enter");
    let orders = robot.orders();
    assert!(!orders.contains(&Effect::Lab(LabOrder::Stop)), "{orders:?}");
    let listens = |order: &Effect| matches!(order, Effect::Run(Command::Listen(_)));
    assert!(orders.iter().any(listens), "{orders:?}");
    assert!(robot.said().contains("28,232 of 100,000 descriptors"), "{}", robot.said());
}

#[test]
fn on_loopback_the_key_says_where_ports_are_used_up() {
    let mut robot = Robot::new();
    robot.press("P");
    assert!(robot.said().contains("N starts it"), "{}", robot.said());
    assert!(robot.state.ui.overlay.is_none());
}

#[test]
fn after_the_lab_the_ports_of_this_machine_are_counted_in_its_own_range_again() {
    let mut robot = Robot::new();
    robot.state.machine.ephemeral = range("20000-20009");
    robot.tell(Event::Lab(LabEvent::Up {
        computers: lab(3),
        limits: LabLimits::MEANT,
        took: Duration::from_millis(5),
    }));
    robot.tell(Event::Lab(LabEvent::Down(None)));
    robot.kernel("tcp 0 0 127.0.0.2:20004 127.0.0.1:5000 ESTABLISHED");
    let supply = robot.state.supply().unwrap();
    assert_eq!((supply.used, supply.left()), (1, 9));
}

#[test]
fn the_ports_left_of_a_toy_range_are_counted_in_the_laptops_own_table() {
    let mut robot = Robot::listening_in_lab();
    let toy = "44506-44509".parse().unwrap();
    robot.state.clients.spec.source_port = SourcePort::Toy(toy);
    assert_eq!(robot.state.supply().unwrap().left(), 4);
    robot.tables(&[LISTEN, SERVES], &[CLIENT]);
    assert_eq!(robot.state.supply().unwrap().left(), 3);
}

#[test]
fn a_program_that_is_written_in_the_lab_runs_in_the_lab() {
    let mut robot = Robot::listening_in_lab();
    let files = ["fivetuple-500.c", "fivetuple-500.py"].map(String::from);
    robot.tell(Event::Saved(Ok(files.to_vec())));
    let said = robot.said();
    assert!(said.contains("lab --join 4121"), "{said}");
    assert!(said.contains("both ends are the server's"), "{said}");
}

/// A lab whose computers have the kernel's own settings.
fn unset() -> Robot {
    let mut robot = Robot::new();
    robot.press("N");
    robot.tell(Event::Lab(LabEvent::Up {
        computers: lab(3),
        limits: LabLimits {
            somaxconn: 4096,
            unset: Some(("/proc/sys/net/core/somaxconn".to_owned(), Errno::EROFS)),
            ..LabLimits::MEANT
        },
        took: Duration::from_millis(5),
    }));
    robot.orders();
    robot
}

#[test]
fn where_no_setting_can_be_made_the_form_says_so_and_the_lab_stays() {
    let mut robot = unset();
    let said = robot.said();
    assert!(said.contains("its accept queues hold at most 4096 connections"), "{said}");
    assert_eq!(robot.state.machine.somaxconn, 4096);
    for (range, why) in [
        ("50000-50009", "the lab's computers keep 32768-60999"),
        ("32768-60999", "28,232 descriptors"),
    ] {
        robot.press("P ctrl-u");
        robot.type_text(range);
        robot.press("Enter");
        let Some(Overlay::PortsForm(form)) = &robot.state.ui.overlay else {
            panic!("the form is closed");
        };
        let wrong = &form.wrong.as_ref().unwrap().why;
        assert!(wrong.contains(why), "{wrong}");
        robot.press("Esc");
        assert!(robot.orders().is_empty());
    }
    robot.state.machine.descriptors = 100_000;
    robot.press("P ctrl-u");
    robot.type_text("32768-60999");
    robot.press("Enter");
    let Some(Overlay::PortsForm(form)) = &robot.state.ui.overlay else {
        panic!("the form is closed");
    };
    assert_eq!(form.fields[0].call, "needs 28,232 descriptors, has 100,000");
    let wrong = &form.wrong.as_ref().unwrap().why;
    assert_eq!(
        wrong,
        "28,232 connections would wait for accept(), where 4,096 may (net.core.somaxconn)"
    );
}

#[test]
fn a_range_that_was_refused_is_not_asked_for_again() {
    let mut robot = typed("50000-50009");
    robot.press("Enter");
    robot.tell(Event::Lab(LabEvent::Down(None)));
    robot.orders();
    robot.tell(Event::Lab(LabEvent::Refused(LabRefusal {
        step: "/proc/sys/net/ipv4/ip_local_port_range".to_owned(),
        errno: Errno::EROFS,
        helps: String::new(),
    })));
    robot.press("N");
    let spec = robot.state.lab.spec;
    assert_eq!(spec.ports, None);
    assert!(robot.orders().contains(&Effect::Lab(LabOrder::Start(spec))));
}

#[test]
fn a_lab_that_dies_before_it_is_up_says_why_and_nothing_is_used_up_later() {
    let mut robot = typed("50000-50009");
    robot.press("Enter");
    robot.tell(Event::Lab(LabEvent::Down(None)));
    robot.tell(Event::Lab(LabEvent::Down(Some("out of memory".to_owned()))));
    let said = robot.said();
    assert!(said.contains("there is no lab") && said.contains("out of memory"), "{said}");
    robot.orders();
    robot.press("N");
    let spec = robot.state.lab.spec;
    assert_eq!(spec.ports, None);
    assert_eq!(robot.orders(), [Effect::Lab(LabOrder::Start(spec))]);
    robot.tell(Event::Lab(LabEvent::Up {
        computers: lab(3),
        limits: LabLimits::MEANT,
        took: Duration::from_millis(5),
    }));
    let listens = |command: &Command| matches!(command, Command::Listen(_));
    assert!(!robot.commands().iter().any(listens));
}
