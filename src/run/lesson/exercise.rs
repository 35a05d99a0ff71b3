//! `fivetuple exercise`: lists the exercises with those that are done, and opens one in the dashboard.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::ensure;

use crate::app::lesson::{EXERCISES, read};
use crate::app::{Action, Event};
use crate::cli::ExerciseArgs;
use crate::run::dashboard::open::open_dashboard;
use crate::run::headless::print;
use crate::run::lesson::headline;
use crate::run::{Exit, complain, kept};

pub(in crate::run) fn exercise(args: &ExerciseArgs) -> anyhow::Result<Exit> {
    let done = kept::read();
    let Some(number) = args.number else {
        if let Err(why) = &done {
            complain(why);
        }
        return print(list(&done.unwrap_or_default()).as_bytes());
    };
    let last = EXERCISES.len();
    ensure!((1..=last).contains(&number), "there is no exercise {number}: they are 1 to {last}");
    let done = match done {
        Ok(done) => Event::ExercisesDone(done),
        Err(why) => Event::ExerciseNotKept(why),
    };
    let open = Event::Requested(Action::GiveExercise(number));
    open_dashboard(&args.dashboard(), vec![done, open])
}

/// An exercise a line, and the next one that is not done.
fn list(done: &BTreeSet<usize>) -> String {
    let mut text = String::new();
    let mut count = 0;
    let mut next = None;
    for (number, (name, file)) in (1..).zip(EXERCISES) {
        let Ok(exercise) = read(name, file) else { continue };
        let is_done = done.contains(&number);
        count += usize::from(is_done);
        next = next.or((!is_done).then_some(number));
        let mark = if is_done { "[x]" } else { "[ ]" };
        let _ = writeln!(text, "{mark} {number:2}  {}", headline(&exercise));
    }
    let next = next.unwrap_or(1);
    let of = EXERCISES.len();
    let _ =
        writeln!(text, "\n{count} of {of} are done. fivetuple exercise {next} opens one of them.");
    text
}
