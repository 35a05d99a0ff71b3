use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::arrange;
use super::digits;
use super::glyphs::{ARROW, glyph};
use super::paint::{Scene, put};
use super::scroll::Scroll;
use super::theme::Part;
use super::window::Window;
use super::{empty, notices, row, text};
use crate::app::Line as TableLine;
use crate::tcp::{Port, RowName};

/// How many lines a row takes, the blank one below it counted.
pub(super) const ROW: u16 = 2;
/// The newest sentence stays below the rows.
const NOTICE: u16 = 3;

/// Big type for the last row of the room: two numbers, and of each row only what the lesson needs.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, scroll: &mut Scroll) {
    let mut rest = area;
    let numbers = arrange::take_top(&mut rest, numbers_height(area));
    draw_numbers(frame, numbers, scene);
    if has_notice(area) {
        let place = arrange::take_bottom(&mut rest, NOTICE);
        let room = usize::from(place.width);
        put(
            frame,
            place,
            notices::newest(scene, room, usize::from(NOTICE)),
        );
    }
    let body = body(area);
    let height = usize::from(body.height / ROW);
    let window = Window::of(scene.state, scroll, height);
    if window.len() == 0 {
        empty::draw(frame, body, scene);
        return;
    }
    let rows = window.names(&scene.state.shown);
    let rows = rows.iter();
    let room = usize::from(body.width);
    let lines = rows.flat_map(|name| [line(scene, *name, room), Line::default()]);
    put(frame, body, lines);
}

/// Where the rows stand.
pub(super) fn body(area: Rect) -> Rect {
    let mut rest = area;
    arrange::take_top(&mut rest, numbers_height(area) + 1);
    if has_notice(area) {
        arrange::take_bottom(&mut rest, NOTICE);
    }
    rest
}

const fn is_tall(area: Rect) -> bool {
    area.height >= 24 && area.width >= 100
}

const fn has_notice(area: Rect) -> bool {
    area.height >= 18
}

const fn numbers_height(area: Rect) -> u16 {
    1 + if is_tall(area) {
        digits::TALL
    } else {
        digits::LOW
    }
}

/// The port at the left, the number of connections at the right.
fn draw_numbers(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>) {
    let state = scene.state;
    let listener = &state.listener;
    let number = match listener.at().port {
        Port::ANY => String::from("0"),
        port => port.to_string(),
    };
    let (label, part) = if listener.is_listening() {
        ("LISTEN at port", Part::Gauge)
    } else {
        ("nobody listens at port", Part::Dim)
    };
    let open = state.sockets.connections();
    let halves = [
        (label, number, part),
        (
            if open == 1 {
                "connection"
            } else {
                "connections"
            },
            open.to_string(),
            Part::Key,
        ),
    ];
    let half = area.width / 2;
    for (n, (label, number, part)) in (0..2).zip(halves) {
        let place = Rect {
            x: area.x + n * half + 2,
            width: half.saturating_sub(2),
            ..area
        };
        let number = if is_tall_line(area) {
            digits::tall(&number)
        } else {
            digits::low(&number)
        };
        let label = Line::from(scene.span(Part::Strong, label));
        let number = number
            .into_iter()
            .map(|line| Line::from(scene.span(part, line)));
        put(frame, place, std::iter::once(label).chain(number));
    }
}

const fn is_tall_line(numbers: Rect) -> bool {
    numbers.height > digits::LOW + 1
}

/// Role, both ports with the foreign address, and the state.
fn line(scene: Scene<'_>, name: RowName, room: usize) -> Line<'static> {
    let state = scene.state;
    let Some(line) = state.sockets.get(name) else {
        return Line::default();
    };
    let spread = room >= 96;
    let (role_width, foreign_width, gap) = if spread {
        (24, 23, "    ")
    } else {
        (15, 16, " ")
    };
    let role = text::fit(&row::role(scene, line, role_width), role_width);
    let foreign = if name.tuple.is_connected() {
        let foreign = text::end(name.tuple.remote, foreign_width);
        format!("{ARROW} {}", text::fit(&foreign, foreign_width))
    } else {
        " ".repeat(foreign_width + 2)
    };
    let local = name.tuple.local.port;
    let mut spans = row::signs(scene, line);
    let part = if line.gone.is_some() {
        Part::Gone
    } else {
        Part::Strong
    };
    spans.push(scene.span(part, format!("{role}{gap}{local:>5} {foreign}{gap}")));
    spans.push(words(scene, line));
    if state.desk.selected == Some(name) {
        return row::one_style(spans).style(scene.style(Part::Selected));
    }
    Line::from(spans)
}

/// The state, or why there is none any more.
fn words(scene: Scene<'_>, line: &TableLine) -> Span<'static> {
    let state = line.row.state;
    if let Some(gone) = line.gone {
        return scene.span(Part::Gone, gone.why.words());
    }
    let left = row::time_left(scene, line).unwrap_or_default();
    let words = format!("{} {state} {left}", glyph(state));
    Span::styled(words, scene.theme.state(state).add_modifier(Modifier::BOLD))
}
