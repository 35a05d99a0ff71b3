//! `fivetuple lesson`: lists the course, gives a lesson on the screen, checks lessons without one, and prints them; `fivetuple exercise`.

mod check;
mod exercise;
mod hand_out;
mod ports;
mod rehearsal;
mod text;

pub(super) use crate::run::lesson::exercise::exercise;

use std::fmt::Write as _;

use crate::app::lesson::LessonFaults;
use crate::app::lesson::menu::needs;
use crate::app::{Event, Lesson};
use crate::cli::LessonArgs;
use crate::run::dashboard::notes::follower::follow;
use crate::run::dashboard::open::open_dashboard;
use crate::run::headless::print;
use crate::run::lesson::ports::HeldPorts;
use crate::run::lesson::text::LessonText;
use crate::run::{Exit, Output};
use crate::tcp::ListenSpec;

pub(super) fn lesson(args: &LessonArgs) -> anyhow::Result<Exit> {
    if !args.check.is_empty() {
        return check::check(args);
    }
    if let Some(pid) = args.notes {
        return follow(&args.screen, pid);
    }
    let Some(name) = &args.lesson else { return print(course().as_bytes()) };
    let on_screen = (!args.hand_out).then_some(ListenSpec::PORT);
    let held = HeldPorts::of(args.port.or(on_screen))?;
    let port = held.first;
    let text = LessonText::named(name)?;
    let lesson = match text.read(port) {
        Ok(lesson) if args.hand_out => return hand_out::print(args, port, lesson),
        Ok(lesson) => lesson,
        Err(faults) => return Ok(refuse(&faults)),
    };
    let (pace, practice) = (args.auto, args.practice);
    let event = Event::LessonGiven { lesson, number: text.number, pace, practice };
    open_dashboard(&args.dashboard(port), vec![event])
}

fn refuse(faults: &LessonFaults) -> Exit {
    let _ = std::io::Write::write_all(&mut Output::stderr(), format!("{faults}\n").as_bytes());
    Exit::Failed
}

/// The course, a lesson a line, with what it needs and the belief that it tests.
fn course() -> String {
    let mut text = String::new();
    for (lesson, number) in LessonText::of_course().iter().zip(1..) {
        let Ok(lesson) = lesson.read(ListenSpec::PORT) else { continue };
        let _ = writeln!(text, "{number:2}  {}", headline(&lesson));
        let _ = writeln!(text, "    {}", lesson.belief);
    }
    text.push_str("\nfivetuple lesson 1 gives the first one.\n");
    text
}

/// Its title, how long it takes, and what it needs.
fn headline(lesson: &Lesson) -> String {
    let needs = match needs(lesson) {
        none if none.is_empty() => none,
        needs => format!(", needs {needs}"),
    };
    format!("{} ({} min{needs})", lesson.title, lesson.minutes)
}
