//! How a step begins and ends.

use std::time::Duration;

use crate::app::explain::words;
use crate::app::model::LessonPlay;
use crate::app::query::lesson::judge::{Mismatch, lines_of_rows};
use crate::app::{Action, Effect, LessonProgress, Phase, State};
use crate::tcp::Moment;

/// The second Esc leaves the lesson, and the second Space the step, if it comes within this time.
pub(super) const ASKED: Duration = Duration::from_secs(10);

/// What the dispatcher does for the player.
#[derive(Debug, Default)]
pub(crate) struct LessonDeed {
    pub(crate) effects: Vec<Effect>,
    /// An action with its count, as if its key had been pressed.
    pub(crate) run: Option<(Action, Option<u32>)>,
}

/// Sets a step up anew: everything is closed, and the steps before are done again.
pub(super) fn begin(state: &mut State, at: usize) {
    let now = state.now;
    let Some(progress) = &mut state.lesson else { return };
    (progress.at, progress.phase, progress.since) = (at, Phase::SettingUp, now);
    progress.lacks = None;
    progress.play = LessonPlay { since: now, ..LessonPlay::default() };
    clear(progress);
    state.ui.ahead.drop_all();
}

/// Enters a step, with the sockets as they are.
pub(super) fn enter(state: &mut State, at: usize) {
    let now = state.now;
    let Some(progress) = &mut state.lesson else { return };
    clear(progress);
    (progress.at, progress.since) = (at, now);
    let play = &mut progress.play;
    (play.step, play.since, play.ordered) = (at, now, now);
    progress.phase = match progress.step() {
        None => Phase::Done,
        Some(step) if step.question.is_some() => Phase::Asking,
        Some(_) => Phase::Doing,
    };
    let had = lines_of_rows(state);
    if let Some(progress) = state.lesson.as_mut().filter(|progress| progress.practice) {
        (progress.play.had, progress.play.compared) = (had, Moment::default());
    }
}

/// Forgets what belongs to one step.
fn clear(progress: &mut LessonProgress) {
    (progress.done, progress.votes, progress.strayed) = (0, [0; 4], false);
    (progress.spotlight, progress.advice, progress.hints) = (None, None, 0);
    progress.asked_to_skip = None;
    progress.held_once.clear();
}

pub(super) fn set_phase(state: &mut State, phase: Phase) {
    let now = state.now;
    if let Some(progress) = &mut state.lesson {
        (progress.phase, progress.since) = (phase, now);
    }
}

pub(super) fn fail(state: &mut State, found: &[Mismatch]) {
    let sentences = found.iter().map(|mismatch| (mismatch.line, words(&mismatch.what)));
    set_phase(state, Phase::Failed(sentences.collect()));
    if let Some(progress) = &mut state.lesson {
        progress.play.goes_on = 0;
    }
}
