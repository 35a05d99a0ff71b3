//! Large numbers, for the back of a lecture hall.

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

/// How numbers are drawn.
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
    /// The largest that leave room for rows.
    pub(crate) const fn fitting(area: Rect, ascii: bool) -> Digits {
        if area.height >= 24 && area.width >= 100 {
            Digits::Tall
        } else if ascii {
            Digits::Narrow
        } else {
            Digits::Low
        }
    }

    /// The lines of a number.
    pub(crate) const fn height(self) -> u16 {
        match self {
            Digits::Tall | Digits::Narrow => 5,
            Digits::Low => 3,
        }
    }

    /// The lines of a number.
    pub(crate) fn draw(self, number: &str) -> Vec<String> {
        match self {
            Digits::Tall => whole_cells(number, 2),
            Digits::Narrow => whole_cells(number, 1),
            Digits::Low => half_cells(number),
        }
    }
}

/// A number in five lines; each dot is so many cells.
fn whole_cells(number: &str, cells: usize) -> Vec<String> {
    let row = |row: usize| {
        let digits = dots(number).map(|digit| {
            let dot = |column| {
                if is_set(digit, row, column) { "█" } else { " " }
            };
            (0..3).map(|column| dot(column).repeat(cells)).collect()
        });
        digits.collect::<Vec<String>>().join(&" ".repeat(cells))
    };
    (0..5).map(row).collect()
}

/// A number in three lines of half blocks.
fn half_cells(number: &str) -> Vec<String> {
    let row = |row: usize| {
        let digits = dots(number).map(|digit| {
            let cell = |column| {
                let lower = row * 2 + 1 < 5 && is_set(digit, row * 2 + 1, column);
                match (is_set(digit, row * 2, column), lower) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                }
            };
            (0..3).map(cell).collect::<String>()
        });
        digits.collect::<Vec<_>>().join(" ")
    };
    (0..3).map(row).collect()
}

fn dots(number: &str) -> impl Iterator<Item = [u8; 5]> {
    let digits = number.chars().filter_map(|c| c.to_digit(10));
    digits.filter_map(|digit| DOTS.get(usize::try_from(digit).ok()?).copied())
}

fn is_set(digit: [u8; 5], row: usize, column: usize) -> bool {
    digit[row] & (0b100 >> column) != 0
}
