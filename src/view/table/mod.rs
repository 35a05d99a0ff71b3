//! The table of sockets in its three layouts: the column lists, the fitter, the cells.

pub(crate) mod column;
pub(crate) mod columns;
pub(crate) mod empty;
pub(crate) mod narrow;
pub(crate) mod netstat;
pub(crate) mod role;
pub(crate) mod timer;
pub(crate) mod titles;
pub(crate) mod window;

use ratatui::layout::Rect;
use ratatui::widgets::{Scrollbar, ScrollbarOrientation, ScrollbarState, StatefulWidget};

use crate::tcp::SocketId;
use crate::tcp::table::row::are_one_connection;
use crate::view::ThemeRole::{Border, FocusBorder};
use crate::view::style::glyphs::{LOWER, UPPER};
use crate::view::table::titles::titles;
use crate::view::table::window::Window;
use crate::view::{Painter, Scene, rect};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let ui = &scene.state.ui;
    let mut body = rect::inside(area);
    let head = if ui.netstat { netstat::head_lines(body.height) } else { 1 };
    rect::take_top(&mut body, head);
    let window = Window::of(scene.state, painter.scroll, (usize::from(body.height), LEFT));
    let inner = painter.pane(area, titles(scene, area, &window));
    if window.len() == 0 {
        return empty::draw(painter, inner);
    }
    let rows = window.names(&scene.state.ui.shown);
    if ui.netstat {
        netstat::draw(painter, inner, (head, &rows));
    } else {
        let columns = columns::fitting(scene, usize::from(inner.width), &rows);
        let lines = window.rows().map(|n| columns.line(scene, ui.shown[n], bracket(scene, n)));
        painter.put(inner, std::iter::once(columns.head(scene)).chain(lines));
        empty::hint(painter, inner, rows.len() + 1);
    }
    painter.scroll.list(body, rows, 1);
    scrollbar(painter, area, &window);
}

const LEFT: usize = 2;

/// Whether row `n` and the next one are ends of one connection.
pub(crate) fn joins(shown: &[SocketId], n: usize) -> bool {
    let ends = shown.get(n).zip(shown.get(n + 1));
    ends.is_some_and(|(one, other)| are_one_connection(*one, *other))
}

/// Joins two ends that are both in the table: what is gone is no end any more.
fn bracket(scene: Scene<'_>, n: usize) -> Option<&'static str> {
    let (shown, sockets) = (&scene.state.ui.shown, scene.state.seen());
    let lives = |name| sockets.get(name).is_some_and(|line| line.gone.is_none());
    let joins = |n: usize| joins(shown, n) && lives(shown[n]) && lives(shown[n + 1]);
    let is_lower = n > 0 && joins(n - 1);
    joins(n).then_some(UPPER).or(is_lower.then_some(LOWER))
}

fn scrollbar(painter: &mut Painter<'_>, area: Rect, window: &Window) {
    let scene = painter.scene;
    let (count, height) = (scene.state.ui.shown.len(), window.len());
    if count <= height {
        return;
    }
    let beside = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
    let mut position = ScrollbarState::new(count - height + 1)
        .viewport_content_length(height)
        .position(window.rest.end.saturating_sub(height));
    let bar = Scrollbar::new(ScrollbarOrientation::VerticalRight)
        .begin_symbol(None)
        .end_symbol(None)
        .track_symbol(Some("│"))
        .thumb_symbol("█")
        .track_style(scene.style(Border))
        .thumb_style(scene.style(FocusBorder));
    bar.render(beside, painter.buffer, &mut position);
}
