//! Keys, wheel and clicks where they mean little: over what lies over the panes, beyond the end, beside a row.

use std::time::Duration;

use fivetuple::app::{Action, Pane, Statement, Tone};
use fivetuple::view::{hit, wheel};
use ratatui::layout::Rect;

use crate::app::laptop_connected;
use crate::robot::{LISTEN, Robot, own};
use crate::view::{DARK, SMALL, USUAL, paint, screen};

#[test]
fn a_click_in_netstats_layout_takes_the_row_under_it() {
    const OTHER: [&str; 2] = [
        "tcp 0 0 127.0.0.1:5000 127.0.0.3:47118 ESTABLISHED inode=14",
        "tcp 0 0 127.0.0.3:47118 127.0.0.1:5000 ESTABLISHED inode=13",
    ];
    let mut robot = laptop_connected();
    robot.press("n");
    // The laptop's rows, above those of the phone, are ghosts now.
    robot.kernel(&[LISTEN, OTHER[0], OTHER[1]].join("\n"));
    let (_, scroll) = paint(&mut robot, DARK, USUAL);
    let text = screen(&mut robot, USUAL);
    let line_of = |local: &str, remote: &str| {
        let mut lines = text.lines();
        let stands = |line: &str| line.find(local).zip(line.find(remote));
        lines.position(|line| stands(line).is_some_and(|(local, remote)| local < remote))
    };
    let (server, client) = ("127.0.0.1:5000", "127.0.0.3:47118");
    let lines = [line_of(server, client), line_of(client, server)];
    let area = Rect::new(0, 0, USUAL.0, USUAL.1);
    for (y, name) in lines.into_iter().zip(OTHER) {
        let y = u16::try_from(y.unwrap()).unwrap();
        let actions = hit(area, &robot.state, &scroll, 20, y);
        let wanted = Action::SelectRow(own(name, 0).name);
        assert!(actions.contains(&wanted), "line {y}: {actions:?}\n{text}");
    }
}

#[test]
fn the_list_of_keys_ends_at_its_last_line() {
    let mut robot = Robot::new();
    robot.press("?");
    let lowest = |robot: &mut Robot| {
        let (buffer, scroll) = paint(robot, DARK, SMALL);
        robot.state.ui.help_ends_at(scroll.help_end().unwrap());
        crate::view::text_of(&buffer)
    };
    let top = lowest(&mut robot);
    robot.press("200j");
    (0..200).for_each(|_| robot.press("j"));
    let end = lowest(&mut robot);
    assert_ne!(top, end);
    robot.press("k");
    assert_ne!(lowest(&mut robot), end, "one step back is one line back");
    robot.press("j");
    assert_eq!(lowest(&mut robot), end);
}

#[test]
fn what_happened_ends_with_its_oldest_sentence_at_the_top() {
    let mut robot = Robot::new();
    for key in ["c", "p", "p", "c", "p", "p", "c", "p", "p", "w", "w", "R"] {
        robot.press(key);
    }
    let oldest = robot.state.notices.newest_first().last().unwrap();
    let oldest = oldest.text()[..24].to_owned();
    for size in [SMALL, USUAL, (120, 36)] {
        robot.state.notices.back = 0;
        while robot.state.ui.focus != Pane::Notices {
            robot.press("Tab");
        }
        let shown = |robot: &mut Robot| {
            let (buffer, scroll) = paint(robot, DARK, size);
            if let Some((last, pages)) = scroll.notices() {
                robot.state.notices.fit(last, pages);
            }
            crate::view::text_of(&buffer)
        };
        (0..9).for_each(|_| robot.press("PageUp"));
        shown(&mut robot);
        let end = shown(&mut robot);
        let (_, told) = end.split_once("What happened").unwrap();
        let lines: Vec<&str> = told.lines().skip(1).collect();
        assert!(lines[0].contains(&oldest), "{size:?}: {end}");
        let blank =
            |line: &&&str| line.starts_with('┃') && line.trim_matches(['┃', ' ']).is_empty();
        let blanks = lines.iter().filter(blank).count();
        assert!(blanks < 3, "{size:?}: {end}");
        robot.press("PageDown");
        assert_ne!(shown(&mut robot), end, "one page on are newer sentences");
    }
}

/// Every sentence can be read by turning pages, back and forward again.
#[test]
fn a_page_of_what_happened_skips_no_sentence() {
    for (keys, size) in [("g", SMALL), ("g", USUAL), ("m", (120, 36)), ("", USUAL)] {
        let mut robot = laptop_connected();
        robot.press(keys);
        for n in 1..=12 {
            let words = "which is told at length, ".repeat(n % 4 * 2);
            let told = Statement::verbatim(format!("Sentence {n}, {words}ends as end{n}."));
            robot.state.notices.say(robot.state.now, Tone::Plain, told);
        }
        robot.press("Tab");
        for key in ["PageUp", "PageDown"] {
            let mut unread: Vec<String> = (1..=12).map(|n| format!("end{n}.")).collect();
            for _ in 0..14 {
                let (buffer, scroll) = paint(&mut robot, DARK, size);
                let (last, pages) = scroll.notices().unwrap();
                robot.state.notices.fit(last, pages);
                let shown = crate::view::text_of(&buffer);
                unread.retain(|end| !shown.contains(end));
                robot.press(key);
            }
            assert!(unread.is_empty(), "{keys:?} {size:?} {key}: {unread:?}");
        }
    }
}

#[test]
fn neither_wheel_nor_click_moves_what_something_lies_over() {
    for keys in ["L", "C", "?", "Enter"] {
        let mut robot = laptop_connected();
        robot.press(keys);
        let area = Rect::new(0, 0, USUAL.0, USUAL.1);
        let (_, scroll) = paint(&mut robot, DARK, USUAL);
        for y in 0..USUAL.1 {
            assert_eq!(wheel(area, &robot.state, (20, y), true), [Action::Next], "{keys}");
            assert_eq!(hit(area, &robot.state, &scroll, 20, y), [], "{keys}");
        }
    }
}

#[test]
fn the_wheel_over_a_form_goes_to_its_next_field() {
    let mut robot = laptop_connected();
    let before = (robot.state.clients.chosen, robot.state.ui.selected);
    robot.press("C");
    robot.ask(Action::Next);
    robot.ask(Action::Next);
    robot.ask(Action::Previous);
    let form = robot.form();
    assert_eq!(form.at, 1);
    let after = (robot.state.clients.chosen, robot.state.ui.selected);
    assert_eq!(before, after);
}

#[test]
fn a_key_that_means_nothing_says_so_wherever_it_is_pressed() {
    let places = [
        ("", "F5", "Press ? for all keys"),
        ("?", "F5", "Press Esc to close"),
        ("", "Space", "Press ? for all keys"),
        ("?", "b", "Press Esc to close"),
        ("Enter", "b", "Press Esc to close"),
        ("L", "F5", "Press Enter to apply the form"),
        ("L Tab Tab Tab", "b", "Press Enter to apply the form"),
        ("C", "PageUp", "Press Enter to apply the form"),
        ("/", "F12", "Press Enter to keep the text"),
        ("/", "Insert", "Press Enter to keep the text"),
    ];
    for (before, key, helps) in places {
        let mut robot = laptop_connected();
        robot.press(before);
        robot.later(Duration::from_millis(1));
        robot.press(key);
        let said = robot.said();
        let wanted = format!("{key} does nothing here. {helps}");
        assert!(said.starts_with(&wanted), "{before} {key}: {said}");
        let screen = screen(&mut robot, USUAL);
        let shown = format!("{key} does nothing here. ");
        assert!(screen.contains(&shown), "{before} {key}:\n{screen}");
    }
}
