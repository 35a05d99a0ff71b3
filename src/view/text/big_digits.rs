//! Large numbers, for the back of a lecture hall. Ten digits need no font; tui-big-text would bring two more crates.

use ratatui::layout::Rect;

/// Three columns of five dots for each digit, the highest bit at the left.
const DOTS: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b010, 0b010, 0b010],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Digits {
    /// Each dot is two cells, so that it is about square.
    Tall,
    /// Each dot is one cell, where half a cell cannot be drawn.
    Narrow,
    /// Two dots share a cell.
    Low,
}

impl Digits {
    pub(crate) const fn fitting(area: Rect, ascii: bool) -> Digits {
        if area.height >= 24 && area.width >= 100 {
            Digits::Tall
        } else if ascii {
            Digits::Narrow
        } else {
            Digits::Low
        }
    }

    /// Those for a pane of so many columns, the largest first.
    pub(crate) fn sizes(columns: u16, ascii: bool) -> impl Iterator<Item = Digits> {
        let small = if ascii { Digits::Narrow } else { Digits::Low };
        Some(Digits::Tall).filter(|_| columns >= 74).into_iter().chain([small])
    }

    pub(crate) fn width(self, number: &str) -> usize {
        let dot = if self == Digits::Tall { 2 } else { 1 };
        (dots(number).count() * 4).saturating_sub(1) * dot
    }

    pub(crate) const fn height(self) -> u16 {
        match self {
            Digits::Tall | Digits::Narrow => 5,
            Digits::Low => 3,
        }
    }

    pub(crate) fn draw(self, number: &str) -> Vec<String> {
        let width = if self == Digits::Tall { 2 } else { 1 };
        let line = |row: usize| {
            let digit = |dots| {
                let cell = |column| self.cell(dots, row, column).repeat(width);
                (0..3).map(cell).collect::<String>()
            };
            dots(number).map(digit).collect::<Vec<String>>().join(&" ".repeat(width))
        };
        (0..self.height().into()).map(line).collect()
    }

    fn cell(self, digit: [u8; 5], row: usize, column: usize) -> &'static str {
        let is_set = |row: usize| digit.get(row).is_some_and(|dots| dots & (0b100 >> column) != 0);
        match self {
            Digits::Tall | Digits::Narrow => ["█", " "][usize::from(!is_set(row))],
            Digits::Low => match (is_set(row * 2), is_set(row * 2 + 1)) {
                (true, true) => "█",
                (true, false) => "▀",
                (false, true) => "▄",
                (false, false) => " ",
            },
        }
    }
}

fn dots(number: &str) -> impl Iterator<Item = [u8; 5]> {
    let digits = number.chars().filter_map(|c| c.to_digit(10));
    digits.filter_map(|digit| DOTS.get(usize::try_from(digit).ok()?).copied())
}
