//! The two numbers that matter most, large enough for a small picture of the screen.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::view::ThemeRole::{self, Dim};
use crate::view::text::big_digits::Digits;
use crate::view::{Painter, rect, text};

/// Draws a number, if there is one, at the right of a pane that keeps `kept` columns for its text. What is left for the text: the
/// columns beside the number, and the last line, which is as wide as the pane where it is below the number.
pub(crate) fn draw(
    painter: &mut Painter<'_>,
    inner: Rect,
    (number, label): (Option<&str>, &str),
    (part, kept): (ThemeRole, usize),
) -> [Rect; 2] {
    let scene = painter.scene;
    let bottom = rect::line(inner, inner.height.saturating_sub(1));
    let Some(number) = number else { return [inner, bottom] };
    let room = usize::from(inner.width).saturating_sub(kept + GAP);
    // Both panes are as wide as each other, and so are the digits of both.
    let mut sizes = Digits::sizes(inner.width, scene.theme.is_ascii());
    let width = |digits: Digits| digits.width(number).max(text::width(label));
    // The label has the line below the number, if there is one.
    let lines = |digits: Digits| if digits == Digits::Narrow { 5 } else { digits.height() + 1 };
    let fits = |digits: &Digits| lines(*digits) <= inner.height && width(*digits) <= room;
    let Some(digits) = sizes.find(fits) else { return [inner, bottom] };
    let mut text = inner;
    let mut place = rect::take_right(&mut text, rect::len(width(digits) + GAP));
    place.width -= 1;
    let number = digits.draw(number).into_iter().map(|line| scene.line(part, line));
    painter.put(place, number.chain([scene.line(Dim, label)]).map(Line::right_aligned));
    let is_below = lines(digits) < inner.height;
    [text, if is_below { bottom } else { Rect { width: text.width, ..bottom } }]
}

/// The blank columns before a number and after it.
const GAP: usize = 2;
