//! TCP's state diagram.

mod caption;
mod geometry;
mod labels;
mod paths;

use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Block;

use crate::tcp::{TcpState, Transition};
use crate::view::ThemeRole::{Dim, Strong};
use crate::view::main::diagram::geometry::Figure;
use crate::view::main::diagram::paths::{StatePaths, Stroke};
use crate::view::style::glyphs::{DASH, OTHER, SELECTED, glyph};
use crate::view::{Painter, Scene, Titles, past, rect, text};

/// TCP's states as boxes, its transitions as arrows; the rows in each state, and the path of one connection.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let paths = StatePaths::of(scene);
    let ends = paths.ends.iter().flatten();
    painter.scroll.visible.extend(ends.map(|(line, _)| line.row.name()));
    let mut inner = rect::inside(area);
    let room = usize::from(inner.width);
    let below = text_lines(inner.height);
    let (lines, brief) = caption::of(scene, &paths, (room, usize::from(below)));
    let about =
        if below == 0 { brief } else { String::from("RFC 9293, figure 5; each symbol is one end") };
    let about = format!("{DASH} {about}");
    let titles = Titles { name: "States", about, ..past::titles(scene.state, Vec::new()) };
    painter.pane(area, titles);
    let text = rect::take_bottom(&mut inner, below);
    let most = if Figure::is_wide(inner, widths(scene, LONG)) { LONG } else { SHORT };
    let figure = Figure::fitting(inner, widths(scene, most));
    draw_arrows(painter, inner, (&figure, &paths));
    for state in TcpState::ALL {
        draw_box(painter, (&figure, &paths), (state, most));
    }
    labels::draw(painter, inner, &figure, &paths);
    painter.put(text, lines);
}

const fn text_lines(height: u16) -> u16 {
    match height {
        0..6 | 9..11 => 0,
        6..9 => 1,
        11..26 => 2,
        26.. => 3,
    }
}

/// The columns for the symbols of a state, where there is room, and where there is hardly any.
const LONG: usize = 7;
const SHORT: usize = 4;

fn widths(scene: Scene<'_>, most: usize) -> [u16; 3] {
    let mut widths = [0; 3];
    for state in TcpState::ALL {
        let longest = format!("{state} {}", tokens(scene, state, most));
        let width = text::width(&longest).max(text::width(state.name()) + 3);
        let column = &mut widths[Figure::place(state).0];
        *column = rect::len(width).max(*column);
    }
    widths
}

fn tokens(scene: Scene<'_>, state: TcpState, most: usize) -> String {
    let symbol = glyph(state);
    let count = scene.state.seen().count(state);
    let number = text::number(count);
    match count {
        0..=3 => (0..count).map(|_| symbol).collect(),
        _ if number.len() < most => format!("{symbol}{number}"),
        _ => format!("{symbol}{}k", count / 1000),
    }
}

fn draw_arrows(painter: &mut Painter<'_>, area: Rect, (figure, paths): (&Figure, &StatePaths<'_>)) {
    let scene = painter.scene;
    // The arrows that an end took are drawn over the others.
    let mut arrows = Transition::USUAL;
    arrows.sort_by_key(|arrow| match paths.stroke(*arrow) {
        Stroke::Neither => 0,
        Stroke::Other(_) => 1,
        Stroke::Selected(_) => 2,
    });
    let (end, (x, y)) = figure.end();
    let end = scene.span(Dim, end);
    let place = Rect::new(x, y, rect::len(end.width()), 1);
    painter.render(Line::from(end), place.intersection(area));
    for arrow in arrows {
        if let Some(route) = figure.route(arrow.from, arrow.to) {
            let stroke = paths.stroke(arrow);
            route.draw(painter, area, (stroke, paths.style(stroke, scene)));
        }
    }
}

fn draw_box(
    painter: &mut Painter<'_>,
    (figure, paths): (&Figure, &StatePaths<'_>),
    (state, most): (TcpState, usize),
) {
    let scene = painter.scene;
    let area = figure.of(state).intersection(painter.buffer.area);
    let stroke = paths.frame(state);
    let style = paths.style(stroke, scene);
    if figure.high > 1 {
        let block = Block::bordered().border_type(stroke.border());
        painter.render(block.border_style(style), area);
    } else {
        // Sides without a top would look like a box that is cut.
        painter.render(Line::styled("[", style), area);
        painter.render(Line::styled("]", style).right_aligned(), area);
    }
    let body = rect::line(area, area.height / 2).inner(Margin::new(1, 0));
    let [is_selected, is_other] = paths.are_at(state);
    if is_selected {
        painter.render(Span::styled(SELECTED, paths.looks[0]), body);
    }
    if is_other {
        painter.render(Line::styled(OTHER, paths.looks[1]).right_aligned(), body);
    }
    let tokens = tokens(scene, state, most);
    let name = match (tokens.is_empty(), stroke) {
        (false, _) => scene.theme.state(state),
        (true, Stroke::Neither) => scene.style(Dim),
        (true, Stroke::Selected(_) | Stroke::Other(_)) => scene.style(Strong),
    };
    let gap = if tokens.is_empty() { "" } else { " " };
    let text = Line::styled(format!("{state}{gap}{tokens}"), name);
    painter.render(text.centered(), body.inner(Margin::new(1, 0)));
}
