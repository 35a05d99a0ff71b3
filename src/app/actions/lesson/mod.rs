//! Gives a lesson: after each event it does what its step says, and compares the table with what the step expects.

mod compare;
mod deed;
mod practice;
mod set_up;
mod stage;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use crate::app::actions::lesson::practice::hint;

use crate::app::actions::lesson::compare::{compare, look_for_strays, note_rows};
use crate::app::actions::lesson::set_up::wants_lab;
use crate::app::actions::lesson::stage::{ASKED, LessonDeed, begin, enter, fail, set_phase};
use crate::app::query::watched::wanted;
use crate::app::{Effect, Lesson, LessonProgress, Overlay, Phase, State, Statement};
use crate::tcp::{LabSpec, Port};

/// Begins a lesson, in place of the one that is given.
pub(crate) fn give(
    state: &mut State,
    lesson: Arc<Lesson>,
    number: Option<usize>,
    pace: Option<u32>,
) -> Vec<Effect> {
    let first = state.servers.at_start().at.port;
    let ports = (0..Lesson::PORTS).filter_map(|n| first.0.checked_add(n)).map(Port);
    let ports: BTreeSet<Port> =
        ports.filter(|port| *port == first || lesson.speaks_of(*port)).collect();
    let computers = lesson.computers();
    state.clients.add_up_to(computers);
    let spec = LabSpec::of_clients(computers);
    state.lab.spec.computers = state.lab.spec.computers.max(spec.computers);
    let mut progress = LessonProgress::new(lesson, number);
    progress.ports = ports;
    (progress.since, progress.pace) = (state.now, pace);
    (state.lesson, state.ui.overlay) = (Some(progress), None);
    vec![Effect::Watch(wanted(state))]
}

/// Does the step, or goes on to the next one; while the step is done, that is remembered.
pub(crate) fn next(state: &mut State) {
    let now = state.now;
    let Some(progress) = &mut state.lesson else { return state.say("no-lesson") };
    let (at, is_lab) = (progress.at, state.lab.is_up());
    match progress.phase {
        Phase::Waiting if progress.practice => practice::skip(state),
        // A step cannot be skipped before it is seen.
        Phase::SettingUp | Phase::Doing if progress.practice => (),
        Phase::SettingUp | Phase::Doing | Phase::Waiting => {
            progress.play.goes_on = progress.play.goes_on.saturating_add(1);
        }
        Phase::Asking if !progress.practice && wants_lab(progress, at) != is_lab => {
            begin(state, at);
            if let Some(progress) = &mut state.lesson {
                progress.play.goes_on = 1;
            }
        }
        Phase::Asking => {
            (progress.phase, progress.since, progress.play.since) = (Phase::Doing, now, now);
            progress.play.ordered = now;
        }
        Phase::Done | Phase::Failed(_) if at == progress.lesson.steps.len() => {
            state.say("lesson-over");
        }
        Phase::Failed(_) if progress.lacks.is_some() => begin(state, at),
        Phase::Done if progress.strayed => begin(state, at),
        Phase::Done | Phase::Failed(_) => enter(state, at + 1),
    }
    close_sheet(state);
}

/// What was drawn over the panes to be read is closed.
fn close_sheet(state: &mut State) {
    let is_sheet = |overlay: &mut Overlay| {
        matches!(overlay, Overlay::Help(_) | Overlay::Details(_) | Overlay::Why(_))
    };
    state.ui.overlay.take_if(is_sheet);
}

pub(crate) fn back(state: &mut State) {
    let Some(progress) = &state.lesson else { return state.say("no-lesson") };
    begin(state, progress.at.saturating_sub(1));
}

pub(crate) fn restart(state: &mut State) {
    let Some(progress) = &state.lesson else { return state.say("no-lesson") };
    begin(state, progress.at);
}

/// Counts an answer of the class; a count before the key is how many gave it.
pub(crate) fn answer(state: &mut State, choice: usize, count: Option<u32>) {
    let Some(progress) = &mut state.lesson else { return state.say("no-lesson") };
    let question = progress.step().and_then(|step| step.question.as_ref());
    let is_one = question.is_some_and(|question| choice < question.choices.len());
    if progress.phase != Phase::Asking || !is_one {
        return state.say(Statement::new("no-such-answer"));
    }
    if let Some(votes) = progress.votes.get_mut(choice) {
        *votes = count.unwrap_or(votes.saturating_add(1));
    }
}

/// One call that was to end a row in TIME_WAIT is over.
pub(crate) fn time_wait_ended(state: &mut State) {
    if let Some(progress) = &mut state.lesson {
        progress.play.ending = progress.play.ending.saturating_sub(1);
    }
}

/// Leaves the lesson at the second Esc; its sockets stay.
pub(crate) fn leave(state: &mut State) {
    let now = state.now;
    let Some(progress) = &mut state.lesson else { return };
    if progress.asked_to_leave.is_some_and(|asked| now.since(asked) < ASKED) {
        state.lesson = None;
        return state.say("lesson-left");
    }
    (progress.asked_to_leave, progress.play.goes_on) = (Some(now), 0);
    state.say("lesson-leave-asked");
}

/// What is to be done next, if anything: to be asked until there is nothing.
pub(crate) fn play(state: &mut State) -> Option<LessonDeed> {
    note_rows(state);
    let progress = state.lesson.as_ref()?;
    if progress.waits() && set_up::is_lab_refused(state) {
        set_up::lacks_lab(state);
        return None;
    }
    let progress = state.lesson.as_ref()?;
    match progress.phase {
        Phase::SettingUp => set_up::go_on(state),
        Phase::Asking => go_on(state),
        Phase::Doing => do_step(state),
        Phase::Waiting => {
            compare(state).then(|| LessonDeed { effects: practice::keep(state), run: None })
        }
        Phase::Done | Phase::Failed(_) => {
            look_for_strays(state);
            go_on(state)
        }
    }
}

fn do_step(state: &mut State) -> Option<LessonDeed> {
    match deed::next(state, false)? {
        Ok(Some(deed)) => Some(deed),
        Ok(None) => {
            set_phase(state, Phase::Waiting);
            Some(LessonDeed::default())
        }
        Err(mismatch) => {
            fail(state, &[mismatch]);
            None
        }
    }
}

/// Goes on if that was asked for before, or the caption was read aloud where no key is waited for.
fn go_on(state: &mut State) -> Option<LessonDeed> {
    let progress = state.lesson.as_mut()?;
    let is_last = progress.at == progress.lesson.steps.len();
    let is_read = |time| state.now.since(progress.since) >= time && !is_last;
    let is_time = progress.reading_time().is_some_and(is_read);
    let asked = std::mem::take(&mut progress.play.goes_on);
    if (asked > 0 && !progress.strayed) || is_time {
        progress.play.goes_on = asked.saturating_sub(1);
        next(state);
        return Some(LessonDeed::default());
    }
    None
}
