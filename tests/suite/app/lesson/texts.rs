//! The lessons, the exercises and the glossary that come with the program.

use std::fs::read_to_string;
use std::path::PathBuf;

use fivetuple::app::Lesson;
use fivetuple::app::lesson::{COURSE, check, read};

use crate::tidy::source::{files, root};

fn assets(folder: &str) -> PathBuf {
    root().join("assets").join(folder)
}

fn sound(file: &str, text: &str) -> Lesson {
    let faults = check(file, text);
    assert!(faults.all.is_empty(), "\n{faults}");
    read(file, text).unwrap_or_else(|faults| panic!("\n{faults}"))
}

#[test]
fn the_course_is_read_without_a_warning() {
    for (file, text) in COURSE {
        let lesson = sound(file, text);
        assert!((4..=10).contains(&lesson.steps.len()), "{file} has {} steps", lesson.steps.len());
        assert!((3..=8).contains(&lesson.minutes), "{file} takes {} minutes", lesson.minutes);
        assert!(!lesson.at_home.is_empty(), "{file} says nothing for at home");
        let asks = lesson.steps.iter().filter(|step| step.question.is_some()).count();
        assert!(asks >= 1, "{file} asks nothing");
    }
}

#[test]
fn the_list_of_the_course_links_every_lesson_by_its_title() {
    let list = read_to_string(assets("lessons/course.md")).unwrap();
    let linked: Vec<&str> = list.lines().filter(|line| line.contains("](")).collect();
    let expected = COURSE.iter().enumerate().map(|(n, (file, text))| {
        let title = sound(file, text).title;
        format!("{}. [{title}]({file})", n + 1)
    });
    assert_eq!(linked, expected.collect::<Vec<_>>());
    let names = files(&assets("lessons"), "md").into_iter();
    let mut names: Vec<_> =
        names.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    // The tour stands before the course.
    names.retain(|name| name != "course.md" && name != "00-tour.md");
    assert_eq!(names, COURSE.map(|(file, _)| file));
}

#[test]
fn a_step_that_asks_nothing_says_everything_in_its_caption() {
    // What stands behind the actions takes the caption's place at once, and nobody could read that.
    for (file, text) in COURSE {
        for step in sound(file, text).steps {
            let is_lost = step.question.is_none()
                && !step.after.is_empty()
                && !(step.caption.is_empty() || step.actions.is_empty());
            assert!(!is_lost, "{file}, {}", step.heading);
        }
    }
}

#[test]
fn exercises_have_one_step_without_actions_and_three_hints() {
    let exercises = files(&assets("exercises"), "md");
    assert_eq!(exercises.len(), 20);
    for path in exercises {
        let file = path.file_name().unwrap().to_str().unwrap();
        let lesson = sound(file, &read_to_string(&path).unwrap());
        let [step] = &lesson.steps[..] else { panic!("{file} has {} steps", lesson.steps.len()) };
        assert!(step.actions.is_empty() && step.expected.is_some(), "{file}");
        assert_eq!(step.hints.len(), 3, "{file}");
    }
}

#[test]
fn the_glossary_has_forty_terms_in_order_each_with_a_reference() {
    let glossary = read_to_string(assets("glossary.md")).unwrap();
    let entries: Vec<&str> = glossary.trim_start_matches("# ").split("\n# ").collect();
    let terms: Vec<String> =
        entries.iter().map(|entry| entry.lines().next().unwrap().to_lowercase()).collect();
    assert_eq!(terms.len(), 40);
    assert!(terms.is_sorted(), "{terms:?}");
    for entry in entries {
        let see = entry.trim_end().lines().last().unwrap();
        let is_reference =
            see.starts_with("See: RFC ") || see.ends_with(')') || see.contains("), ");
        assert!(see.starts_with("See: ") && is_reference, "{entry}");
    }
}
