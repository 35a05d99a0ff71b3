//! Running out of ports for real, in the lab.

use std::time::Duration;

use fivetuple::app::{Effect, Event};
use fivetuple::tcp::{
    Accepting, Call, Command, Endpoint, Errno, LabEvent, LabLimits, LabOrder, LabRefusal,
    ListenSpec, PortRange, SourcePort,
};

use crate::computers::{CLIENT, LAPTOP, LISTEN, SERVES, lab};
use crate::robot::Robot;

fn range(text: &str) -> PortRange {
    text.parse().unwrap()
}

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
    let form = robot.form();
    // 20,000 descriptors, some of which are kept for other things.
    assert_eq!(form.fields[0].shown(), "42088-60999");
    assert_eq!(form.fields[0].call, "needs 18,912 descriptors of 20,000");
}

#[test]
fn a_range_that_takes_too_many_descriptors_is_answered_with_one_that_fits() {
    let mut robot = typed("1024-65535");
    robot.press("Enter");
    let form = robot.form();
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
    robot.lab_comes_up(3, LabLimits::MEANT);
    let commands = robot.commands();
    let Some(Command::Listen(spec)) = commands.last() else {
        panic!("{commands:?}");
    };
    assert_eq!((spec.backlog, spec.accepting), (65_535, Accepting::Held));
    robot.listens(ListenSpec { at: Endpoint::new([192, 168, 1, 10], 500), ..spec.clone() }, LISTEN);
    let (spec, burst) = robot.one_call();
    assert_eq!((spec.host, burst.count), (LAPTOP, 11));

    // The eleventh is refused in words, and the other computer has ports of its own.
    robot.connect_fails(&spec, Call::Connect, Errno::EADDRNOTAVAIL);
    robot.burst_ends(10, 11);
    robot.says("All 10 ports of 50000-50009 are in use");
    robot.says("another computer");
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
    robot.says("28,232 of 100,000 descriptors");
}

#[test]
fn on_loopback_the_key_says_where_ports_are_used_up() {
    let mut robot = Robot::new();
    robot.press_says("P", "Press N to start it");
    assert!(robot.state.ui.overlay.is_none());
}

#[test]
fn after_the_lab_the_ports_of_this_machine_are_counted_in_its_own_range_again() {
    let mut robot = Robot::new();
    robot.state.machine.ephemeral = range("20000-20009");
    robot.lab_comes_up(3, LabLimits::MEANT);
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
    robot.says("lab --join 4121");
    robot.says("the server then holds both ends");
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
    robot.says("its accept queues hold at most 4096 connections");
    assert_eq!(robot.state.machine.somaxconn, 4096);
    for (range, why) in [
        ("50000-50009", "The lab's computers keep 32768-60999"),
        ("32768-60999", "28,232 descriptors"),
    ] {
        robot.enter("P ctrl-u", range);
        let form = robot.form();
        let wrong = &form.wrong.as_ref().unwrap().why;
        assert!(wrong.contains(why), "{wrong}");
        robot.press("Esc");
        assert!(robot.orders().is_empty());
    }
    robot.state.machine.descriptors = 100_000;
    robot.enter("P ctrl-u", "32768-60999");
    let form = robot.form();
    assert_eq!(form.fields[0].call, "needs 28,232 descriptors of 100,000");
    let wrong = &form.wrong.as_ref().unwrap().why;
    assert_eq!(
        wrong,
        "28,232 connections would wait for accept(); the limit is 4,096 (net.core.somaxconn)."
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
    robot.says("No lab: ");
    robot.says("out of memory");
    robot.orders();
    robot.press("N");
    let spec = robot.state.lab.spec;
    assert_eq!(spec.ports, None);
    assert_eq!(robot.orders(), [Effect::Lab(LabOrder::Start(spec))]);
    robot.lab_comes_up(3, LabLimits::MEANT);
    let listens = |command: &Command| matches!(command, Command::Listen(_));
    assert!(!robot.commands().iter().any(listens));
}
