use ratatui::text::Span;
use tui_input::Input;

use super::paint::Scene;
use super::text;
use super::theme::Part;

/// A line that is being typed, with its cursor, in at most `room` columns.
pub(super) fn spans(scene: Scene<'_>, input: &Input, room: usize) -> Vec<Span<'static>> {
    let value = input.value();
    let at = value
        .char_indices()
        .nth(input.cursor())
        .map_or(value.len(), |(at, _)| at);
    let (before, after) = value.split_at(at);
    let (before, after) = (text::safe(before), text::safe(after));
    // What is escaped is ASCII: a byte is a column.
    let skip = (before.len() + 1).saturating_sub(room);
    let before = before[skip..].to_owned();
    let under = after.chars().next().unwrap_or(' ').to_string();
    let rest = after.get(1..).unwrap_or_default();
    let rest = &rest[..rest.len().min(room.saturating_sub(before.len() + 1))];
    vec![
        scene.span(Part::Field, before),
        scene.span(Part::Cursor, under),
        scene.span(Part::Field, rest),
    ]
}
