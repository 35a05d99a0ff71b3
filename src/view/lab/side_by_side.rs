//! The lab side by side: the server's table, the wire, the selected client's table.

use ratatui::layout::Rect;

use crate::app::State;
use crate::view::ThemeRole::Dim;
use crate::view::lab::pairs::Pair;
use crate::view::lab::titles::titles;
use crate::view::lab::{large_states, pairs, stacked, wire};
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
    let lines = rect::inside(area).height;
    let pairs = pairs::fitting(state, usize::from(lines.saturating_sub(1)));
    // A wire that does something is what matters: it gets half of the screen, and what it changes is large.
    let is_main = !state.wire_then().is_plain() || state.waiting_then() > 0;
    let heights: u16 = pairs.iter().map(|pair| large_height(state, *pair)).sum();
    let columns = Some(columns).filter(|_| !is_main || heights > lines);
    let width = columns.as_ref().map_or(area.width / 4, width).max(large_states::WIDTH);
    let mut middle = area;
    let right = rect::take_right(&mut middle, width);
    let left = Rect { width, ..area };
    let middle = Rect { x: left.right(), width: middle.width - width, ..area };
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
    draw_pairs(painter, [left, right], pairs, columns.as_ref());
}

fn large_height(state: &State, pair: Pair) -> u16 {
    let rows = pair.into_iter().flatten();
    rows.map(|n| large_states::height(state.ui.shown[n])).max().unwrap_or(1)
}

/// The rows of both tables, as lines of columns below a head, or large.
fn draw_pairs(
    painter: &mut Painter<'_>,
    mut tables: [Rect; 2],
    pairs: Vec<Pair>,
    columns: Option<&ColumnLayout>,
) {
    let scene = painter.scene;
    if let Some(columns) = columns {
        for table in &mut tables {
            painter.put(rect::take_top(table, 1), [columns.head(scene)]);
        }
    }
    for pair in pairs {
        let height = if columns.is_some() { 1 } else { large_height(scene.state, pair) };
        for (table, row) in tables.iter_mut().zip(pair) {
            let place = rect::take_top(table, height);
            let Some(name) = row.map(|n| scene.state.ui.shown[n]) else {
                let absent = scene.line(Dim, absent(scene.state, pair));
                painter.render(absent, large_states::words(place));
                continue;
            };
            match columns {
                Some(columns) => painter.put(place, [columns.line(scene, name, None)]),
                None => large_states::draw(painter, place, name),
            }
            painter.scroll.list(place, [name], height);
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
