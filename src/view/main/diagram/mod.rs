pub(crate) mod caption;
pub(crate) mod geometry;
pub(crate) mod labels;
pub(crate) mod paths;
pub(crate) mod stroke;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Block;

use crate::app::{Pane, StatePath, TableRow};
use crate::tcp::{TcpState, Transition};
use crate::view::main::diagram::geometry::Figure;
use crate::view::main::diagram::paths::StatePaths;
use crate::view::main::diagram::stroke::Stroke;
use crate::view::pane::past;
use crate::view::scene::{Scene, Titles, put};
use crate::view::scroll::Scroll;
use crate::view::style::glyphs::{CHOSEN, OTHER, glyph};
use crate::view::style::theme::ThemeRole;
use crate::view::{rect, text};

/// TCP's states as boxes, its transitions as arrows; where the rows are now, and the way that one connection went.
pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, scroll: &mut Scroll) {
    let ways = StatePaths::of(scene);
    let ends = [&ways.chosen, &ways.other].into_iter().flatten();
    scroll.visible.extend(ends.map(|(line, _)| line.row.name()));
    let mut inner = rect::inside(area);
    let room = usize::from(inner.width);
    let below = text_lines(inner.height);
    let (lines, brief) = caption::of(scene, &ways, (room, usize::from(below)));
    let about =
        if below == 0 { brief } else { String::from("RFC 9293, figure 5; each sign is one end") };
    let titles = Titles {
        name: "States",
        about: format!("{} {about}", crate::view::style::glyphs::DASH),
        ..past::titles(scene.state)
    };
    scene.pane(frame, Pane::Sockets, area, titles);
    let text = rect::take_bottom(&mut inner, below);
    let wide = widths(scene, LONG);
    let (most, text_widths) =
        if Figure::is_wide(inner, wide) { (LONG, wide) } else { (SHORT, widths(scene, SHORT)) };
    let figure = Figure::fitting(inner, text_widths);
    draw_arrows(frame, inner, scene, (&figure, &ways));
    for state in TcpState::ALL {
        draw_box(frame, scene, (&figure, &ways), (state, most));
    }
    labels::draw(frame, inner, scene, &figure, &ways);
    put(frame, text, lines);
}

/// How many lines of words stand below the figure.
const fn text_lines(height: u16) -> u16 {
    match height {
        0..6 | 9..11 => 0,
        6..9 => 1,
        11..26 => 2,
        26.. => 3,
    }
}

/// How many columns the signs of a state take, where there is room and where there is hardly any.
const LONG: usize = 7;

const SHORT: usize = 4;

/// How wide what stands in the boxes of each column is.
fn widths(scene: Scene<'_>, most: usize) -> [u16; 3] {
    let mut widths = [0; 3];
    for state in TcpState::ALL {
        let longest = format!("{state} {}", tokens(scene, state, most));
        let width = text::width(&longest).max(text::width(state.name()) + 3);
        let column = &mut widths[Figure::column(state)];
        *column = u16::try_from(width).unwrap_or(u16::MAX).max(*column);
    }
    widths
}

/// One sign for each row in that state; a number where there are many.
fn tokens(scene: Scene<'_>, state: TcpState, most: usize) -> String {
    let sign = glyph(state);
    let count = scene.state.seen().count(state);
    let number = text::number(usize::try_from(count).unwrap_or(usize::MAX));
    match count {
        0..=3 => (0..count).map(|_| sign).collect(),
        _ if number.len() < most => format!("{sign}{number}"),
        _ => format!("{sign}{}k", count / 1000),
    }
}

fn draw_arrows(
    frame: &mut Frame<'_>,
    area: Rect,
    scene: Scene<'_>,
    (figure, ways): (&Figure, &StatePaths<'_>),
) {
    let mut arrows: Vec<(Stroke, Transition)> =
        Transition::USUAL.into_iter().map(|arrow| (ways.stroke(arrow), arrow)).collect();
    // What somebody went lies over what nobody did.
    arrows.sort_by_key(|(stroke, _)| match stroke {
        Stroke::Nobody => 0,
        Stroke::Other(_) => 1,
        Stroke::Chosen(_) => 2,
    });
    let (end, (x, y)) = figure.end();
    let end = scene.span(ThemeRole::Dim, end);
    let place = Rect::new(x, y, u16::try_from(end.width()).unwrap_or(0), 1);
    frame.render_widget(Line::from(end), place.intersection(area));
    for (stroke, arrow) in arrows {
        if let Some(route) = figure.route(arrow.from, arrow.to) {
            route.draw(frame.buffer_mut(), area, stroke, stroke.style(scene));
        }
    }
}

/// The box of a state: its name, its rows, and which ends of the chosen connection are there.
fn draw_box(
    frame: &mut Frame<'_>,
    scene: Scene<'_>,
    (figure, ways): (&Figure, &StatePaths<'_>),
    (state, most): (TcpState, usize),
) {
    let area = figure.of(state).intersection(frame.area());
    let stroke = ways.frame(state);
    if figure.high > 1 {
        let block =
            Block::bordered().border_type(stroke.border()).border_style(stroke.style(scene));
        frame.render_widget(block, area);
    } else {
        let side = Span::styled(stroke.lines()[1].to_string(), stroke.style(scene));
        frame.render_widget(Line::from(side.clone()), area);
        frame.render_widget(Line::from(side).right_aligned(), area);
    }
    let body = Rect {
        x: area.x + 1,
        y: area.y + area.height / 2,
        width: area.width.saturating_sub(2),
        height: area.height.min(1),
    };
    let is_here =
        |end: &Option<(&TableRow, StatePath)>| end.as_ref().is_some_and(|(_, way)| way.at == state);
    if is_here(&ways.chosen) {
        frame.render_widget(Line::from(scene.span(ThemeRole::FocusBorder, CHOSEN)), body);
    }
    if is_here(&ways.other) {
        let sign = Line::from(scene.span(ThemeRole::Warning, OTHER));
        frame.render_widget(sign.right_aligned(), body);
    }
    let tokens = tokens(scene, state, most);
    let name = match (tokens.is_empty(), stroke) {
        (false, _) => scene.theme.state(state),
        (true, Stroke::Nobody) => scene.style(ThemeRole::Dim),
        (true, Stroke::Chosen(_) | Stroke::Other(_)) => scene.style(ThemeRole::Strong),
    };
    let gap = if tokens.is_empty() { "" } else { " " };
    let text = Line::styled(format!("{state}{gap}{tokens}"), name);
    let between = Rect { x: body.x + 1, width: body.width.saturating_sub(2), ..body };
    frame.render_widget(text.centered(), between);
}
