use ratatui::text::Span;

use crate::app::{Mark, TableRow};
use crate::view::Scene;
use crate::view::ThemeRole::{Changed, Error, Gone, New, Reported, Text};
use crate::view::style::glyphs::{BLAMED, MARKED, SELECTED, mark};

/// The symbols in front of a row: whether it is selected, new, changed, gone or to blame, and marked for comparison.
pub(crate) fn symbols(scene: Scene<'_>, line: &TableRow) -> Span<'static> {
    let name = line.row.name();
    let state = scene.state;
    let selected = if state.ui.selected == Some(name) { SELECTED } else { " " };
    let fresh = line.mark(state.then());
    let (part, symbol) = match fresh {
        _ if state.blamed().contains(&name) => (Error, BLAMED),
        Mark::New => (New, mark(fresh)),
        Mark::Changed => (Changed, mark(fresh)),
        Mark::Gone => (Gone, mark(fresh)),
        Mark::Told => (Reported, mark(fresh)),
        Mark::Plain => (Text, mark(fresh)),
    };
    let marked = if state.ui.marked == Some(name) { MARKED } else { " " };
    scene.span(part, format!("{selected}{symbol}{marked}"))
}
