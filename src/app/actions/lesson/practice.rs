//! Practice: the reader makes the rows, by keys or with another program, and the table is compared after each change.

use std::time::Duration;

use crate::app::actions::lesson::stage::{ASKED, begin as set_up};
use crate::app::explain::words;
use crate::app::query::lesson::judge::{is_only_late, lines_of_rows};
use crate::app::{Advice, Effect, Hint, Phase, State, Statement};
use crate::tcp::Moment;

/// Whether anything has changed since the table was compared with the step.
pub(super) fn has_news(state: &State) -> bool {
    let Some(progress) = state.lesson.as_ref().filter(|progress| progress.practises()) else {
        return false;
    };
    let compared = progress.play.compared;
    let failure = state.notices.failure.as_ref();
    compared == Moment::default()
        || state.sockets.has_changed_since(compared)
        || failure.is_some_and(|failure| failure.at >= compared)
}

/// Finds what is to be said of a table that does not fit.
pub(super) fn advise(state: &mut State) {
    let advice = advice(state);
    let now = state.now;
    if let Some(progress) = &mut state.lesson {
        // What changes in the same moment is compared, too.
        progress.play.compared = now.plus(Duration::from_nanos(1));
        progress.advice = advice;
    }
}

fn advice(state: &State) -> Option<Advice> {
    let progress = state.lesson.as_ref()?;
    let lost = progress.play.had.difference(&lines_of_rows(state)).next().copied();
    let mut claims = progress.step()?.claims();
    let lost = claims.find(|claim| Some(claim.line) == lost);
    let what = match lost {
        Some(claim) => Some(Statement::new("practice-lost").with("row", &claim.text)),
        None => is_only_late(state).then(|| Statement::new("practice-late")),
    };
    if let Some(what) = what {
        return Some(Advice::Broken(words(&what)));
    }
    let helps = |hint: &Hint| hint.when.as_ref().is_some_and(|claim| state.holds(claim));
    progress.step()?.hints.iter().position(helps).map(Advice::Hint)
}

/// Shows a hint that was asked for; each time the next degree.
pub(crate) fn hint(state: &mut State) {
    let Some(progress) = &mut state.lesson else { return state.say("no-lesson") };
    let degrees = progress.degrees().count();
    if !progress.practises() {
        state.say("no-hint-now");
    } else if progress.hints < degrees {
        progress.hints += 1;
        // What was asked for is shown.
        progress.advice.take_if(|advice| matches!(advice, Advice::Hint(_)));
    } else {
        state.say(Statement::new("no-more-hints").when("None", degrees == 0));
    }
}

/// The second key skips a step that is not done; where the file has actions, the program does them.
pub(super) fn skip(state: &mut State) {
    let now = state.now;
    let Some(progress) = &mut state.lesson else { return };
    if progress.asked_to_skip.is_some_and(|asked| now.since(asked) < ASKED) {
        return set_up(state, state.lesson.as_ref().map_or(0, |progress| progress.at + 1));
    }
    progress.asked_to_skip = Some(now);
    state.say("practice-not-yet");
}

/// Remembers an exercise that is done.
pub(super) fn keep(state: &mut State) -> Vec<Effect> {
    let done = state.lesson.as_ref().filter(|progress| progress.phase == Phase::Done);
    let Some(number) = done.and_then(|progress| progress.exercise) else { return vec![] };
    state.exercises_done.insert(number);
    let done = state.exercises_done.len() as u64;
    state.say(Statement::new("exercise-done").with("number", number).count("done", done));
    vec![Effect::KeepExercise(number)]
}
