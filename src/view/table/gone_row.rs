//! Rows that are gone, and those in TIME_WAIT where no column has room for the time.

use ratatui::text::Span;

use crate::app::GoneReason;
use crate::view::style::glyphs::{HOLLOW, REFUSED, glyph};
use crate::view::table::column::{Bracket, RowView};
use crate::view::table::role::role;
use crate::view::text;

/// The names of the columns that such a row covers.
pub(crate) const STATE: &str = "State";
pub(crate) const ROLE: &str = "Role";
pub(super) const AGE: &str = "Age";

/// The last state of a row that is gone, and the reason, which matters more where there is hardly room.
pub(crate) fn gone(row: &RowView<'_>, why: GoneReason) -> String {
    let state = row.line.row.state;
    let is_joined = row.bracket != Bracket::None;
    // A space keeps the words apart from the bracket.
    let room = if is_joined {
        row.layout.width_through(STATE, ROLE) - 2
    } else {
        row.layout.width_through(STATE, AGE)
    };
    let symbol = if why == GoneReason::Reset { format!("{REFUSED} ") } else { String::new() };
    let [whole, brief] = [why.words(), why.brief()].map(|why| format!("{symbol}{why}"));
    let tries = [
        format!("{HOLLOW} {state:<11} {whole}"),
        format!("{HOLLOW} {state:<11} {brief}"),
        format!("{HOLLOW} {whole}"),
        format!("{HOLLOW} {brief}"),
    ];
    let text = text::cut_to_fit(tries, room);
    if is_joined { text::fit(&text, room + 1) + row.join() } else { text }
}

/// A role and the time left together, where both fit into `room` columns; with a space in front of the bracket, if possible.
pub(super) fn with_time_left(role: &str, left: &str, room: usize) -> Option<String> {
    let tight = left.replacen(' ', "", 1);
    let tries = [format!("{role}, {left}"), format!("{role} {left}"), format!("{role} {tight}")];
    let fitting = |room: usize| tries.iter().find(|text| text::width(text) <= room);
    fitting(room.saturating_sub(1)).or_else(|| fitting(room)).cloned()
}

/// State, time left and role of a row in TIME_WAIT, in as many words as fit in front of the bracket.
pub(super) fn countdown(row: &RowView<'_>, left: &str) -> Vec<Span<'static>> {
    let (layout, state) = (row.layout, row.line.row.state);
    let room = layout.width_of(ROLE) - 1;
    let padding = if room < 10 { 0 } else { 11 };
    let state = format!("{} {state:<padding$} ", glyph(state));
    let after = layout.width_through(STATE, ROLE).saturating_sub(text::width(&state));
    let before = after - 1;
    let short = left.trim_end_matches(" left");
    let tight = short.replace(' ', "");
    let [whole, brief] = [room, 8].map(|room| role(row.scene, row.line, room));
    let tries =
        [(left, &whole), (short, &whole), (left, &brief), (short, &brief), (&tight, &brief)];
    let tries = tries.map(|(left, role)| format!("{left} {role}"));
    let fitting = |room: usize| tries.iter().find(|text| text::width(text) <= room);
    let joined = fitting(before.saturating_sub(1)).or_else(|| fitting(before));
    let words = match joined.filter(|_| row.bracket != Bracket::None) {
        Some(words) => text::fit(words, before) + row.join(),
        None => text::cut(fitting(after).unwrap_or(&tries[4]), after),
    };
    let mut spans = row.in_state(state);
    spans.push(Span::raw(words));
    spans
}
