//! Compares the table with what a step expects.

use std::time::Duration;

use crate::app::actions::lesson::practice;
use crate::app::actions::lesson::stage::{fail, set_phase};
use crate::app::query::lesson::judge::{hold_once, mismatches};
use crate::app::query::under_way;
use crate::app::{Action, GoneReason, Phase, State};

/// What a step expects is waited for that long.
const LIMIT: Duration = Duration::from_secs(5);

/// Notes what holds now and may not hold later: claims, and rows whose TIME_WAIT is over.
pub(super) fn note_rows(state: &mut State) {
    let held = match &state.lesson {
        Some(progress) if progress.waits() || practice::has_news(state) => hold_once(state),
        Some(_) => vec![],
        None => return,
    };
    let ghosts = state.sockets.ghosts().filter_map(|name| state.sockets.get(name));
    let expired = ghosts.filter(|line| {
        line.gone.is_some_and(|gone| gone.why == GoneReason::TimeWaitOver)
            && state.is_at_the_demos_port(line.row.name())
    });
    let expired: Vec<_> = expired.map(|line| line.row).collect();
    let Some(progress) = &mut state.lesson else { return };
    progress.held_once.extend(held);
    for row in expired {
        let known = &mut progress.play.expired;
        let is_strange = progress.strangers.contains(&row.name());
        if !is_strange && !known.iter().any(|other| other.name() == row.name()) {
            known.push(row);
        }
    }
}

/// Compares the table with the step; says whether it fits by now, or never will.
pub(super) fn compare(state: &mut State) -> bool {
    let Some(progress) = &state.lesson else { return false };
    let practises = progress.practice;
    if practises && !practice::has_news(state) {
        return false;
    }
    let is_over = state.now.since(progress.since) >= LIMIT && !practises;
    if !is_over && under_way::of_sockets(state, Action::Connect).is_some() {
        return false;
    }
    let found = mismatches(state);
    let now = state.now;
    if found.is_empty() {
        set_phase(state, Phase::Done);
        if let Some(progress) = &mut state.lesson {
            progress.play.compared = now;
        }
    } else if is_over {
        fail(state, &found);
    } else {
        if practises {
            practice::advise(state);
        }
        return false;
    }
    true
}

/// Whether the table still fits the step that is done. In practice the reader may go on to try what they like.
pub(super) fn look_for_strays(state: &mut State) {
    let Some(progress) = &state.lesson else { return };
    let is_settled = under_way::of_sockets(state, Action::Connect).is_none();
    let has_changed = state.sockets.has_changed_since(progress.play.compared);
    if progress.phase != Phase::Done || progress.practice || !is_settled || !has_changed {
        return;
    }
    let strayed = !mismatches(state).is_empty();
    let now = state.now;
    if let Some(progress) = &mut state.lesson {
        // What changes in the same moment is compared, too.
        progress.play.compared = now.plus(Duration::from_nanos(1));
        progress.strayed = strayed;
    }
}
