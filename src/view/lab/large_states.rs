//! The rows of the lab's two tables while the wire between them matters most: the state in large letters, both ends below.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::TableRow;
use crate::tcp::SocketId;
use crate::view::ThemeRole::{Dim, Gone};
use crate::view::style::big_letters::BigLetters;
use crate::view::style::glyphs::{ARROW, glyph};
use crate::view::table::column::symbols;
use crate::view::table::timer::time_left;
use crate::view::{Painter, rect, text};

/// The lines of a row: its state, and its ends.
pub(super) const HEIGHT: u16 = 4;
/// The columns of the longest state.
pub(super) const WIDTH: u16 = 31;

pub(super) fn draw(painter: &mut Painter<'_>, area: Rect, name: SocketId) {
    let scene = painter.scene;
    let Some(line) = scene.state.seen().get(name) else { return };
    if line.is_lit(scene.state.spotlight()) {
        painter.buffer.set_style(area, scene.theme.lit());
    }
    let (state, style) = match line.gone {
        Some(_) => ("gone".to_owned(), scene.style(Gone)),
        None => (line.row.state.to_string(), scene.theme.state(line.row.state)),
    };
    let size = BigLetters::SMALL;
    if scene.theme.is_ascii() {
        let words = format!("{} {state}", glyph(line.row.state));
        painter.render(Line::styled(words, style), rect::line(area, 1));
    } else {
        painter.letters((area, 1), size, &Span::styled(state, style));
    }
    let below = rect::line(area, size.height());
    let ends = ends(painter, line, usize::from(area.width));
    painter.render(Line::from(ends), below);
}

fn ends(painter: &Painter<'_>, line: &TableRow, room: usize) -> Vec<Span<'static>> {
    let scene = painter.scene;
    let tuple = line.row.tuple;
    let [near, far] = scene.state.whose_ends(line.row.name());
    let mut spans = vec![
        symbols(scene, line),
        Span::styled(format!(":{}", tuple.local.port), scene.theme.end(near)),
    ];
    if tuple.is_connected() {
        spans.push(scene.span(Dim, format!(" {ARROW} ")));
        let used = crate::view::width(&spans);
        let remote = text::end(tuple.remote, room.saturating_sub(used));
        spans.push(Span::styled(remote, scene.theme.end(far)));
    }
    if let Some(left) = time_left(scene, line) {
        spans.push(scene.span(Dim, format!(" {left}")));
    }
    spans
}
