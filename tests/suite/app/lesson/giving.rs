//! A lesson is given: what it orders, when it goes on, and what it says where the table shows something else.

use std::sync::Arc;
use std::time::Duration;

use fivetuple::app::lesson::read;
use fivetuple::app::{Event, LessonProgress, Phase};
use fivetuple::tcp::{CloseKind, Command, ListenSpec, SocketEvent};

use crate::robot::{LISTEN, Robot, end, own};

pub(super) const LESSON: &str = "\
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
What will the LISTEN row do?

- [ ] It goes away `0 LISTEN`
- [x] It stays `1 LISTEN`

```do
connect laptop
```
```expect
tcp 127.0.0.1:5000 * LISTEN
tcp 127.0.0.1:5000 laptop ESTABLISHED
tcp laptop 127.0.0.1:5000 ESTABLISHED
```
The laptop has port {laptop.port}.

# It closes
```do
disconnect laptop
```
```expect
tcp 127.0.0.1:5000 * LISTEN
tcp laptop 127.0.0.1:5000 TIME_WAIT
```
";

pub(super) const CLIENT: &str = "tcp 0 0 127.0.0.2:41000 127.0.0.1:5000 ESTABLISHED inode=20";
pub(super) const SERVER: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.2:41000 ESTABLISHED inode=21";
const WAITS: &str = "tcp 0 0 127.0.0.2:41000 127.0.0.1:5000 TIME_WAIT timewait=59000ms/0";

pub(super) fn given(text: &str) -> Robot {
    let mut robot = Robot::new();
    let lesson = Arc::new(read("lesson.md", text).unwrap_or_else(|faults| panic!("{faults}")));
    robot.tell(Event::LessonGiven { lesson, number: Some(1), pace: None, practice: false });
    robot
}

/// At its second step, which asks.
pub(super) fn asking(text: &str) -> Robot {
    let mut robot = given(text);
    robot.listens(ListenSpec::at("127.0.0.1:5000".parse().unwrap()), LISTEN);
    robot.kernel(LISTEN);
    robot.press("Space");
    robot
}

/// The same once the laptop is connected.
fn connected(text: &str) -> Robot {
    let mut robot = asking(text);
    robot.press("Space");
    robot.hear(SocketEvent::Connected(own(CLIENT, 10)));
    robot.accepts(SERVER, 11);
    robot.kernel(&[LISTEN, SERVER, CLIENT].join("\n"));
    settle(&mut robot);
    robot
}

/// Both ends are closed, the laptop's first.
fn closed(text: &str) -> Robot {
    let mut robot = connected(text);
    robot.press("Space");
    let client = end("127.0.0.2:41000", "127.0.0.1:5000");
    robot.closes(client, CloseKind::Close);
    robot.closes(end("127.0.0.1:5000", "127.0.0.2:41000"), CloseKind::Close);
    robot.kernel(&[LISTEN, WAITS].join("\n"));
    robot.later(Duration::from_secs(2));
    robot
}

/// The server reads what came with the call, and the tables have shown all that follows.
pub(super) fn settle(robot: &mut Robot) {
    let at = end("127.0.0.1:5000", "127.0.0.2:41000");
    robot.hear(SocketEvent::Received { at, bytes: 13, first: b"Test payload.".to_vec() });
    robot.later(Duration::from_secs(2));
}

pub(super) fn lesson(robot: &Robot) -> &LessonProgress {
    robot.state.lesson.as_ref().expect("a lesson")
}

pub(super) fn at(robot: &Robot) -> (usize, Phase) {
    (lesson(robot).at, lesson(robot).phase.clone())
}

#[test]
fn a_step_is_done_once_the_table_shows_what_it_expects() {
    let mut robot = given(LESSON);
    assert!(robot.commands().contains(&Command::CloseEverything), "it begins with nothing");
    assert_eq!(at(&robot), (0, Phase::Doing));
    robot.listens(ListenSpec::at("127.0.0.1:5000".parse().unwrap()), LISTEN);
    assert_eq!(at(&robot), (0, Phase::Doing), "no table has shown it yet");
    robot.kernel(LISTEN);
    assert_eq!(at(&robot), (0, Phase::Done));
}

#[test]
fn a_question_comes_before_the_deed_and_the_answers_are_counted() {
    let mut robot = asking(LESSON);
    assert_eq!(at(&robot), (1, Phase::Asking));
    assert_eq!(robot.commands_by("a 12b a c"), [], "the letters are no orders here");
    assert_eq!(lesson(&robot).votes, [2, 12, 0, 0]);
    robot.says("no such answer");
    let orders = robot.commands_by("Space");
    assert!(matches!(orders[..], [Command::Connect(..)]), "{orders:?}");
    robot.hear(SocketEvent::Connected(own(CLIENT, 10)));
    robot.accepts(SERVER, 11);
    robot.kernel(&[LISTEN, SERVER, CLIENT].join("\n"));
    settle(&mut robot);
    assert_eq!(at(&robot), (1, Phase::Done));
    let caption = robot.state.fills(&lesson(&robot).lesson.steps[1].after[0]);
    assert_eq!(caption, "The laptop has port 41000.");
}

#[test]
fn a_key_that_comes_too_early_is_not_lost() {
    let mut robot = given(LESSON);
    robot.press("Space");
    assert_eq!(at(&robot), (0, Phase::Doing));
    robot.listens(ListenSpec::at("127.0.0.1:5000".parse().unwrap()), LISTEN);
    robot.kernel(LISTEN);
    assert_eq!(at(&robot), (1, Phase::Asking));
}

#[test]
fn after_five_seconds_it_says_what_the_table_shows_instead() {
    for (wrong, right, sentences) in [
        (
            "laptop 127.0.0.1:5000 ESTABLISHED",
            "laptop 127.0.0.1:5000 CLOSE_WAIT",
            &[
                "Expected tcp laptop 127.0.0.1:5000 CLOSE_WAIT; the table has tcp 127.0.0.2:41000 127.0.0.1:5000 ESTABLISHED.",
            ][..],
        ),
        (
            "tcp 127.0.0.1:5000 laptop ESTABLISHED\n",
            "",
            &[
                "The table has what was not expected: tcp 127.0.0.1:5000 127.0.0.2:41000 ESTABLISHED.",
            ],
        ),
        (
            "tcp laptop 127.0.0.1:5000 ESTABLISHED\n```\nThe",
            "tcp laptop 127.0.0.1:5000 ESTABLISHED\ntcp phone 127.0.0.1:5000 ESTABLISHED\n```\nThe",
            &["Expected tcp phone 127.0.0.1:5000 ESTABLISHED; the table has no such row."],
        ),
        (
            "- [ ] It goes away `0 LISTEN`\n- [x] It stays `1 LISTEN`",
            "- [x] It goes away `0 LISTEN`\n- [ ] It stays `1 LISTEN`",
            &["Answer a is marked as right (0 LISTEN), but b is what the table shows."],
        ),
    ] {
        let text = LESSON.replacen(wrong, right, 1);
        assert_ne!(text, LESSON, "{wrong}");
        let mut robot = connected(&text);
        assert_eq!(at(&robot), (1, Phase::Waiting), "{right}");
        robot.later(Duration::from_secs(5));
        let (1, Phase::Failed(said)) = at(&robot) else { panic!("{:?}", at(&robot)) };
        assert!(said.iter().map(|(_, sentence)| sentence).eq(sentences), "{said:?}");
        let (line, place) = (text.lines().nth(said[0].0 - 1).unwrap(), &sentences[0]);
        let is_named = line.split('`').any(|part| part.len() > 5 && place.contains(part));
        assert!(is_named || right.is_empty(), "{line}: {place}");
    }
}

#[test]
fn what_does_not_fit_any_more_is_set_up_again() {
    let mut robot = connected(LESSON);
    robot.kernel(&[LISTEN, SERVER].join("\n"));
    robot.later(Duration::from_secs(2));
    assert!(lesson(&robot).strayed);
    let orders = robot.commands_by("Space");
    assert!(orders.contains(&Command::CloseEverything), "{orders:?}");
    assert_eq!(at(&robot), (1, Phase::SettingUp));
}

#[test]
fn a_teacher_may_talk_for_longer_than_time_wait_lasts() {
    let mut robot = closed(LESSON);
    assert_eq!(at(&robot), (2, Phase::Done));
    robot.later(Duration::from_secs(60));
    robot.kernel(LISTEN);
    robot.later(Duration::from_secs(2));
    assert!(!lesson(&robot).strayed, "the row is gone by itself");
    robot.press("Space");
    assert_eq!(lesson(&robot).at, 3, "the last card");
}

#[test]
fn to_go_back_ends_time_wait_and_does_the_steps_before_again() {
    let mut robot = closed(LESSON);
    robot.commands();
    robot.press("Backspace");
    assert_eq!(at(&robot), (1, Phase::SettingUp));
    let listener = own(LISTEN, 9).name;
    robot.closes(listener, CloseKind::Close);
    robot.kernel(WAITS);
    let other = end("127.0.0.1:5000", "127.0.0.2:41000");
    let orders = robot.commands();
    assert!(orders.contains(&Command::CloseEverything), "{orders:?}");
    assert!(orders.contains(&Command::EndTimeWait(other)), "{orders:?}");
    robot.hear(SocketEvent::TimeWaitEnded(other));
    robot.kernel("");
    assert!(matches!(robot.commands()[..], [Command::Listen(_)]), "the step before");
    robot.listens(ListenSpec::at("127.0.0.1:5000".parse().unwrap()), LISTEN);
    robot.kernel(LISTEN);
    assert_eq!(at(&robot), (1, Phase::Asking));
}

#[test]
fn rows_of_others_belong_to_no_step() {
    let mut robot = Robot::new();
    let other = "tcp 0 0 10.0.0.5:5000 10.0.0.7:443 ESTABLISHED inode=70";
    robot.kernel(other);
    let lesson = Arc::new(read("lesson.md", LESSON).unwrap());
    robot.tell(Event::LessonGiven { lesson, number: None, pace: None, practice: false });
    robot.later(Duration::from_secs(1));
    robot.listens(ListenSpec::at("127.0.0.1:5000".parse().unwrap()), LISTEN);
    robot.kernel(&[LISTEN, other].join("\n"));
    assert_eq!(at(&robot), (0, Phase::Done));
}

#[test]
fn esc_twice_leaves_a_lesson_and_its_sockets() {
    let mut robot = connected(LESSON);
    robot.commands();
    robot.press("Esc");
    robot.says("Esc again");
    robot.press("m Esc Esc");
    assert!(robot.state.lesson.is_some(), "the map was closed first");
    robot.press("Esc");
    assert!(robot.state.lesson.is_none());
    assert_eq!(robot.commands(), []);
}

#[test]
fn by_itself_it_goes_on_once_the_text_is_read_aloud() {
    let mut robot = given(LESSON);
    robot.state.lesson.as_mut().unwrap().pace = Some(200);
    robot.listens(ListenSpec::at("127.0.0.1:5000".parse().unwrap()), LISTEN);
    robot.kernel(LISTEN);
    robot.later(Duration::from_millis(1400));
    assert_eq!(lesson(&robot).at, 0);
    robot.later(Duration::from_millis(200));
    assert_eq!(at(&robot), (1, Phase::Asking));
    robot.later(Duration::from_secs(4));
    assert_eq!(at(&robot), (1, Phase::Doing), "fifteen words take seven seconds, or half of that");
}

#[test]
fn the_servers_end_is_found_after_its_client_is_forgotten() {
    let (before, _) = LESSON.split_once("# It closes").unwrap();
    let text = format!(
        "{before}# It is forgotten\n```do\nabort laptop\n```\n```expect\nlaptop ESTABLISHED 0\n```\n\n\
         # The server sends\n```do\nsend the server's end of laptop\n```\n"
    );
    let mut robot = connected(&text);
    robot.press("Space");
    robot.closes(end("127.0.0.2:41000", "127.0.0.1:5000"), CloseKind::Abort);
    robot.kernel(&[LISTEN, SERVER].join("\n"));
    robot.later(Duration::from_secs(2));
    robot.later(Duration::from_secs(8));
    assert_eq!(at(&robot), (2, Phase::Done));
    robot.commands();
    robot.press("Space");
    robot.later(Duration::from_secs(2));
    let orders = robot.commands();
    let server = end("127.0.0.1:5000", "127.0.0.2:41000");
    assert!(matches!(orders[..], [Command::Send(at, _)] if at == server), "{orders:?}");
}
