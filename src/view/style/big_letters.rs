//! Letters of several cells, for the back of a lecture hall: X11's bitmap fonts, drawn in half and quarter blocks.
//!
//! tui-big-text has one font, of four by four cells or more, which leaves no room for a state beside two ports.

use std::convert::Infallible;

use embedded_graphics::mono_font::ascii::{FONT_5X7, FONT_6X13_BOLD};
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{DrawTarget, Drawable, OriginDimensions, Pixel, Point, Size};
use embedded_graphics::text::{Baseline, Text};

use crate::view::rect;

/// A size of letters.
#[derive(Clone, Copy)]
pub(crate) struct BigLetters {
    font: &'static MonoFont<'static>,
    /// The first line of dots that is drawn, and how many: those around it have no dot of a capital, a digit or an underscore.
    lines: (usize, usize),
    /// How many dots share a cell, beside each other and below each other.
    shared: (usize, usize),
}

const TALL: BigLetters = BigLetters { font: &SPACED, lines: (2, 10), shared: (2, 2) };
/// Bold letters touch each other without.
const SPACED: MonoFont<'static> = MonoFont { character_spacing: 1, ..FONT_6X13_BOLD };
/// Without blocks a dot is a cell.
const ASCII: BigLetters = BigLetters { shared: (1, 1), ..BigLetters::SMALL };

/// Every size, the largest first.
const SIZES: [BigLetters; 4] = [
    BigLetters { shared: (1, 2), ..TALL },
    TALL,
    BigLetters { shared: (1, 2), ..BigLetters::SMALL },
    BigLetters::SMALL,
];

impl BigLetters {
    /// Three lines, and five columns for two letters.
    pub(crate) const SMALL: BigLetters =
        BigLetters { font: &FONT_5X7, lines: (0, 6), shared: (2, 2) };
    /// For sentences: with what hangs below a line.
    pub(crate) const SENTENCE: BigLetters = BigLetters { lines: (0, 8), ..BigLetters::SMALL };

    /// The sizes that a terminal can draw, the largest first.
    pub(crate) fn sizes(is_ascii: bool) -> &'static [BigLetters] {
        if is_ascii { &[ASCII] } else { &SIZES }
    }

    pub(crate) fn height(self) -> u16 {
        rect::len(self.lines.1.div_ceil(self.shared.1))
    }

    pub(crate) fn width(self, letters: usize) -> usize {
        (self.letter() * letters).div_ceil(self.shared.0)
    }

    /// How many letters have room in so many columns.
    pub(crate) fn fitting(self, columns: usize) -> usize {
        columns * self.shared.0 / self.letter()
    }

    /// A text of printable ASCII as lines of blocks.
    pub(crate) fn draw(self, text: &str) -> Vec<String> {
        let (top, height) = self.lines;
        let mut dots = Dots { top, lines: vec![vec![false; self.letter() * text.len()]; height] };
        let style = MonoTextStyle::new(self.font, BinaryColor::On);
        let Ok(_) = Text::with_baseline(text, Point::zero(), style, Baseline::Top).draw(&mut dots);
        let columns = 0..self.width(text.len());
        let line = |y: usize| columns.clone().map(|x| self.cell(&dots, x, y)).collect();
        (0..self.height().into()).map(line).collect()
    }

    fn letter(self) -> usize {
        let dots = self.font.character_size.width + self.font.character_spacing;
        usize::try_from(dots).unwrap_or(1)
    }

    fn cell(self, dots: &Dots, x: usize, y: usize) -> char {
        const QUARTERS: [char; 16] =
            [' ', '▘', '▝', '▀', '▖', '▌', '▞', '▛', '▗', '▚', '▐', '▜', '▄', '▙', '▟', '█'];
        let (wide, high) = self.shared;
        // What is not halved counts for both halves.
        let is_set = |quarter: usize| {
            let (right, lower) = (quarter % 2, quarter / 2);
            dots.is_set(x * wide + right * (wide - 1), y * high + lower * (high - 1))
        };
        QUARTERS[(0..4).map(|quarter| usize::from(is_set(quarter)) << quarter).sum::<usize>()]
    }
}

struct Dots {
    top: usize,
    lines: Vec<Vec<bool>>,
}

impl Dots {
    fn is_set(&self, x: usize, y: usize) -> bool {
        self.lines.get(y).and_then(|line| line.get(x)).is_some_and(|dot| *dot)
    }

    fn dot(&mut self, at: Point) -> Option<&mut bool> {
        let line = usize::try_from(at.y).ok()?.checked_sub(self.top)?;
        self.lines.get_mut(line)?.get_mut(usize::try_from(at.x).ok()?)
    }
}

impl OriginDimensions for Dots {
    fn size(&self) -> Size {
        Size::new(u32::MAX, u32::MAX)
    }
}

impl DrawTarget for Dots {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        for Pixel(at, colour) in pixels {
            if let Some(dot) = self.dot(at) {
                *dot = colour.is_on();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_cut_where_no_dot_is() {
        for size in SIZES {
            let lines = size.draw("AZ09_");
            assert_eq!(lines.len(), usize::from(size.height()));
            assert!(lines.iter().all(|line| line.chars().count() == size.width(5)));
            assert!(lines.iter().all(|line| line.contains(|c| c != ' ')), "{lines:#?}");
        }
    }

    #[test]
    fn a_digit_is_drawn() {
        assert_eq!(BigLetters::SMALL.draw("50"), ["▛▀ ▞▖", "▀▚ ▌▌", "▚▞ ▚▘"]);
        assert_eq!(ASCII.draw("1")[0], "  █  ");
    }
}
