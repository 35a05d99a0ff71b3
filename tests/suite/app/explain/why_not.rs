//! Why not? What keys, time and the kernel's table do to the last refusal.

use std::time::Duration;

use fivetuple::app::{Event, Overlay, Verdict};
use fivetuple::tcp::{
    Call, Command, Endpoint, Errno, LabEvent, LabLimits, ListenSpec, Owner, Probe, SocketEvent,
    SyscallError,
};

use crate::computers::lab;
use crate::robot::Robot;
use crate::view::{USUAL, WIDE, screen};

const WAIT: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 TIME_WAIT timewait=47300ms/0";

/// The server closed first, stopped, and cannot listen again.
pub(crate) fn refused() -> Robot {
    let mut robot = Robot::new();
    robot.kernel(WAIT);
    robot.later(Duration::from_secs(3));
    robot.press("l");
    robot.commands();
    let why = SyscallError { call: Call::Bind, errno: Errno::EADDRINUSE };
    let spec = ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000));
    robot.hear(SocketEvent::ListenFailed { spec, why });
    robot
}

/// Answers what is being tried: other ports and addresses work.
pub(crate) fn answer(robot: &mut Robot) {
    let commands = robot.commands();
    let [Command::Probe(probes)] = &commands[..] else { panic!("{commands:?}") };
    for probe in probes.clone() {
        let Probe::Bind { at, .. } = probe else { panic!("{probe:?}") };
        let same = at == Endpoint::new([127, 0, 0, 1], 5000);
        let (call, errno) = (Call::Bind, Errno::EADDRINUSE);
        let outcome = if same { Err(SyscallError { call, errno }) } else { Ok(()) };
        robot.hear(SocketEvent::Probed { probe, outcome });
    }
}

#[test]
fn remedies_are_tried_and_not_claimed() {
    let mut robot = refused();
    robot.press("y");
    let trying = |robot: &Robot| {
        let case = robot.state.notices.failure.as_ref().unwrap();
        let trying = |verdict: &Verdict| matches!(verdict, Verdict::Trying(_));
        case.remedies.iter().filter(|remedy| trying(&remedy.verdict)).count()
    };
    assert_eq!(trying(&robot), 5);
    answer(&mut robot);
    assert_eq!(trying(&robot), 0);
    robot.press("y");
    assert!(matches!(robot.commands()[..], [Command::Listen(_)]), "y again retries");
}

#[test]
fn it_is_tried_again_by_itself_when_time_wait_is_over_and_not_before() {
    let mut robot = refused();
    robot.press("y");
    answer(&mut robot);
    robot.press("w Esc");
    assert_eq!(robot.state.retries_in(), Some(45));
    robot.later(Duration::from_secs(20));
    assert_eq!(robot.state.retries_in(), Some(25));
    assert!(robot.commands().is_empty());
    // Only the kernel says when it is over.
    robot.later(Duration::from_secs(30));
    assert!(robot.commands().is_empty());
    robot.kernel("");
    robot.later(Duration::from_secs(1));
    assert!(matches!(robot.commands()[..], [Command::Listen(_)]));
    robot.later(Duration::from_secs(1));
    assert!(robot.commands().is_empty(), "once");
}

#[test]
fn a_try_that_comes_by_itself_leaves_alone_what_is_being_typed() {
    let mut robot = refused();
    robot.press("y");
    answer(&mut robot);
    robot.press("w Esc C");
    robot.kernel("");
    robot.later(Duration::from_secs(1));
    assert!(matches!(robot.commands()[..], [Command::Listen(_)]));
    assert!(matches!(robot.state.ui.overlay, Some(Overlay::Form(..))));
}

#[test]
fn what_was_refused_on_loopback_is_not_tried_again_in_the_lab() {
    let mut robot = refused();
    robot.press("y");
    answer(&mut robot);
    robot.press("w Esc N");
    robot.tell(Event::Lab(LabEvent::Up {
        computers: lab(3),
        limits: LabLimits::MEANT,
        took: Duration::from_millis(5),
    }));
    robot.commands();
    robot.later(Duration::from_secs(1));
    assert!(robot.commands().is_empty(), "{}", robot.said());
    robot.press("y");
    assert!(robot.said().contains("Nothing has failed yet"), "{}", robot.said());
}

#[test]
fn waiting_can_be_given_up_and_a_reset_forgets_it() {
    for keys in ["y w w Esc", "y w Esc r"] {
        let mut robot = refused();
        robot.press(keys);
        robot.commands();
        robot.kernel("");
        robot.later(Duration::from_secs(1));
        assert!(robot.commands().is_empty(), "{keys}");
    }
    let mut robot = refused();
    robot.press("y j q");
    assert!(robot.state.ui.overlay.is_none(), "q closes it");
    robot.press("y");
    assert!(matches!(robot.state.ui.overlay, Some(Overlay::Why(0))));
}

#[test]
fn a_time_wait_is_shown_with_the_seconds_left_and_waited_for_only_where_that_helps() {
    let mut robot = refused();
    robot.press("y");
    for size in [WIDE, USUAL] {
        let text = screen(&mut robot, size);
        let mut rows = text.lines().filter(|line| line.contains("◌ TIME_WAIT"));
        let row = rows.next_back().unwrap_or_default();
        assert!(row.contains("45 s left"), "{text}");
        assert!(text.contains("retry after TIME_WAIT"), "{text}");
    }

    // Another program listens there: that is what is in the way, it stays, and its name is shown whole.
    let listens = "tcp 0 5 127.0.0.1:5000 0.0.0.0:* LISTEN inode=70";
    let mut robot = Robot::new();
    robot.kernel(&[listens, WAIT].join("\n"));
    robot.tell(Event::OwnersFound(vec![(70, Owner::new(4_194_303, b"gunicorn: maste", 5))]));
    robot.finds_the_port_taken();
    robot.press("y");
    let text = screen(&mut robot, WIDE);
    let mut rows = text.lines().filter(|line| line.contains("◌ TIME_WAIT"));
    let row = rows.next_back().unwrap_or_default();
    assert!(row.contains("48 s left"), "{text}");
    let shown = text.lines().filter(|line| line.contains("4194303/gunicorn: maste")).count();
    assert_eq!(shown, 1, "in the sheet, which covers the row in the table: {text}");
    assert!(!text.contains("retry after TIME_WAIT"), "{text}");
    robot.press("w");
    assert_eq!(robot.state.retries_in(), None);
    let said = robot.said();
    assert!(said.contains("waiting won't help"), "{said}");
    assert!(said.contains("TIME_WAIT is not the only problem"), "{said}");
}
