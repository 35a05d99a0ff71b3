//! The two numbers that matter most, large enough for a small picture of the screen.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::view::ThemeRole::Dim;
use crate::view::style::big_letters::BigLetters;
use crate::view::{Painter, rect, text};

/// Draws a number, if there is one, at the right of a pane that keeps `kept` columns for its text. What is left for the text: the
/// columns beside the number, and the last line, which is as wide as the pane where it is below the number.
pub(crate) fn draw(
    painter: &mut Painter<'_>,
    inner: Rect,
    (number, label): (Option<String>, &str),
    (style, kept): (Style, usize),
) -> [Rect; 2] {
    let scene = painter.scene;
    let bottom = rect::line(inner, inner.height.saturating_sub(1));
    let Some(number) = number else { return [inner, bottom] };
    let room = usize::from(inner.width).saturating_sub(kept + GAP);
    // The label has the line below. Room for the longest port gives the numbers of both panes one size.
    let fits = |size: &&BigLetters| size.height() < inner.height && size.width(PORT) <= room;
    let sizes = BigLetters::sizes(scene.theme.is_ascii());
    let size = sizes.iter().find(fits).filter(|_| text::width(label) <= room);
    let Some(size) = size.copied() else { return [inner, bottom] };
    let digits = size.width(number.len());
    let mut text = inner;
    let mut place = rect::take_right(&mut text, rect::len(digits.max(text::width(label)) + GAP));
    place.width -= 1;
    let x = usize::from(place.width).saturating_sub(digits);
    painter.letters((place, x), size, &Span::styled(number, style));
    let below = rect::line(place, size.height());
    painter.render(Line::from(scene.span(Dim, label)).right_aligned(), below);
    let is_above = size.height() + 1 < inner.height;
    [text, if is_above { bottom } else { Rect { width: text.width, ..bottom } }]
}

/// The blank columns before a number and after it.
const GAP: usize = 2;
/// The digits of the longest port.
const PORT: usize = 5;
