//! Where keys are named: the list of all keys, the footer, and the keys shown as they are pressed.

use std::time::Duration;

use fivetuple::app::{BINDINGS, FIRST_ACTIONS, Group, Overlay, binding_of};

use crate::robot::Robot;
use crate::view::{
    ALL, DARK, SMALL, USUAL, WIDE, paint, screen, shows, shows_not, text_of, two_connections,
};

/// The pages of the list of all keys.
fn pages(size: (u16, u16)) -> Vec<String> {
    let mut robot = Robot::new();
    robot.press("F1");
    assert!(matches!(robot.state.ui.overlay, Some(Overlay::Help(0))));
    let (buffer, scroll) = paint(&mut robot, DARK, size);
    let mut pages = vec![text_of(&buffer)];
    for _ in 0..scroll.help_end().unwrap() {
        robot.press("PageDown");
        pages.push(screen(&mut robot, size));
    }
    pages
}

#[test]
fn all_keys_are_on_one_page_or_on_pages_of_whole_groups() {
    for (size, many) in [((200, 60), 1), (WIDE, 1), (USUAL, 2)] {
        let pages = pages(size);
        assert_eq!(pages.len(), many, "{size:?}: {pages:#?}");
        for group in Group::ALL {
            let title = format!(" {}  ", group.title());
            let page = pages.iter().find(|page| page.contains(&title)).unwrap();
            for binding in BINDINGS.iter().filter(|it| it.group == group && it.is_listed()) {
                assert!(page.contains(binding.about), "{}: {page}", binding.about);
            }
        }
    }
}

#[test]
fn the_keys_that_a_beginner_needs_stand_first_in_the_list() {
    for size in ALL {
        let first = pages(size).remove(0);
        let (head, _) = first.split_once("Server  ").expect(&first);
        for binding in FIRST_ACTIONS.into_iter().filter_map(binding_of) {
            let hint = format!(" {} {} ", binding.keys[0], binding.help);
            assert!(head.contains(&hint), "{hint}: {first}");
        }
    }
}

#[test]
fn the_footer_names_what_makes_sense_now() {
    let footer = |robot: &mut Robot| screen(robot, WIDE).lines().last().unwrap().to_owned();
    assert_eq!(footer(&mut Robot::new()), " l listen   ? keys   q quit");
    let mut robot = Robot::listening();
    assert!(footer(&mut robot).starts_with(" l stop listening   c connect from laptop   "));
    for nothing in [" d ", " s ", " D ", " A "] {
        assert!(!footer(&mut robot).contains(nothing), "{}", footer(&mut robot));
    }
    robot.state.servers.selected_mut().held = true;
    for size in [WIDE, USUAL] {
        shows(&mut robot, &[size], &["A accept one"]);
    }
    shows(&mut two_connections(), &ALL, &["d disconnect"]);
    // Under a form only what its border does not name.
    robot.press("C");
    assert_eq!(footer(&mut robot), " ctrl-c quit at once");
}

#[test]
fn a_pressed_key_is_shown_with_its_words_for_a_moment() {
    for size in [(60, 18), (80, 24), (120, 36), (160, 50)] {
        let mut robot = two_connections();
        let before = screen(&mut robot, size);
        robot.press("K");
        shows(&mut robot, &[size], &[" K  show keys "]);
        robot.later(Duration::from_millis(500));
        robot.press("5 ,");
        let text = screen(&mut robot, size);
        let line = text.lines().rev().nth(1).unwrap();
        assert!(line.contains(" 5,  step back 5 times ") && line.contains("show keys"), "{text}");
        let frame = line.chars().filter(|c| *c == '─').count();
        assert!(frame > 10 && line.starts_with('╰') && line.ends_with('╯'), "{text}");
        // The loop wakes when a key fades, and for nothing else.
        assert!(robot.state.tick_after() <= Duration::from_millis(1300));
        robot.later(Duration::from_millis(1300));
        shows_not(&mut robot, &[size], &["show keys"]);
        shows(&mut robot, &[size], &["step back 5 times"]);
        robot.later(Duration::from_millis(500));
        shows_not(&mut robot, &[size], &["step back 5 times"]);
        // The keys took no line and no column of any sentence.
        robot.press("p Esc");
        let after = screen(&mut robot, size);
        assert_eq!(before.lines().count(), after.lines().count());
    }
}

#[test]
fn a_text_is_one_key_and_a_form_has_words_for_its_own() {
    let mut robot = Robot::listening();
    robot.press("K");
    robot.later(Duration::from_secs(2));
    robot.press("L Tab");
    robot.type_text("8080");
    shows(&mut robot, &[USUAL, SMALL], &["Tab  next field  8080 "]);
    robot.press("Esc");
    shows(&mut robot, &[USUAL], &["8080 ", " Esc  cancel "]);
    robot.press(": Enter");
    shows(&mut robot, &[USUAL], &[" l  stop listening "]);
}
