use ratatui::text::Span;
use tui_input::Input;

use crate::view::scene::Scene;
use crate::view::style::theme::ThemeRole;
use crate::view::text;

/// A line that is being typed, with its cursor, in at most `room` columns.
pub(crate) fn spans(scene: Scene<'_>, input: &Input, room: usize) -> Vec<Span<'static>> {
    let value = input.value();
    let at = value.char_indices().nth(input.cursor()).map_or(value.len(), |(at, _)| at);
    let (before, after) = value.split_at(at);
    let (before, after) = (scene.own(before), scene.own(after));
    // The cursor, and what is before it, must be seen.
    let mut seen = before.chars();
    while text::width(seen.as_str()) + 1 > room && seen.next().is_some() {}
    let before = seen.as_str().to_owned();
    let mut after = after.chars();
    let under = after.next().unwrap_or(' ').to_string();
    let left = room.saturating_sub(text::width(&before) + text::width(&under));
    let mut rest = after.as_str().to_owned();
    while text::width(&rest) > left {
        rest.pop();
    }
    vec![
        scene.span(ThemeRole::Field, before),
        scene.span(ThemeRole::Cursor, under),
        scene.span(ThemeRole::Field, rest),
    ]
}
