//! Rows on their way out: those that are gone, and those that the kernel keeps for a while where no column has room for the time.

use ratatui::text::Span;

use crate::app::{GoneReason, TableRow};
use crate::tcp::TcpState;
use crate::view::scene::Scene;
use crate::view::style::glyphs::{HOLLOW, REFUSED, glyph};
use crate::view::table::columns::{BRACKET, Columns};
use crate::view::table::role::role;
use crate::view::text;

/// The last state of a row that is gone, and why it is. Where there is hardly room the reason matters more.
pub(crate) fn ghost(
    columns: &Columns,
    state: TcpState,
    why: GoneReason,
    join: &str,
) -> Vec<Span<'static>> {
    let before = columns.state + 1 + columns.role;
    let age = columns.age + usize::from(columns.age > 0);
    let (room, joined) = match join {
        " " => (before + BRACKET + age, false),
        // A space keeps the words apart from the bracket.
        _ => (before - 1, true),
    };
    let sign = if why == GoneReason::Reset { format!("{REFUSED} ") } else { String::new() };
    let [whole, brief] = [why.words(), why.brief()].map(|why| format!("{sign}{why}"));
    let tries = [
        format!("{HOLLOW} {state:<11} {whole}"),
        format!("{HOLLOW} {state:<11} {brief}"),
        format!("{HOLLOW} {whole}"),
        format!("{HOLLOW} {brief}"),
    ];
    let fitting = tries.iter().find(|text| text::width(text) <= room);
    let mut text = text::cut(fitting.unwrap_or(&tries[3]), room);
    if joined {
        text = text::fit(&text, room + 1) + join;
    }
    vec![Span::raw(text)]
}

/// A role and the time left together, where both fit into `room` columns; with a space in front of the bracket, if that can be.
pub(crate) fn beside(role: &str, left: &str, room: usize) -> Option<String> {
    let tight = left.replacen(' ', "", 1);
    let tries = [format!("{role}, {left}"), format!("{role} {left}"), format!("{role} {tight}")];
    let fitting = |room: usize| tries.iter().find(|text| text::width(text) <= room);
    let found = fitting(room.saturating_sub(1)).or_else(|| fitting(room));
    found.cloned()
}

/// State, time left and role of a row that only the kernel keeps: in as many words as there is room for in front of the bracket.
pub(crate) fn countdown(
    scene: Scene<'_>,
    columns: &Columns,
    line: &TableRow,
    (left, join): (&str, &str),
) -> Vec<Span<'static>> {
    let state = line.row.state;
    let narrow = columns.role < 10;
    let state = if narrow {
        format!("{} {state} ", glyph(state))
    } else {
        format!("{} {state:<11} ", glyph(state))
    };
    let before = (columns.state + 1 + columns.role).saturating_sub(text::width(&state));
    let after = before + BRACKET + columns.age + usize::from(columns.age > 0);
    let joined = join != " ";
    let short = left.trim_end_matches(" left");
    let tight = short.replace(' ', "");
    let (whole, brief) = (role(scene, line, columns.role), role(scene, line, 8));
    let tries =
        [(left, &whole), (short, &whole), (left, &brief), (short, &brief), (&tight, &brief)];
    let tries = tries.map(|(left, role)| format!("{left} {role}"));
    let fitting = |room: usize| tries.iter().find(|text| text::width(text) <= room);
    // A space in front of the bracket, where there is room for one.
    let joined = fitting(before.saturating_sub(1)).or_else(|| fitting(before)).filter(|_| joined);
    let words = match joined {
        Some(words) => text::fit(words, before) + join,
        None => text::cut(fitting(after).unwrap_or(&tries[4]), after),
    };
    vec![Span::raw(state), Span::raw(words)]
}
