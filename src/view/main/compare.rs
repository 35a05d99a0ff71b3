use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::BorderType;

use crate::app::{Comparison, FIVE, explain};
use crate::tcp::SocketId;
use crate::view::ThemeRole::{Border, Dim, Gone, Key, Strong, Warning};
use crate::view::main::five_tuple::{self, BoxStyle};
use crate::view::style::glyphs::{DASH, DIFFERS, EQUAL, HOLLOW, MARKED, SELECTED};
use crate::view::table::role;
use crate::view::{Painter, Scene, Titles, past, rect, text};

/// The marked row and the selected one, field by field: `=` or `≠` between them, and a heavy frame where they differ.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let state = scene.state;
    let titles = Titles {
        name: "Compare",
        about: format!("{DASH} the 5-tuple that identifies a connection"),
        ..past::titles(state, Vec::new())
    };
    let inner = painter.pane(area, titles);
    let Some((marked, selected)) = state.ui.marked.zip(state.ui.selected) else {
        let words = "Press v to mark a row and compare it with another.";
        return painter.put(inner, [scene.line(Dim, words)]);
    };
    let comparison = Comparison::of(state, marked, selected);
    painter.scroll.visible.extend(comparison.rows);
    let room = inner.width.saturating_sub(2);
    let sentence = scene.wrapped(Strong, &explain::words(&comparison.statement()), room.into());
    let numbers = comparison.rows.map(|row| five_tuple::numbers(scene, row));
    let Some(boxes) = five_tuple::boxes_for(&numbers, usize::from(room) + 2) else {
        return painter.put(inner, list(scene, &comparison, &numbers, sentence));
    };
    // Five lines are easier to read from the back of a lecture hall.
    let one = if inner.height >= 20 { 5 } else { 3 };
    let high = 2 * one + rect::len(sentence.len());
    let has_labels = inner.height >= high + 2;
    let spare = inner.height.saturating_sub(high + 2 * u16::from(has_labels));
    let air = u16::from(spare >= 3);
    let wide: u16 = boxes.iter().map(|(width, _)| width).sum();
    let left = ((room + 2 - wide) / 2).min(40);
    let mut rest = Rect { x: inner.x + left, width: inner.width - left, ..inner };
    rect::take_top(&mut rest, spare.saturating_sub(2 * air) / 3);
    for (n, row) in comparison.rows.into_iter().enumerate() {
        if has_labels {
            painter.render(label(scene, row, n), rect::take_top(&mut rest, 1));
        }
        // The symbol between both rows compares each field with the one below.
        let styles = comparison.differs.map(|differs| box_style(differs, n == 0));
        let line = rect::take_top(&mut rest, one);
        five_tuple::draw_boxes(painter, line, (boxes, row), styles);
        rect::take_top(&mut rest, air);
    }
    painter.put(rest, sentence);
}

fn box_style(differs: bool, is_upper: bool) -> BoxStyle {
    let (kind, border, symbol) = if differs {
        (BorderType::Thick, Warning, DIFFERS)
    } else {
        (BorderType::Rounded, Border, EQUAL)
    };
    BoxStyle { kind, border, symbol: if is_upper { symbol } else { "" } }
}

fn label(scene: Scene<'_>, name: SocketId, n: usize) -> Line<'static> {
    let symbol = scene.span(Key, [MARKED, SELECTED][n].to_owned() + " ");
    let Some(line) = scene.state.seen().get(name) else {
        return Line::from(vec![symbol, scene.span(Gone, "gone")]);
    };
    let role = scene.named(Strong, &(role::name(scene, line, 26) + "   "));
    let state = match line.gone {
        Some(_) => scene.span(Gone, format!("{HOLLOW} gone, was {}", line.row.state)),
        None => scene.state_span(line.row.state),
    };
    [symbol].into_iter().chain(role).chain([state]).collect()
}

fn list(
    scene: Scene<'_>,
    comparison: &Comparison,
    numbers: &[[String; 5]; 2],
    sentence: Vec<Line<'static>>,
) -> Vec<Line<'static>> {
    // The sentence matters more than the last fields.
    let mut lines = sentence;
    for (n, name) in FIVE.into_iter().enumerate() {
        let (symbol, part) = if comparison.differs[n] { (DIFFERS, Warning) } else { (EQUAL, Dim) };
        let head = scene.span(Dim, text::fit(name, 16));
        let first = scene.span(part, format!("  {}", numbers[0][n]));
        let second = scene.span(part, format!("{symbol} {}", numbers[1][n]));
        lines.push(Line::from(vec![head, first]));
        lines.push(Line::from(vec![Span::raw(" ".repeat(16)), second]));
    }
    lines
}
