//! Sets a step up: the lab as it is needed, everything closed, and the steps before done again.

use std::time::Duration;

use crate::app::actions::lesson::deed;
use crate::app::actions::lesson::stage::{LessonDeed, enter, fail};
use crate::app::actions::verbs;
use crate::app::explain::words;
use crate::app::model::SetUp;
use crate::app::query::lesson::judge::Mismatch;
use crate::app::query::lesson::rows::lesson_rows;
use crate::app::query::lesson::what_it_lacks;
use crate::app::query::lesson::whose::is_between_computers;
use crate::app::{
    Action, Effect, LabStage, LessonAction, LessonProgress, MainView, Need, Notice, RowFilter,
    State, Statement, Step,
};
use crate::tcp::{Command, Endpoint, SocketId, SocketRow, TcpState};

/// What is still there after that time belongs to others.
const LIMIT: Duration = Duration::from_secs(1);
/// The lab starts or stops within this time.
const LAB_LIMIT: Duration = Duration::from_secs(10);
/// So many rows in TIME_WAIT are ended at most.
const MOST_ENDED: usize = 256;

pub(super) fn go_on(state: &mut State) -> Option<LessonDeed> {
    match state.lesson.as_ref()?.play.set_up {
        SetUp::Lab => lab(state),
        SetUp::Closing => close(state),
        SetUp::Redoing => redo(state),
    }
}

/// Whether the lab is up when the step begins: by an action of a step before, or for the whole lesson where no step starts it.
fn wants_lab(progress: &LessonProgress) -> bool {
    let steps = &progress.lesson.steps;
    let start = steps.iter().position(Step::starts_lab);
    match start {
        Some(start) => start < progress.at,
        None => progress.lesson.needs.contains(&Need::Lab),
    }
}

fn lab(state: &mut State) -> Option<LessonDeed> {
    let now = state.now;
    let progress = state.lesson.as_mut()?;
    let is_late = now.since(progress.play.since) >= LAB_LIMIT;
    let is_up = state.lab.stage == LabStage::Up;
    match (state.lab.stage, wants_lab(progress) && !(progress.play.lab_afresh && is_up)) {
        (LabStage::Starting | LabStage::Stopping, _) if !is_late => return None,
        (LabStage::Off, true) if progress.play.lab_afresh => {
            (progress.play.lab_afresh, progress.play.asked_for_lab) = (false, false);
            return Some(LessonDeed::default());
        }
        (LabStage::Off, true) if progress.play.asked_for_lab => {
            lacks_lab(state);
            return None;
        }
        (LabStage::Off, true) | (LabStage::Up, false) if !progress.play.asked_for_lab => {
            progress.play.asked_for_lab = true;
            return Some(LessonDeed { run: Some((Action::Lab, None)), ..LessonDeed::default() });
        }
        (LabStage::Off | LabStage::Up | LabStage::Starting | LabStage::Stopping, _) => (),
    }
    (progress.play.set_up, progress.play.since) = (SetUp::Closing, now);
    Some(LessonDeed { effects: close_everything(state), ..LessonDeed::default() })
}

/// Whether an action of the step that is played has started the lab, and it is not up.
pub(super) fn is_lab_refused(state: &State) -> bool {
    let Some(progress) = &state.lesson else { return false };
    let step = progress.lesson.steps.get(progress.play.step);
    let done = step.and_then(|step| step.actions.get(..progress.done)).unwrap_or_default();
    let is_started = done.last().is_some_and(LessonAction::starts_lab);
    is_started && state.lab.stage == LabStage::Off && !progress.practice
}

/// The lesson cannot be given without the lab.
pub(super) fn lacks_lab(state: &mut State) {
    let failure = state.notices.last().map(Notice::text).unwrap_or_default();
    lacks(state, &Statement::new("lesson-without-lab").with("why", failure));
}

fn lacks(state: &mut State, what: &Statement) {
    fail(state, &[Mismatch { line: 1, what: what.clone() }]);
    if let Some(progress) = &mut state.lesson {
        progress.lacks = Some(words(what));
    }
}

/// Closes everything, and shows the plain table, as at the start.
fn close_everything(state: &mut State) -> Vec<Effect> {
    let ui = &mut state.ui;
    (ui.overlay, ui.netstat, ui.row_filter) = (None, false, RowFilter::default());
    (ui.main_view, ui.zoom, ui.marked) = (MainView::Table, 0, None);
    ui.stale = true;
    state.sockets.go_live();
    verbs::close_everything(state)
}

/// Waits until nothing is left but what belongs to others, and ends what is in TIME_WAIT.
fn close(state: &mut State) -> Option<LessonDeed> {
    let now = state.now;
    let is_read = !state.sockets.source.is_empty() && state.machine.knows_range();
    let rows: Vec<SocketRow> = lesson_rows(state).copied().collect();
    let progress = state.lesson.as_mut()?;
    let is_closed = state.awaited.ends.is_empty() && progress.play.ending == 0;
    let is_late = now.since(progress.play.since) >= LIMIT;
    if (is_read && rows.is_empty() && is_closed) || is_late {
        let lesson = progress.lesson.clone();
        if let Some(what) = what_it_lacks(state, &lesson) {
            lacks(state, &what);
            return None;
        }
        let progress = state.lesson.as_mut()?;
        progress.strangers.extend(rows.iter().map(SocketRow::name));
        let play = &mut progress.play;
        (play.set_up, play.step, play.since) = (SetUp::Redoing, 0, now);
        play.expired.clear();
        return Some(LessonDeed::default());
    }
    if !is_read || !is_closed {
        return None;
    }
    if state.lab.is_up() && rows.iter().any(|row| waits_at_both_ends(row, &rows)) {
        // Neither address can be bound to end the other row: new computers have none.
        let play = &mut state.lesson.as_mut()?.play;
        (play.set_up, play.since, play.asked_for_lab, play.lab_afresh) =
            (SetUp::Lab, now, false, true);
        return Some(LessonDeed::default());
    }
    let waiting = rows.iter().filter(|row| row.state == TcpState::TimeWait && can_end(row, &rows));
    let waiting = waiting.map(SocketRow::name).filter(|row| is_between_computers(state, *row));
    let ended = &state.lesson.as_ref()?.play.ended;
    let fresh = waiting.filter(|row| !ended.contains(row));
    let fresh: Vec<SocketId> = fresh.take(MOST_ENDED.saturating_sub(ended.len())).collect();
    if fresh.is_empty() {
        return None;
    }
    let effects = end_time_wait(state, &fresh);
    let play = &mut state.lesson.as_mut()?.play;
    play.ending = fresh.len();
    play.ended.extend(fresh);
    Some(LessonDeed { effects, ..LessonDeed::default() })
}

fn waits_at_both_ends(row: &SocketRow, rows: &[SocketRow]) -> bool {
    let waits = |row: &SocketRow| row.state == TcpState::TimeWait;
    let other = row.tuple.mirrored().canonical();
    waits(row) && rows.iter().any(|row| waits(row) && row.tuple.canonical() == other)
}

/// Whether a call from the row's other end would end it: nothing listens on its address, and no other row has that of the other end.
fn can_end(row: &SocketRow, rows: &[SocketRow]) -> bool {
    let [local, remote] = [row.tuple.local, row.tuple.remote].map(Endpoint::canonical);
    !rows.iter().any(|other| {
        let at = other.tuple.local.canonical();
        let takes_calls = at.port == local.port && (at.ip.is_unspecified() || at == local);
        (other.state == TcpState::Listen && takes_calls) || at == remote
    })
}

fn redo(state: &mut State) -> Option<LessonDeed> {
    let now = state.now;
    let progress = state.lesson.as_mut()?;
    if progress.play.step >= progress.at {
        let (at, goes_on) = (progress.at, progress.play.goes_on);
        enter(state, at);
        state.lesson.as_mut()?.play.goes_on = goes_on;
        return Some(LessonDeed::default());
    }
    match deed::next(state, true)? {
        Ok(Some(deed)) => Some(deed),
        Ok(None) => {
            let progress = state.lesson.as_mut()?;
            (progress.play.step, progress.play.since) = (progress.play.step + 1, now);
            progress.done = 0;
            Some(LessonDeed::default())
        }
        Err(mismatch) => {
            fail(state, &[mismatch]);
            None
        }
    }
}

/// Ends those rows in TIME_WAIT that are between the computers shown, from their other ends.
fn end_time_wait(state: &State, rows: &[SocketId]) -> Vec<Effect> {
    let ends = rows.iter().map(|row| state.other_end(*row));
    ends.map(|end| Effect::Run(Command::EndTimeWait(end))).collect()
}
