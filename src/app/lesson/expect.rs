//! `expect` blocks: a whole table, and whether it can be.

use std::ops::Range;

use crate::app::lesson::fault::LessonFault;
use crate::app::lesson::markdown::Fence;
use crate::app::{Claim, Condition, Expectation, SocketPattern, Who};

/// The lines with claims: without `...` in the first, and the headings of a table.
pub(super) fn lines<'a>(fence: &'a Fence<'a>) -> impl Iterator<Item = (usize, &'a str)> {
    let is_heading = |line: &str| line.starts_with("Proto ") || line.starts_with("Active ");
    let more = usize::from(may_have_more(fence));
    let lines = fence.lines.iter().filter(|(_, line)| !line.trim().is_empty()).skip(more);
    lines.copied().filter(move |(_, line)| !is_heading(line.trim_start()))
}

const MORE: &str = "...";

/// Whether the first line says that other rows may be there.
pub(super) fn may_have_more(fence: &Fence<'_>) -> bool {
    fence
        .lines
        .iter()
        .find(|(_, line)| !line.trim().is_empty())
        .is_some_and(|(_, line)| line.trim() == MORE)
}

/// Whether a claim is about what happens in its step.
pub(super) fn is_of_this_step(claim: &Claim) -> bool {
    claim.once || matches!(claim.condition, Condition::Refused(_))
}

/// A block that names no row of the table says nothing about the other ones.
pub(super) fn expectation(may_have_more: bool, claims: Vec<Claim>) -> Expectation {
    let names_rows =
        claims.iter().any(|claim| !claim.once && matches!(claim.condition, Condition::Row(_)));
    Expectation { may_have_more: may_have_more || !names_rows, claims }
}

/// Counts that other lines of the block contradict.
pub(super) fn conflicts(claims: &[(Claim, Range<usize>)]) -> Vec<LessonFault> {
    let now: Vec<_> = claims.iter().filter(|(claim, _)| !claim.once).collect();
    let rows = now.iter().filter_map(|(claim, _)| match &claim.condition {
        Condition::Row(row) => Some(row),
        Condition::Count { .. } | Condition::Refused(_) => None,
    });
    let rows: Vec<&SocketPattern> = rows.collect();
    let mut faults = Vec::new();
    for (n, (claim, span)) in now.iter().enumerate() {
        let Condition::Count { count, of } = &claim.condition else { continue };
        let named = rows.iter().filter(|row| is_one_of(row, of)).count();
        if u32::try_from(named).is_ok_and(|named| named > *count) {
            let fault = LessonFault::new(span.clone(), "this cannot hold");
            faults.push(
                fault
                    .label(format!("the block names {named} such rows"))
                    .help("correct the number, or the rows"),
            );
        }
        let other = now.iter().take(n).find(|(other, _)| match &other.condition {
            Condition::Count { count: before, of: same } => same == of && before != count,
            Condition::Row(_) | Condition::Refused(_) => false,
        });
        if let Some((other, _)) = other {
            let fault = LessonFault::new(span.clone(), "this cannot hold");
            faults.push(
                fault
                    .label(format!("line {} says otherwise", other.line))
                    .help("remove one of them"),
            );
        }
    }
    faults
}

/// Whether every row that fits the first pattern is surely of the second kind.
fn is_one_of(row: &SocketPattern, of: &SocketPattern) -> bool {
    let has_port = |port| row.local.port == Some(port) || row.foreign.port == Some(port);
    let (is_plain, end) = (of.protocol.is_none() && of.recv.is_none(), &of.local);
    is_plain
        && of.state.is_none_or(|state| row.state == Some(state))
        && (end.who == Who::Any || end.who == row.local.who)
        && (end.port.is_none() || end.port == row.local.port)
        && of.port.is_none_or(has_port)
}
