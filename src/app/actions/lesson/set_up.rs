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
    Action, Effect, LabStage, LessonProgress, MainView, Need, Notice, RowFilter, State, Statement,
    Step,
};
use crate::tcp::{Command, SocketId, SocketRow, TcpState};

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
    match (state.lab.stage, wants_lab(progress)) {
        (LabStage::Starting | LabStage::Stopping, _) if !is_late => return None,
        (LabStage::Off, true) if progress.play.asked_for_lab => {
            let failure = state.notices.last().map(Notice::text).unwrap_or_default();
            lacks(state, &Statement::new("lesson-without-lab").with("why", failure));
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
    let is_closed = state.awaited.ends.is_empty();
    let progress = state.lesson.as_mut()?;
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
    let listens = |row: &SocketRow| {
        let at = row.tuple.local;
        let is_there = |other: &&SocketRow| {
            let own = other.tuple.local;
            other.state == TcpState::Listen
                && own.port == at.port
                && (own.ip.is_unspecified() || own.canonical() == at.canonical())
        };
        rows.iter().any(|other| is_there(&other))
    };
    let waiting = rows.iter().filter(|row| row.state == TcpState::TimeWait && !listens(row));
    let waiting = waiting.map(SocketRow::name).filter(|row| is_between_computers(state, *row));
    let ended = &state.lesson.as_ref()?.play.ended;
    let fresh = waiting.filter(|row| !ended.contains(row));
    let fresh: Vec<SocketId> = fresh.take(MOST_ENDED.saturating_sub(ended.len())).collect();
    if fresh.is_empty() {
        return None;
    }
    let effects = end_time_wait(state, &fresh);
    state.lesson.as_mut()?.play.ended.extend(fresh);
    Some(LessonDeed { effects, ..LessonDeed::default() })
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
