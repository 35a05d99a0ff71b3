use ratatui::text::Span;

use crate::app::{Line as TableLine, Mark};
use crate::view::scene::Scene;
use crate::view::style::glyphs::{BLAMED, CHOSEN, MARKED, mark};
use crate::view::style::theme::Part;

/// Whether the row is chosen, and its mark.
pub(crate) fn signs(scene: Scene<'_>, line: &TableLine) -> Vec<Span<'static>> {
    let name = line.row.name();
    let state = scene.state;
    let chosen = if state.desk.selected == Some(name) { CHOSEN } else { " " };
    let fresh = line.mark(state.then());
    let (part, sign) = if state.blamed().contains(&name) {
        (Part::Error, BLAMED)
    } else {
        let part = match fresh {
            Mark::New => Part::New,
            Mark::Changed => Part::Changed,
            Mark::Gone => Part::Gone,
            Mark::Told => Part::Told,
            Mark::Plain => Part::Text,
        };
        (part, mark(fresh))
    };
    let marked = if state.desk.marked == Some(name) { MARKED } else { " " };
    vec![scene.span(part, format!("{chosen}{sign}{marked}"))]
}
