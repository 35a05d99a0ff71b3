//! The rows of the lab's two tables while the wire between them matters most: the state in large letters, both ends below.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tcp::SocketId;
use crate::view::ThemeRole::{Dim, Gone};
use crate::view::style::big_letters::BigLetters;
use crate::view::style::glyphs::{ARROW, HOLLOW, glyph};
use crate::view::table::column::symbols;
use crate::view::table::timer::brief_time_left;
use crate::view::{Painter, rect, text};

/// The columns of the longest state, and of a frame.
pub(super) const WIDTH: u16 = 31;

/// The lines of a row: only a connection's state is large.
pub(super) fn height(name: SocketId) -> u16 {
    if name.tuple.is_connected() { BigLetters::SMALL.height() + 2 } else { 1 }
}

/// The line in which the state stands in ordinary letters.
pub(super) fn words(area: Rect) -> Rect {
    rect::line(area, area.height.saturating_sub(2))
}

pub(super) fn draw(painter: &mut Painter<'_>, area: Rect, name: SocketId) {
    let scene = painter.scene;
    let Some(line) = scene.state.seen().get(name) else { return };
    if scene.state.is_lit(line) {
        painter.buffer.set_style(area, scene.theme.lit());
    }
    let state = line.row.state;
    let (symbol, state, style) = if line.gone.is_some() {
        (HOLLOW, "gone".to_owned(), scene.style(Gone))
    } else {
        (glyph(state), state.to_string(), scene.theme.state(state))
    };
    let [near, far] = scene.state.whose_ends(name);
    let port = Span::styled(format!(":{}", name.tuple.local.port), scene.theme.end(near));
    let left = brief_time_left(scene, line);
    let words = Span::styled(format!(" {symbol} {state} "), style);
    let words = vec![symbols(scene, line), port, words, scene.span(Dim, left)];
    painter.render(Line::from(words), self::words(area));
    if !name.tuple.is_connected() {
        return;
    }
    if !scene.theme.is_ascii() {
        painter.letters((area, 1), BigLetters::SMALL, &Span::styled(state, style));
    }
    let room = usize::from(area.width).saturating_sub(5);
    let remote = Span::styled(text::end(name.tuple.remote, room), scene.theme.end(far));
    let remote = vec![scene.span(Dim, format!("   {ARROW} ")), remote];
    painter.render(Line::from(remote), rect::line(area, area.height - 1));
}
