//! The two numbers that matter most, large enough for a small picture of the screen.

use ratatui::layout::Rect;

use crate::view::ThemeRole::{self, Dim};
use crate::view::text::big_digits::Digits;
use crate::view::{Painter, rect, text};

/// Draws a number at the right of a pane that keeps `least` columns for its text, which are returned with what is left.
pub(crate) fn draw(
    painter: &mut Painter<'_>,
    inner: Rect,
    (number, label): (&str, &str),
    (part, least): (ThemeRole, usize),
) -> Rect {
    let scene = painter.scene;
    let mut text = inner;
    let room = usize::from(inner.width).saturating_sub(least + GAP);
    // Both panes are as wide as each other, and so are the digits of both.
    let sizes = Digits::sizes(inner.width, scene.theme.is_ascii());
    let width = |digits: Digits| digits.width(number).max(text::width(label));
    // The label has the line below the number, if there is one.
    let lines = |digits: Digits| if digits == Digits::Narrow { 5 } else { digits.height() + 1 };
    let fits = |digits: &Digits| lines(*digits) <= inner.height && width(*digits) <= room;
    let Some(digits) = sizes.into_iter().find(fits) else { return inner };
    let width = width(digits);
    let mut place = rect::take_right(&mut text, rect::len(width + GAP));
    place.width -= 1;
    let number = digits.draw(number).into_iter().map(|line| scene.line(part, line));
    let label = scene.line(Dim, label);
    painter.put(place, number.chain([label]).map(ratatui::text::Line::right_aligned));
    text
}

/// The blank columns before a number and after it.
const GAP: usize = 2;
