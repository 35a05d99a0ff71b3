//! The lab side by side: the server's table, the wire, the selected client's table.

use ratatui::layout::Rect;

use crate::app::State;
use crate::view::ThemeRole::Dim;
use crate::view::lab::pairs::Pair;
use crate::view::lab::titles::titles;
use crate::view::lab::{pairs, stacked, wire};
use crate::view::table::column::ColumnLayout;
use crate::view::table::{empty, narrow, titles};
use crate::view::{Painter, Titles, rect};

/// From this width on the wire fits between the tables.
const BESIDE: u16 = 116;
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
    let (scene, state) = (painter.scene, painter.scene.state);
    let width = |columns: &ColumnLayout| rect::len(columns.width() + 2);
    let wide = narrow::wide();
    let columns = if 2 * width(&wide) + WIRE <= area.width { wide } else { narrow::tight() };
    let width = width(&columns);
    let mut middle = area;
    let right = rect::take_right(&mut middle, width);
    let left = Rect { width, ..area };
    let middle = Rect { x: left.right(), width: middle.width - width, ..area };
    let height = usize::from(rect::inside(area).height.saturating_sub(1));
    let pairs = pairs::fitting(state, height);
    // The lower titles: the number of matches, and which part of the rows is shown.
    let [at_server, at_client] = [0, 1].map(|side: usize| {
        let rows: Vec<usize> = pairs.iter().filter_map(|pair| pair[side]).collect();
        let server = state.lab.server().map(|server| server.host);
        let host = if side == 0 { server } else { Some(state.clients.computer().host) };
        pairs::part(state, host?, &rows)
    });
    let found = titles::found(scene).into_iter();
    let [of_server, of_client] = titles(scene, width);
    let of_server = Titles { below: found.chain(at_server).collect(), ..of_server };
    let of_client = Titles { below: at_client.into_iter().collect(), ..of_client };
    let left = painter.pane(left, of_server);
    let right = painter.pane(right, of_client);
    draw_wire(painter, middle);
    if pairs.is_empty() {
        empty::draw(painter, left);
        return painter.render(scene.span(Dim, "   no row"), right);
    }
    for place in [left, right] {
        painter.render(columns.head(scene), place);
    }
    for (n, pair) in (1..).zip(pairs) {
        for (place, row) in [left, right].into_iter().zip(pair) {
            let place = rect::line(place, n);
            let Some(name) = row.map(|n| state.ui.shown[n]) else {
                painter.render(scene.line(Dim, absent(state, pair)), place);
                continue;
            };
            painter.render(columns.line(scene, name, None), place);
            painter.scroll.list(place, [name], 1);
        }
    }
}

fn absent(state: &State, pair: Pair) -> String {
    let there = pair[0].or(pair[1]).map(|n| state.ui.shown[n]);
    let Some(there) = there.filter(|name| name.tuple.is_connected()) else { return String::new() };
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
    let titles = Titles { name: "The wire", ..Titles::default() };
    let mut inner = painter.pane(area, titles);
    let room = usize::from(inner.width);
    let status = wire::status_lines(scene, room);
    painter.put(rect::take_top(&mut inner, rect::len(status.len())), status);
    painter.put(inner, wire::lines(scene, room, usize::from(inner.height)));
}
