use ratatui::text::Span;

use crate::app::{Mark, TableRow};
use crate::view::scene::Scene;
use crate::view::style::glyphs::{BLAMED, CHOSEN, MARKED, mark};
use crate::view::style::theme::ThemeRole;

/// Whether the row is chosen, and its mark.
pub(crate) fn signs(scene: Scene<'_>, line: &TableRow) -> Vec<Span<'static>> {
    let name = line.row.name();
    let state = scene.state;
    let chosen = if state.ui.selected == Some(name) { CHOSEN } else { " " };
    let fresh = line.mark(state.then());
    let (part, sign) = if state.blamed().contains(&name) {
        (ThemeRole::Error, BLAMED)
    } else {
        let part = match fresh {
            Mark::New => ThemeRole::New,
            Mark::Changed => ThemeRole::Changed,
            Mark::Gone => ThemeRole::Gone,
            Mark::Told => ThemeRole::Told,
            Mark::Plain => ThemeRole::Text,
        };
        (part, mark(fresh))
    };
    let marked = if state.ui.marked == Some(name) { MARKED } else { " " };
    vec![scene.span(part, format!("{chosen}{sign}{marked}"))]
}
