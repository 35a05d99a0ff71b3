//! A lesson that is disturbed: by keys that come too early, by another program, or by the lab.

use std::sync::Arc;
use std::time::Duration;

use fivetuple::app::lesson::read;
use fivetuple::app::{Event, Phase};
use fivetuple::tcp::{ListenSpec, Owner, SocketEvent};

use super::giving::{CLIENT, LESSON, SERVER, asking, at, given, lesson, settle};
use crate::robot::{LISTEN, Robot, own};

#[test]
fn each_key_that_comes_too_early_is_one_step() {
    let mut robot = given(LESSON);
    robot.press("Space Space Space");
    robot.listens(ListenSpec::at("127.0.0.1:5000".parse().unwrap()), LISTEN);
    robot.kernel(LISTEN);
    assert_eq!(at(&robot), (1, Phase::Doing), "it was asked, and the next key shows it");
    robot.hear(SocketEvent::Connected(own(CLIENT, 10)));
    robot.accepts(SERVER, 11);
    robot.kernel(&[LISTEN, SERVER, CLIENT].join("\n"));
    settle(&mut robot);
    assert_eq!(lesson(&robot).at, 2, "and the third key is not lost");
}

#[test]
fn a_lesson_is_not_given_where_another_program_has_its_address() {
    for (other, words) in [
        ("tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=70", "nc (pid 4242) listens"),
        ("tcp 0 0 127.0.0.1:5000 127.0.0.1:7 ESTABLISHED inode=70", "nc (pid 4242) has a connect"),
    ] {
        let mut robot = Robot::new();
        robot.kernel(other);
        let lesson = Arc::new(read("lesson.md", LESSON).unwrap());
        robot.tell(Event::LessonGiven { lesson, number: Some(1), pace: None, practice: false });
        robot.tell(Event::OwnersFound(vec![(70, Owner::new(4242, b"nc", 3))]));
        robot.later(Duration::from_secs(1));
        let Phase::Failed(said) = at(&robot).1 else { panic!("{:?}", at(&robot)) };
        let words = format!("The lesson needs 127.0.0.1:5000, where {words}");
        assert!(said.len() == 1 && said[0].1.starts_with(&words), "{said:?}");
        assert_eq!(robot.state.lesson.as_ref().unwrap().lacks.as_deref(), Some(&*said[0].1));
        robot.press("Space");
        assert_eq!(at(&robot), (0, Phase::SettingUp), "it is tried again");
        robot.kernel("");
        assert_eq!(at(&robot), (0, Phase::Doing));
    }
}

#[test]
fn in_the_lab_a_lesson_of_loopback_has_strayed() {
    let first = LESSON.replacen(
        "```do\nlisten\n```\n```expect\ntcp 127.0.0.1:5000 * LISTEN",
        "```expect\nno rows",
        1,
    );
    for text in [LESSON, &first] {
        let mut robot = given(text);
        if text == LESSON {
            robot.listens(ListenSpec::at("127.0.0.1:5000".parse().unwrap()), LISTEN);
            robot.kernel(LISTEN);
        }
        assert_eq!(at(&robot), (0, Phase::Done));
        robot.enter_lab(1);
        assert!(lesson(&robot).strayed, "{text}");
        robot.press("Space");
        assert_eq!(at(&robot), (0, Phase::SettingUp));
    }
    let mut robot = asking(LESSON);
    robot.enter_lab(1);
    robot.press("Space");
    assert_eq!(at(&robot), (1, Phase::SettingUp), "its deed is not done where nothing listens");
}
