//! Which rows are lit, and what of the log is shown with the past.

use std::sync::Arc;
use std::time::Duration;

use fivetuple::app::{Condition, Holder, LessonProgress, Phase, SocketPattern};
use fivetuple::tcp::{CloseKind, Command, Endpoint, ListenSpec, ListenerId, SocketEvent, TcpState};
use fivetuple::view::ThemeRole;
use ratatui::style::{Color, Modifier};

use crate::robot::{LISTEN, Robot, own};
use crate::view::lesson::lesson;
use crate::view::{
    DARK, LAPTOP, PHONE, SMALL, USUAL, WIDE, joined, paint, screen, shows, shows_not, text_of,
};

const WAITS: &str = "tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=60000ms/0";

/// The sign of each row of the table, in order, after an `L` where it is lit from one border to the other.
fn marks(robot: &mut Robot) -> Vec<String> {
    let (buffer, _) = paint(robot, DARK, WIDE);
    let tint = DARK.lit().bg.unwrap();
    let is_row = |line: &&str| line.contains("tcp  ") && !line.contains("Proto");
    let text = text_of(&buffer);
    let rows = text.lines().enumerate().filter(|(_, line)| is_row(line));
    let mark = |(y, line): (usize, &str)| {
        let cells = &buffer.content[y * 120 + 1..][..118];
        let plate = DARK.end(Some(Holder::SERVERS)).bg;
        let lit = cells.iter().filter(|cell| cell.bg == tint || plate == Some(cell.bg)).count();
        assert!(lit == 118 || cells.iter().all(|cell| cell.bg != tint), "{line}");
        let sign = line.chars().nth(2).unwrap();
        format!("{}{sign}", if lit == 118 { "L" } else { "" }).trim().to_owned()
    };
    rows.map(mark).collect()
}

fn wait(robot: &mut Robot, millis: u64) {
    robot.later(Duration::from_millis(millis));
}

/// It listens, and the laptop connects half a second later.
fn connected() -> Robot {
    let mut robot = Robot::listening();
    wait(&mut robot, 500);
    connect(&mut robot, LAPTOP, &[LISTEN, LAPTOP[0], LAPTOP[1]]);
    robot
}

fn connect(robot: &mut Robot, [server, client]: [&str; 2], rows: &[&str]) {
    robot.press("c");
    wait(robot, 1);
    robot.accepts(server, 12);
    robot.hear(SocketEvent::Connected(own(client, 11)));
    robot.kernel(&joined(rows));
    wait(robot, 200);
}

fn close(robot: &mut Robot) {
    robot.press("d");
    wait(robot, 1);
    robot.closes(own(LAPTOP[1], 11).name, CloseKind::Close);
    robot.kernel(&joined(&[LISTEN, WAITS]));
    wait(robot, 200);
}

#[test]
fn what_the_last_verb_did_not_touch_is_not_marked() {
    let mut robot = Robot::listening();
    assert_eq!(marks(&mut robot), ["L+"]);
    wait(&mut robot, 500);
    connect(&mut robot, LAPTOP, &[LISTEN, LAPTOP[0], LAPTOP[1]]);
    assert!(robot.said().contains("The LISTEN row is unchanged"), "{}", robot.said());
    assert_eq!(marks(&mut robot), ["", "L+", "L+"]);
    close(&mut robot);
    assert_eq!(marks(&mut robot), ["", "L-", "L~"], "a change counts more than that it is new");
}

#[test]
fn what_lets_a_waiting_key_go_is_not_its_effect() {
    let mut robot = Robot::new();
    robot.press_at_once("l c");
    wait(&mut robot, 1);
    robot.listens(ListenSpec::at(Endpoint::new([127, 0, 0, 1], 5000)), LISTEN);
    robot.kernel(LISTEN);
    assert!(matches!(robot.commands()[..], [_, Command::Connect(..)]), "the row lets c go");
    wait(&mut robot, 1);
    robot.accepts(LAPTOP[0], 12);
    robot.hear(SocketEvent::Connected(own(LAPTOP[1], 11)));
    robot.kernel(&joined(&[LISTEN, LAPTOP[0], LAPTOP[1]]));
    wait(&mut robot, 200);
    assert_eq!(marks(&mut robot), ["", "L+", "L+"]);
}

#[test]
fn its_rows_stay_lit_until_the_next_verb() {
    let mut robot = connected();
    robot.press("g g T T T T");
    wait(&mut robot, 60_000);
    assert_eq!(marks(&mut robot), ["", "L+", "L+"]);
    robot.press("s");
    wait(&mut robot, 1);
    robot.kernel(&joined(&[LISTEN, &LAPTOP[0].replace("tcp 0", "tcp 13"), LAPTOP[1]]));
    assert_eq!(marks(&mut robot), ["", "L~", ""], "data that waits is a change");
}

#[test]
fn what_changes_by_itself_is_lit_for_a_while() {
    let mut robot = connected();
    wait(&mut robot, 10_000);
    robot.kernel(&joined(&[LISTEN, LAPTOP[0], LAPTOP[1], PHONE[0], PHONE[1]]));
    wait(&mut robot, 4_900);
    assert_eq!(marks(&mut robot), ["", "L+", "L+", "L+", "L+"]);
    wait(&mut robot, 200);
    assert_eq!(marks(&mut robot), ["", "L+", "L+", "", ""]);
}

#[test]
fn what_was_there_before_is_never_new() {
    let mut robot = Robot::new();
    robot.kernel_afresh(&joined(&[LISTEN, LAPTOP[0], LAPTOP[1]]));
    assert_eq!(marks(&mut robot), ["", "", ""]);
}

#[test]
fn in_the_past_exactly_the_rows_of_the_step_are_marked() {
    let mut robot = connected();
    connect(&mut robot, PHONE, &[LISTEN, LAPTOP[0], LAPTOP[1], PHONE[0], PHONE[1]]);
    let waits = [LISTEN, WAITS, PHONE[0], PHONE[1]];
    robot.press("d");
    robot.closes(own(LAPTOP[1], 11).name, CloseKind::Close);
    robot.kernel(&joined(&waits));
    wait(&mut robot, 200);
    robot.press(",");
    assert_eq!(marks(&mut robot), ["", "", "", "L+", "L+"]);
    robot.press(",");
    assert_eq!(marks(&mut robot), ["", "L+", "L+"]);
    robot.press(",");
    assert_eq!(marks(&mut robot), ["L+"]);
    robot.press("3.");
    assert_eq!(marks(&mut robot), ["", "L-", "L~", "", ""]);
}

#[test]
fn in_the_past_the_log_ends_with_the_step_and_the_answer_to_the_key() {
    let mut robot = connected();
    close(&mut robot);
    robot.press("2,");
    shows(&mut robot, &[WIDE], &["Step 1 of 3", "Listening on", "as of then", "as of now"]);
    shows_not(&mut robot, &[WIDE], &["laptop connected", "closed first"]);
    robot.press(".");
    shows(&mut robot, &[WIDE], &["Step 2 of 3", "laptop connected"]);
    shows_not(&mut robot, &[WIDE], &["closed first"]);
    robot.press("é");
    shows(&mut robot, &[WIDE], &["laptop connected", "does nothing here"]);
    robot.press("p");
    shows(&mut robot, &[WIDE], &["closed first"]);
    shows_not(&mut robot, &[WIDE], &["as of then", "as of now"]);
}

#[test]
fn a_row_that_is_gone_is_in_no_state() {
    let mut robot = connected();
    close(&mut robot);
    robot.press("l");
    robot.hear(SocketEvent::StoppedListening { id: ListenerId::FIRST, why: None });
    robot.kernel(WAITS);
    for size in [(80, 24), (60, 18), WIDE, (140, 48)] {
        for keys in ["", "z", "z"] {
            robot.press(keys);
            let text = screen(&mut robot, size);
            let rows = text.lines().filter(|line| line.contains(":5000") || line.contains("5000 "));
            let counted = rows.filter(|line| {
                let lives = line.contains("● ESTABLISHED") || line.contains("◎ LISTEN");
                lives || (line.contains('○') && !line.contains("○ gone"))
            });
            assert_eq!(counted.collect::<Vec<_>>(), Vec::<&str>::new(), "{size:?} {keys}\n{text}");
        }
    }
    let (buffer, _) = paint(&mut robot, DARK, WIDE);
    let text = text_of(&buffer);
    let y = text.lines().position(|line| line.contains("○ gone")).unwrap();
    let struck = |cell: &&ratatui::buffer::Cell| cell.modifier.contains(Modifier::CROSSED_OUT);
    let struck = buffer.content[y * 120..][..120].iter().filter(struck).count();
    assert_eq!(struck, "127.0.0.1:5000".len() + "0.0.0.0:*".len(), "{text}");
    assert!(text.contains("stopped listening"), "{text}");
    assert!(text.contains("was LISTEN") && text.contains("was ESTABLISHED"), "{text}");
}

/// The colours of a text wherever it stands in a table: the letters', and what is behind them.
fn looks(robot: &mut Robot, text: &str) -> Vec<(Color, Color)> {
    let (buffer, _) = paint(robot, DARK, WIDE);
    let lines = text_of(&buffer);
    let find = |(y, line): (usize, &str)| {
        let places = line.match_indices(text).map(|(at, _)| line[..at].chars().count());
        let cells = places.map(|x| &buffer.content[y * 120 + x]);
        cells.map(|cell| (cell.fg, cell.bg)).collect::<Vec<_>>()
    };
    lines.lines().enumerate().flat_map(find).collect()
}

#[test]
fn an_end_looks_the_same_wherever_it_stands() {
    let mut robot = connected();
    connect(&mut robot, PHONE, &[LISTEN, LAPTOP[0], LAPTOP[1], PHONE[0], PHONE[1]]);
    let of = |whose| {
        let style = DARK.end(Some(whose));
        (style.fg.unwrap(), style.bg)
    };
    let dim = DARK.of(ThemeRole::Dim).fg.unwrap();
    for keys in ["", "t", "t Enter"] {
        robot.press(keys);
        for (text, whose) in [
            ("127.0.0.1:5000", Holder::SERVERS),
            ("127.0.0.2:54240", Holder::Client(0)),
            ("127.0.0.3:47118", Holder::Client(1)),
        ] {
            let (ink, plate) = of(whose);
            let looks = looks(&mut robot, text);
            let is_its = |(fg, bg): &(Color, Color)| *fg == ink && plate.is_none_or(|it| it == *bg);
            let is_behind = |(fg, _): &(Color, Color)| keys.ends_with("Enter") && *fg == dim;
            let is_right = |look: &(Color, Color)| is_its(look) || is_behind(look);
            assert!(looks.iter().all(is_right), "{keys} {text}: {looks:?}");
            // Some views show one connection alone.
            assert!(!looks.is_empty() || whose != Holder::SERVERS, "{keys} {text}");
        }
    }
    robot.press("Esc z");
    let (ink, _) = of(Holder::Client(1));
    assert!(matches!(looks(&mut robot, "phone 127.0.0.3")[..], [(fg, _)] if fg == ink));
}

#[test]
fn a_lesson_puts_rows_forward_until_the_next_verb() {
    let mut robot = connected();
    let mut progress = LessonProgress::new(Arc::new(lesson()), Some(1));
    progress.phase = Phase::Done;
    robot.state.lesson = Some(progress);
    assert_eq!(marks(&mut robot), ["", "L+", "L+"], "what the last verb changed");
    let of = SocketPattern { state: Some(TcpState::Listen), ..SocketPattern::default() };
    robot.state.lesson.as_mut().unwrap().spotlight = Some(Condition::Row(of));
    assert_eq!(marks(&mut robot), ["L*", "", ""], "what the step speaks of");
    robot.press("d");
    assert_eq!(marks(&mut robot), ["", "", ""], "nothing has changed yet");
}

#[test]
fn what_a_lesson_puts_forward_is_in_view_in_a_long_table() {
    let mut robot = connected();
    close(&mut robot);
    let phones =
        (0..20).map(|n| format!("tcp 0 0 127.0.0.1:5000 127.0.0.3:{} ESTABLISHED", 40_000 + n));
    let rows: Vec<String> = [LISTEN, WAITS].map(String::from).into_iter().chain(phones).collect();
    robot.kernel(&rows.join("\n"));
    let mut progress = LessonProgress::new(Arc::new(lesson()), Some(1));
    progress.phase = Phase::Done;
    robot.state.lesson = Some(progress);
    robot.state.ui.selected = None;
    let of = SocketPattern { state: Some(TcpState::TimeWait), ..SocketPattern::default() };
    robot.state.lesson.as_mut().unwrap().spotlight = Some(Condition::Row(of));
    shows(&mut robot, &[SMALL, USUAL, WIDE], &["127.0.0.2:54240"]);
}
