//! The kernel's timer of a row: how long a TIME_WAIT stays, and what was sent again without an answer.

use ratatui::text::Span;

use crate::app::TableRow;
use crate::tcp::TimerKind;
use crate::view::ThemeRole::Text;
use crate::view::style::glyphs::glyph;
use crate::view::table::column::{ROLE, RowView, STATE};
use crate::view::table::role::role;
use crate::view::{Scene, text};

/// How long the kernel keeps the row; where that is inferred, with a `~`.
pub(crate) fn time_left(scene: Scene<'_>, line: &TableRow) -> Option<String> {
    if let Some(left) = scene.state.gives_up_in(line) {
        return Some(text::about(left));
    }
    let keeps = line.row.timer?.kind == TimerKind::TimeWait && line.gone.is_none();
    line.time_left(scene.state.then()).filter(|_| keeps).map(text::left)
}

/// The same in as few columns as possible.
pub(crate) fn brief_time_left(scene: Scene<'_>, line: &TableRow) -> String {
    let left = time_left(scene, line).unwrap_or_default();
    left.trim_end_matches(" left").replace(" min", "m").replace(' ', "")
}

pub(super) fn unanswered(line: &TableRow) -> Option<String> {
    let timer = line.row.timer.filter(|timer| timer.tries > 0)?;
    match timer.kind {
        TimerKind::Retransmit => Some(format!("resent {}", timer.tries)),
        TimerKind::ZeroWindowProbe => Some(format!("probe {}", timer.tries)),
        TimerKind::KeepAlive | TimerKind::TimeWait => None,
    }
}

/// A role and the time left together, where both fit into `room` columns; with a space in front of the bracket, if possible.
pub(super) fn with_time_left(role: &str, left: &str, room: usize) -> Option<String> {
    let tight = left.replacen(' ', "", 1);
    let tries = [format!("{role}, {left}"), format!("{role} {left}"), format!("{role} {tight}")];
    apart_from_bracket(&tries, room).cloned()
}

fn apart_from_bracket(tries: &[String], room: usize) -> Option<&String> {
    let fitting = |room: usize| tries.iter().find(|text| text::width(text) <= room);
    fitting(room.saturating_sub(1)).or_else(|| fitting(room))
}

/// State, time left and role of a row in TIME_WAIT, in as many words as fit in front of the bracket.
pub(super) fn countdown(row: &RowView<'_>, left: &str) -> Vec<Span<'static>> {
    let (layout, state) = (row.layout, row.line.row.state);
    let room = layout.width_of(ROLE) - 1;
    let padding = if room < 10 { 0 } else { 11 };
    let state = format!("{} {state:<padding$} ", glyph(state));
    let after = layout.width_through(STATE, ROLE).saturating_sub(text::width(&state));
    let short = left.trim_end_matches(" left");
    let tight = short.replace(' ', "");
    let [whole, brief] = [room, 8].map(|room| role(row.scene, row.line, room));
    let tries =
        [(left, &whole), (short, &whole), (left, &brief), (short, &brief), (&tight, &brief)];
    let tries = tries.map(|(left, role)| format!("{left} {role}"));
    let words = match row.bracket.zip(apart_from_bracket(&tries, after - 1)) {
        Some((bracket, words)) => text::fit(words, after - 1) + bracket,
        None => text::cut_to_fit(tries, after),
    };
    let mut spans = row.in_state(state);
    spans.extend(row.scene.named(Text, &words));
    spans
}
