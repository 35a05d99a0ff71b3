//! The lists that are searched by typing: the lessons, and the terms of the field.

use fivetuple::app::lesson::check as check_file;
use fivetuple::app::lesson::menu::{TOUR, list};
use fivetuple::app::{Lesson, Need, Overlay};

use crate::robot::Robot;
use crate::view::lesson::lesson;
use crate::view::{ALL, USUAL, WIDE, check, shows, shows_not, two_connections};

/// The lessons as the list shows them.
fn listed() -> Robot {
    let needs = [vec![], vec![Need::Lab], vec![Need::Ipv6, Need::Linux(6, 3)]];
    let lessons = needs.map(|needs| Lesson { needs, ..lesson() });
    let mut robot = two_connections();
    let palette = list(lessons.iter().enumerate());
    robot.state.ui.overlay = Some(Overlay::Palette(palette));
    robot
}

#[test]
fn the_list_of_lessons_says_what_each_is_about_and_needs() {
    check("lessons", &mut listed(), &ALL);
    shows(&mut listed(), &[USUAL, WIDE], &["8 min  IPv6, Linux 6.3"]);
    shows(&mut listed(), &ALL, &["1  The port is never hogged", " 8 min", "Common belief: "]);
    let mut robot = listed();
    robot.type_text("2");
    shows(&mut robot, &ALL, &["▶ 2  The port", "1 of 3"]);
}

#[test]
fn a_term_is_found_by_its_letters_and_explained_with_its_source() {
    let mut robot = two_connections();
    robot.press("'");
    check("glossary", &mut robot, &ALL);
    robot.type_text("time_w");
    shows(&mut robot, &ALL, &["▶ TIME_WAIT", "See: RFC 9293 section 3.3.2"]);
    robot.press("Enter");
    assert!(robot.state.ui.overlay.is_none());
    // The list of actions finds it, too, behind what the keys do.
    robot.press(":");
    robot.type_text("backlog");
    shows(&mut robot, &ALL, &["look up: Backlog"]);
    robot.press("Enter");
    shows(&mut robot, &ALL, &["Glossary", "▶ Backlog"]);
    robot.press("Esc");
    robot.press(":");
    shows_not(&mut robot, &ALL, &["look up"]);
    robot.press("Esc '");
    robot.type_text("zzz");
    robot.press_says("Enter", "Nothing in the list has these words.");
}

#[test]
fn the_empty_screen_offers_the_tour_by_one_key() {
    let mut robot = Robot::new();
    shows(&mut robot, &ALL, &["Space the tour", "G lessons"]);
    robot.press("Space");
    let lesson = robot.state.lesson.as_ref().expect("the tour is given");
    assert_eq!(lesson.number, Some(0));
    // Once something is there, the key would close it.
    let mut robot = two_connections();
    shows_not(&mut robot, &ALL, &["the tour"]);
    robot.press_says("Space", "Space does nothing here.");
}

#[test]
fn the_tour_is_a_lesson() {
    let (name, text) = TOUR;
    let faults = check_file(name, text);
    assert!(faults.all.is_empty(), "{faults}");
}
