//! Practice: the reader makes the rows, the table is compared after each change, and hints come when they help or are asked for.

use std::sync::Arc;
use std::time::Duration;

use fivetuple::app::lesson::read;
use fivetuple::app::{Action, Advice, Effect, Event, LessonProgress, Phase};
use fivetuple::tcp::Command;

use crate::robot::{LISTEN, Robot};

const LESSON: &str = "\
---
title: One port
belief: A port is used up
minutes: 3
---

# A server
```do
listen
```
```expect
tcp 127.0.0.1:5000 * LISTEN
```

# A client
```do
connect laptop
```
```expect
tcp 127.0.0.1:5000 * LISTEN
tcp 127.0.0.1:5000 laptop ESTABLISHED
tcp laptop 127.0.0.1:5000 ESTABLISHED
```
```hint
when laptop ESTABLISHED 2
One call is enough.
```
```hint
Who calls?
```
```hint
Press c.
```
";

const CLIENT: &str = "tcp 0 0 127.0.0.2:41000 127.0.0.1:5000 ESTABLISHED inode=20";
const SERVER: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.2:41000 ESTABLISHED inode=21";
const OTHER: &str = "tcp 0 0 127.0.0.2:41001 127.0.0.1:5000 ESTABLISHED inode=22";
const WAITS: &str = "tcp 0 0 127.0.0.2:41002 127.0.0.1:5000 TIME_WAIT timewait=59000ms/0";

fn practising() -> Robot {
    let mut robot = Robot::new();
    robot.kernel("");
    let lesson = Arc::new(read("lesson.md", LESSON).unwrap());
    robot.tell(Event::LessonGiven { lesson, number: Some(1), pace: None, practice: true });
    robot.commands();
    robot
}

/// What other programs have done shows in the table, a moment later.
fn shows(robot: &mut Robot, rows: &[&str]) {
    robot.later(Duration::from_secs(2));
    robot.kernel(&rows.join("\n"));
}

/// In the second step, which the table does not fit yet.
fn at_second_step() -> Robot {
    let mut robot = practising();
    shows(&mut robot, &[LISTEN]);
    robot.press("Space");
    robot
}

fn lesson(robot: &Robot) -> &LessonProgress {
    robot.state.lesson.as_ref().expect("a lesson")
}

fn at(robot: &Robot) -> (usize, Phase) {
    (lesson(robot).at, lesson(robot).phase.clone())
}

fn hint(robot: &Robot) -> Option<(&str, Option<[usize; 2]>)> {
    lesson(robot).hint()
}

#[test]
fn nothing_is_done_for_the_reader_and_anybody_may_make_the_rows() {
    let mut robot = practising();
    robot.later(Duration::from_secs(60));
    assert_eq!(at(&robot), (0, Phase::Waiting), "there is no limit");
    assert_eq!(robot.commands(), []);
    shows(&mut robot, &[LISTEN]);
    assert_eq!(at(&robot), (0, Phase::Done), "another program listens");
    robot.press("Space");
    assert_eq!(at(&robot), (1, Phase::Waiting));
    shows(&mut robot, &[LISTEN, CLIENT, SERVER]);
    assert_eq!(at(&robot), (1, Phase::Done));
    shows(&mut robot, &[LISTEN]);
    assert_eq!((at(&robot), lesson(&robot).strayed), ((1, Phase::Done), false), "it may be tried");
}

#[test]
fn a_hint_comes_when_its_claim_holds_and_the_others_by_degrees() {
    let mut robot = at_second_step();
    assert_eq!(hint(&robot), None);
    robot.press("!");
    assert_eq!(hint(&robot), Some(("Who calls?", Some([1, 2]))));
    shows(&mut robot, &[LISTEN, CLIENT, SERVER, OTHER]);
    assert_eq!(hint(&robot), Some(("One call is enough.", None)));
    shows(&mut robot, &[LISTEN]);
    robot.press("!");
    assert_eq!(hint(&robot), Some(("Press c.", Some([2, 2]))));
    robot.press_says("!", "That was the last hint.");
    shows(&mut robot, &[LISTEN, CLIENT, SERVER]);
    assert_eq!(hint(&robot), None);
    robot.press_says("!", "Hints are given in practice");
}

#[test]
fn a_step_that_is_broken_says_so_and_r_restarts_it() {
    let mut robot = at_second_step();
    shows(&mut robot, &[LISTEN, CLIENT, SERVER, WAITS]);
    let broken = |robot: &Robot| match &lesson(robot).advice {
        Some(Advice::Broken(words)) => words.clone(),
        other => panic!("{other:?}"),
    };
    assert!(broken(&robot).starts_with("Only rows in TIME_WAIT are in the way."));
    shows(&mut robot, &[CLIENT, SERVER]);
    assert!(broken(&robot).contains("is gone: tcp 127.0.0.1:5000 * LISTEN. Press r"));
    shows(&mut robot, &[LISTEN]);
    assert_eq!(lesson(&robot).advice, None, "it was mended by hand");
    robot.commands();
    robot.press("r");
    assert!(robot.commands().contains(&Command::CloseEverything));
    assert_eq!(at(&robot), (1, Phase::SettingUp));
    shows(&mut robot, &[]);
    let orders = robot.commands();
    assert!(matches!(orders[..], [Command::Listen(_)]), "the step before is done: {orders:?}");
}

#[test]
fn a_step_is_skipped_by_the_second_space_only() {
    let mut robot = at_second_step();
    robot.press_says("Space", "The table does not show it yet.");
    assert_eq!(at(&robot), (1, Phase::Waiting));
    robot.press("! Space");
    assert_eq!(at(&robot), (1, Phase::Waiting), "a hint came between");
    robot.press("Enter Enter PageDown PageDown PageUp Esc");
    assert_eq!(at(&robot), (1, Phase::Waiting), "these look at the rows");
    robot.press("Space");
    robot.press("Space");
    assert_eq!(at(&robot), (2, Phase::SettingUp));
}

#[test]
fn an_exercise_that_is_done_is_kept_and_space_opens_the_next() {
    let mut robot = Robot::new();
    robot.kernel("");
    robot.tell(Event::ExercisesDone([7].into()));
    robot.ask(Action::GiveExercise(1));
    assert_eq!((lesson(&robot).exercise, at(&robot)), (Some(1), (0, Phase::Waiting)));
    robot.orders();
    shows(&mut robot, &[LISTEN]);
    assert!(robot.orders().contains(&Effect::KeepExercise(1)));
    robot.says("Exercise 1 is done, 2 exercises in all.");
    shows(&mut robot, &[LISTEN, WAITS]);
    assert_eq!(robot.orders(), [], "it is kept once");
    robot.press("Space");
    assert_eq!(lesson(&robot).exercise, Some(2));
    robot.ask(Action::GiveExercise(20));
    robot.press("Space Space");
    assert_eq!(lesson(&robot).exercise, Some(20), "there is none behind the last");
}

#[test]
fn why_exercises_are_not_remembered_is_told_once() {
    let mut robot = Robot::new();
    for _ in 0..2 {
        robot.tell(Event::ExerciseNotKept(String::from("the disk is full")));
        robot.says("Exercises that you solve are not remembered: the disk is full.");
        assert_eq!(robot.state.notices.len(), 1);
    }
}

#[test]
fn the_next_lesson_is_practised_too() {
    let mut robot = practising();
    let progress = robot.state.lesson.as_mut().unwrap();
    (progress.at, progress.phase) = (2, Phase::Done);
    robot.press("Space");
    assert_eq!((lesson(&robot).number, lesson(&robot).practice), (Some(2), true));
}
