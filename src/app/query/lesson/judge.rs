//! Whether the table fits a step, and what differs.

use std::collections::BTreeSet;

use crate::app::query::lesson::matching::{assign, fits};
use crate::app::query::lesson::rows::{in_netstats_words, lesson_rows, rows_without_haste};
use crate::app::{
    Claim, Condition, Expectation, Failure, LessonProgress, Question, SocketPattern, State,
    Statement, Step,
};
use crate::tcp::{SocketRow, TcpState};

/// What a step says, and the table does not show.
pub(crate) struct Mismatch {
    /// The line of the file that says it.
    pub(crate) line: usize,
    pub(crate) what: Statement,
}

/// How many rows that are not expected are named.
const NAMED: usize = 3;

/// What differs from what the step expects, and from the answer that it marks as right. Rows whose TIME_WAIT is over are there or not:
/// that depends on how long the teacher talks.
pub(crate) fn mismatches(state: &State) -> Vec<Mismatch> {
    let Some((progress, step)) = of_step(state) else { return vec![] };
    let now: Vec<&SocketRow> = lesson_rows(state).collect();
    let found = of_rows(state, step, &now);
    let may_be_late =
        !found.is_empty() && !progress.play.expired.is_empty() && !progress.practises();
    if may_be_late && of_rows(state, step, &rows_without_haste(state, progress)).is_empty() {
        return vec![];
    }
    found
}

/// The lines of the step's rows, as far as they are there.
pub(crate) fn lines_of_rows(state: &State) -> BTreeSet<usize> {
    let step = of_step(state).map(|(_, step)| step);
    let rows: Vec<&SocketRow> = lesson_rows(state).collect();
    let expected = step.and_then(|step| step.expected.as_ref());
    let claims = expected.iter().flat_map(|expected| &expected.claims);
    let is_there = |claim: &&Claim| {
        matches!(claim.condition, Condition::Row(_)) && !claim.once && holds(state, claim, &rows)
    };
    claims.filter(is_there).map(|claim| claim.line).collect()
}

/// Whether the step would be done, were it not for rows in TIME_WAIT.
pub(crate) fn is_only_late(state: &State) -> bool {
    let Some((_, step)) = of_step(state) else { return false };
    let others = lesson_rows(state).filter(|row| row.state != TcpState::TimeWait);
    of_rows(state, step, &others.collect::<Vec<_>>()).is_empty()
}

fn of_step(state: &State) -> Option<(&LessonProgress, &Step)> {
    let progress = state.lesson.as_ref()?;
    Some((progress, progress.step()?))
}

fn of_rows(state: &State, step: &Step, rows: &[&SocketRow]) -> Vec<Mismatch> {
    let expected = step.expected.as_ref().map(|expected| unfulfilled(state, expected, rows));
    let answer = step.question.as_ref().and_then(|asked| wrong_answer(state, asked, rows));
    expected.into_iter().flatten().chain(answer).collect()
}

/// The refusal of the last call of this step.
fn refusal(state: &State) -> Option<&Failure> {
    let ordered = state.lesson.as_ref()?.play.ordered;
    state.notices.failure.as_ref().filter(|failure| failure.at >= ordered)
}

pub(super) fn holds(state: &State, claim: &Claim, rows: &[&SocketRow]) -> bool {
    if claim.once {
        let progress = state.lesson.as_ref();
        return progress.is_some_and(|progress| progress.held_once.contains(&claim.line));
    }
    holds_now(state, &claim.condition, rows)
}

pub(super) fn holds_now(state: &State, condition: &Condition, rows: &[&SocketRow]) -> bool {
    match condition {
        Condition::Row(pattern) => rows.iter().any(|row| fits(state, pattern, row)),
        Condition::Count { count, of } => counted(state, of, rows) == *count as usize,
        Condition::Refused(errno) => {
            refusal(state).is_some_and(|failure| failure.why.errno == *errno)
        }
    }
}

fn counted(state: &State, pattern: &SocketPattern, rows: &[&SocketRow]) -> usize {
    rows.iter().filter(|row| fits(state, pattern, row)).count()
}

/// The lines of the claims of this step that need to hold only once, and hold now.
pub(crate) fn hold_once(state: &State) -> Vec<usize> {
    let step = of_step(state).map(|(_, step)| step);
    let claims = step.into_iter().flat_map(Step::claims);
    let claims: Vec<&Claim> = claims.filter(|claim| claim.once).collect();
    if claims.is_empty() {
        return vec![];
    }
    let rows: Vec<&SocketRow> = lesson_rows(state).collect();
    let held = claims.into_iter().filter(|claim| holds_now(state, &claim.condition, &rows));
    held.map(|claim| claim.line).collect()
}

fn unfulfilled(state: &State, expected: &Expectation, rows: &[&SocketRow]) -> Vec<Mismatch> {
    let row_claims = expected.claims.iter().filter_map(|claim| match &claim.condition {
        Condition::Row(pattern) if !claim.once => Some((claim, pattern)),
        Condition::Row(_) | Condition::Count { .. } | Condition::Refused(_) => None,
    });
    let row_claims: Vec<(&Claim, &SocketPattern)> = row_claims.collect();
    let candidates = row_claims.iter().map(|(_, pattern)| {
        let places = (0..rows.len()).filter(|place| fits(state, pattern, rows[*place]));
        places.collect()
    });
    let row_of = assign(&candidates.collect::<Vec<_>>(), rows.len());
    let is_free = |place: &usize| !row_of.contains(&Some(*place));
    let free: Vec<&SocketRow> = (0..rows.len()).filter(is_free).map(|place| rows[place]).collect();
    let missing = row_claims.iter().zip(&row_of).filter(|(_, row)| row.is_none());
    let missing = missing.map(|((claim, pattern), _)| is_missing(state, claim, pattern, &free));
    let of_rows = row_claims.iter().map(|(claim, _)| claim.line);
    let others = expected.claims.iter().filter(|claim| {
        let is_a_row = matches!(claim.condition, Condition::Row(_)) && !claim.once;
        !is_a_row && !holds(state, claim, rows)
    });
    let others = others.map(|claim| does_not_hold(state, claim, rows));
    let names_rows = !row_claims.is_empty() && !expected.may_have_more;
    let last = of_rows.max().filter(|_| names_rows && !free.is_empty());
    let mut found: Vec<Mismatch> = missing.chain(others).collect();
    // A row that is in another state than expected is named once.
    if found.is_empty() {
        found.extend(last.map(|line| Mismatch { line, what: too_many(&free) }));
    }
    found
}

fn is_missing(
    state: &State,
    claim: &Claim,
    pattern: &SocketPattern,
    free: &[&SocketRow],
) -> Mismatch {
    let anyhow =
        SocketPattern { state: None, recv: None, send: None, is_owned: None, ..pattern.clone() };
    let near = free.iter().find(|row| fits(state, &anyhow, row));
    let what = Statement::new("lesson-row-missing")
        .with("row", &claim.text)
        .with_some("near", near.map(|row| seen(row, pattern)))
        .with_some("errno", refusal(state).map(|failure| failure.why.errno));
    Mismatch { line: claim.line, what }
}

/// A row with the columns that the pattern speaks of.
fn seen(row: &SocketRow, pattern: &SocketPattern) -> String {
    let mut text = in_netstats_words(row);
    let queues =
        [("Recv-Q", pattern.recv, row.queues.recv), ("Send-Q", pattern.send, row.queues.send)];
    for (name, asked, seen) in queues {
        if asked.is_some() {
            text.extend([" ", name, " ", &seen.to_string()]);
        }
    }
    if pattern.is_owned.is_some() && row.inode == 0 {
        text.push_str(" owner none");
    }
    text
}

fn does_not_hold(state: &State, claim: &Claim, rows: &[&SocketRow]) -> Mismatch {
    let refusal = refusal(state).map(|failure| failure.why.errno);
    let what =
        Statement::new(if claim.once { "lesson-never-held" } else { "lesson-does-not-hold" });
    let what = what.with("claim", &claim.text).with_some("errno", refusal);
    let what = match &claim.condition {
        Condition::Count { of, .. } => what.with("found", counted(state, of, rows)),
        Condition::Refused(_) => what.when("Refused", true),
        Condition::Row(_) => what,
    };
    Mismatch { line: claim.line, what }
}

fn too_many(rows: &[&SocketRow]) -> Statement {
    let named: Vec<String> = rows.iter().take(NAMED).map(|row| in_netstats_words(row)).collect();
    let more = rows.len().saturating_sub(NAMED);
    Statement::new("lesson-rows-too-many").with("rows", named.join("; ")).count("more", more as u64)
}

const LETTERS: [&str; 4] = ["a", "b", "c", "d"];

/// Exactly one answer must hold, the marked one.
fn wrong_answer(state: &State, asked: &Question, rows: &[&SocketRow]) -> Option<Mismatch> {
    let places = asked.choices.iter().zip(LETTERS);
    let holding = places.clone().filter(|(choice, _)| holds(state, &choice.claim, rows));
    let holding: Vec<&str> = holding.map(|(_, letter)| letter).collect();
    let (marked, letter) = places.clone().find(|(choice, _)| choice.is_marked)?;
    if holding == [letter] {
        return None;
    }
    let what = Statement::new("lesson-answer")
        .with("marked", letter)
        .with("claim", &marked.claim.text)
        .with("holding", holding.join(", "))
        .when("None", holding.is_empty())
        .when("Several", holding.len() > 1);
    Some(Mismatch { line: marked.claim.line, what })
}
