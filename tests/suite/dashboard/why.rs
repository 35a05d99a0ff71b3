//! Why not? What keys, time and the kernel's table do to the last refusal.

use std::time::Duration;

use fivetuple::app::{Event, Overlay, Verdict};
use fivetuple::tcp::{
    Call, Command, Endpoint, Errno, LabLimits, LabNews, ListenSpec, News, Refusal, Trial,
};

use crate::computers::lab;
use crate::robot::Robot;

const WAIT: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.2:54240 TIME_WAIT timewait=47300ms/0";

/// The server closed first, stopped, and cannot listen again.
pub(crate) fn refused() -> Robot {
    let mut robot = Robot::new();
    robot.kernel(WAIT);
    robot.later(Duration::from_secs(3));
    robot.press("l");
    robot.commands();
    let why = Refusal {
        call: Call::Bind,
        errno: Errno::EADDRINUSE,
    };
    let spec = ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000));
    robot.hear(News::ListenFailed { spec, why });
    robot
}

/// Answers what is being tried: other ports and addresses work.
pub(crate) fn answer(robot: &mut Robot) {
    let commands = robot.commands();
    let [Command::Try(trials)] = &commands[..] else {
        panic!("{commands:?}")
    };
    for trial in trials.clone() {
        let Trial::Bind { at, .. } = trial else {
            panic!("{trial:?}")
        };
        let same = at == Endpoint::new([127, 0, 0, 1], 5000);
        let (call, errno) = (Call::Bind, Errno::EADDRINUSE);
        let outcome = if same {
            Err(Refusal { call, errno })
        } else {
            Ok(())
        };
        robot.hear(News::Tried { trial, outcome });
    }
}

#[test]
fn the_sentence_of_a_refusal_says_that_y_tells_more() {
    assert!(refused().said().ends_with("y tells more."));
    let mut robot = Robot::new();
    robot.press("y");
    assert!(robot.state.desk.overlay.is_none());
    assert!(
        robot.said().contains("nothing was refused yet"),
        "{}",
        robot.said()
    );
}

#[test]
fn remedies_are_tried_and_not_claimed() {
    let mut robot = refused();
    robot.press("y");
    let trying = |robot: &Robot| {
        let case = robot.state.notices.case.as_ref().unwrap();
        let trying = |verdict: &Verdict| matches!(verdict, Verdict::Trying(_));
        case.remedies
            .iter()
            .filter(|remedy| trying(&remedy.verdict))
            .count()
    };
    assert_eq!(trying(&robot), 5);
    answer(&mut robot);
    assert_eq!(trying(&robot), 0);
    robot.press("y");
    assert!(
        matches!(robot.commands()[..], [Command::Listen(_)]),
        "y again retries"
    );
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
    assert!(matches!(
        robot.state.desk.overlay,
        Some(Overlay::ConnectForm(_))
    ));
}

#[test]
fn what_was_refused_on_loopback_is_not_tried_again_in_the_lab() {
    let mut robot = refused();
    robot.press("y");
    answer(&mut robot);
    robot.press("w Esc N");
    robot.tell(Event::Lab(LabNews::Up {
        computers: lab(3),
        limits: LabLimits::MEANT,
        took: Duration::from_millis(5),
    }));
    robot.commands();
    robot.later(Duration::from_secs(1));
    assert!(robot.commands().is_empty(), "{}", robot.said());
    robot.press("y");
    assert!(
        robot.said().contains("nothing was refused yet"),
        "{}",
        robot.said()
    );
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
    assert!(robot.state.desk.overlay.is_none(), "q closes it");
    robot.press("y");
    assert!(matches!(robot.state.desk.overlay, Some(Overlay::Why(0))));
}
