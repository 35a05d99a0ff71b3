use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::BorderType;

use crate::app::{Comparison, FIVE, Pane};
use crate::tcp::SocketId;
use crate::view::ThemeRole::{Border, Dim, Gone, Key, Strong, Warning};
use crate::view::main::five_tuple;
use crate::view::main::five_tuple::BoxStyle;
use crate::view::past;
use crate::view::style::glyphs::{DASH, DIFFERS, EQUAL, MARKED, SELECTED, glyph};
use crate::view::table::role;
use crate::view::{Painter, Scene, Titles, rect, text};

/// The marked row and the selected one, field by field: equal ones are dim, others framed.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let state = scene.state;
    let pair = state.ui.marked.zip(state.ui.selected);
    let titles = Titles {
        name: "Compare",
        about: format!("{DASH} the 5-tuple that identifies a connection"),
        ..past::titles(scene.state, Vec::new())
    };
    let inner = painter.pane(Pane::Sockets, area, titles);
    let Some((marked, selected)) = pair else {
        let words = "Press v to mark a row and compare it with another.";
        return painter.put(inner, [scene.line(Dim, words)]);
    };
    let comparison = Comparison::of(state, marked, selected);
    painter.scroll.visible.extend(comparison.rows);
    let room = usize::from(inner.width).saturating_sub(2);
    let sentence = scene.wrapped(Strong, &comparison.words(), room);
    let numbers = comparison.rows.map(five_tuple::numbers);
    let Some(places) = five_tuple::columns_of(&numbers, room + 2) else {
        return painter.put(inner, list(scene, &comparison, &numbers, sentence));
    };
    // Five lines are easier to read from the back of a lecture hall.
    let one = if inner.height >= 20 { 5 } else { 3 };
    let high = 2 * one + rect::len(sentence.len());
    let has_labels = inner.height >= high + 2;
    let spare = inner.height.saturating_sub(high + 2 * u16::from(has_labels));
    let air = u16::from(spare >= 3);
    let mut rest = inner;
    rect::take_top(&mut rest, spare.saturating_sub(2 * air) / 3);
    let wide: usize = places.iter().map(|(width, _)| width).sum();
    let left = rect::len((room + 2 - wide) / 2).min(40);
    for (n, numbers) in numbers.into_iter().enumerate() {
        if has_labels {
            let line = rect::take_top(&mut rest, 1);
            let line = Rect { x: line.x + left, width: line.width - left, ..line };
            painter.render(label(scene, comparison.rows[n], n), line);
        }
        let line = rect::take_top(&mut rest, one);
        let line = Rect { x: line.x + left, ..line };
        // The symbol between both rows compares each field with the one below.
        let styles = comparison.differs.map(|differs| box_style(differs, n == 0));
        five_tuple::boxes(painter, line, (places, numbers), styles);
        rect::take_top(&mut rest, air);
    }
    let rest = Rect { x: rest.x + left, width: rest.width - left, ..rest };
    painter.put(rest, sentence);
}

fn box_style(differs: bool, is_upper: bool) -> BoxStyle {
    let symbol = if differs { DIFFERS } else { EQUAL };
    let symbol = if is_upper { symbol } else { "" };
    if differs {
        BoxStyle { border: (BorderType::Thick, Warning), number: Strong, symbol }
    } else {
        BoxStyle { border: (BorderType::Rounded, Border), number: Dim, symbol }
    }
}

/// The symbol of a row, its name, and its state.
fn label(scene: Scene<'_>, name: SocketId, n: usize) -> Line<'static> {
    let symbol = [MARKED, SELECTED][n];
    let mut spans = vec![scene.span(Key, format!("{symbol} "))];
    match scene.state.seen().get(name) {
        Some(line) => {
            let role = role::name(scene, line, 26);
            spans.push(scene.span(Strong, format!("{role}   ")));
            let state = line.row.state;
            if line.gone.is_some() {
                spans.push(scene.span(Gone, format!("{state}, gone")));
            } else {
                let style = scene.theme.state(state);
                spans.push(Span::styled(format!("{} {state}", glyph(state)), style));
            }
        }
        None => spans.push(scene.span(Gone, "gone")),
    }
    Line::from(spans)
}

/// The comparison as a list, where addresses are too long for boxes.
fn list(
    scene: Scene<'_>,
    comparison: &Comparison,
    numbers: &[[String; 5]; 2],
    sentence: Vec<Line<'static>>,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (n, name) in FIVE.into_iter().enumerate() {
        let differs = comparison.differs[n];
        let (symbol, part) = if differs { (DIFFERS, Warning) } else { (EQUAL, Dim) };
        let head = scene.span(Dim, text::fit(name, 16));
        let first = scene.span(part, format!("  {}", numbers[0][n]));
        let second = scene.span(part, format!("{symbol} {}", numbers[1][n]));
        lines.push(Line::from(vec![head, first]));
        lines.push(Line::from(vec![Span::raw(" ".repeat(16)), second]));
    }
    // The sentence matters more than the last fields.
    lines.splice(0..0, sentence);
    lines
}
