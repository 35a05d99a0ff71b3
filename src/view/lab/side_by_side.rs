//! The lab side by side: the server's table, the wire, the selected client's table.

use ratatui::layout::Rect;

use crate::app::{Pane, State};
use crate::view::ThemeRole::Dim;
use crate::view::lab::pairs::PairedRow;
use crate::view::lab::titles::titles;
use crate::view::lab::{pairs, stacked, wire};
use crate::view::table::column::ColumnLayout;
use crate::view::table::{empty, narrow, titles};
use crate::view::{Painter, Scene, ThemeRole, Titles, rect};

/// From this width on the wire fits between the tables.
const BESIDE: u16 = 116;

/// The least width of the wire.
const WIRE: u16 = 28;

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    painter.scroll.cells.clear();
    if area.width >= BESIDE && !scene.state.ui.netstat {
        beside(painter, area);
    } else {
        stacked::draw(painter, area);
    }
}

fn beside(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let width = |columns: &ColumnLayout| rect::len(columns.width() + 2);
    let wide = narrow::wide();
    let columns = if 2 * width(&wide) + WIRE <= area.width { wide } else { narrow::tight() };
    let width = width(&columns);
    let left = Rect { width, ..area };
    let right = Rect { x: area.right() - width, ..left };
    let middle = Rect { x: left.right(), width: area.width - 2 * width, ..area };
    let height = usize::from(rect::inside(area).height.saturating_sub(1));
    let pairs = pairs::fitting(scene.state, height);
    let pane = |painter: &mut Painter<'_>, place: Rect, is_server: bool, below: Vec<_>| {
        let titles = Titles { below, ..titles(scene, is_server, place.width) };
        painter.pane(Pane::Sockets, place, titles)
    };
    let [of_server, of_client] = below(scene, &pairs);
    let left = pane(painter, left, true, of_server);
    let right = pane(painter, right, false, of_client);
    draw_wire(painter, middle);

    if pairs.is_empty() {
        empty::draw(painter, left);
        let words = scene.span(Dim, "   no row");
        painter.render(words, right);
        return;
    }
    for place in [left, right] {
        painter.render(columns.head(scene), rect::line(place, 0));
    }
    for (n, pair) in (1..).zip(&pairs) {
        for (place, name) in [(left, pair.left), (right, pair.right)] {
            let line = rect::line(place, n);
            let cell = match name {
                Some(name) => columns.line(scene, name, None),
                None => scene.line(Dim, absent(scene.state, *pair)),
            };
            painter.render(cell, line);
            if let Some(name) = name {
                painter.scroll.list(line, [name], 1);
            }
        }
    }
}

/// The lower titles of both tables: the number of matches, and which part of the rows is shown.
fn below(scene: Scene<'_>, pairs: &[PairedRow]) -> [Vec<(ThemeRole, String)>; 2] {
    let state = scene.state;
    let [left, right] = pairs::sides(state, pairs);
    let server = state.lab.server();
    let at_server = server.and_then(|server| pairs::part(state, server.host, &left));
    let at_client = pairs::part(state, state.clients.computer().host, &right);
    let found = titles::found(scene).into_iter();
    [found.chain(at_server).collect(), at_client.into_iter().collect()]
}

/// The text in place of a missing row.
fn absent(state: &State, pair: PairedRow) -> String {
    let Some(there) = pair.left.or(pair.right).filter(|name| name.tuple.is_connected()) else {
        return String::new();
    };
    let other = state.other_end(there).host;
    let both = [state.lab.server().map(|server| server.host), Some(state.clients.computer().host)];
    if other == there.host {
        String::new()
    } else if both.contains(&Some(other)) {
        "   (no row)".to_owned()
    } else {
        format!("   ({}'s)", state.computer_name(other))
    }
}

fn draw_wire(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let mut inner = painter.pane(None, area, Titles { name: "The wire", ..Titles::default() });
    let room = usize::from(inner.width);
    for status in wire::status_lines(scene, room) {
        painter.render(status, rect::take_top(&mut inner, 1));
    }
    painter.put(inner, wire::lines(scene, room, usize::from(inner.height)));
}
