//! Numbers that are read from the last row of the room.

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

/// How many lines a number takes where each dot is a whole cell.
pub(super) const TALL: u16 = 5;
/// How many lines it takes where two dots share a cell.
pub(super) const LOW: u16 = 3;

/// A number in five lines; each dot is two cells, so that it is about square.
pub(super) fn tall(number: &str) -> Vec<String> {
    let row = |row: usize| {
        let digits = dots(number).map(|digit| {
            let dots = (0..3).map(|column| {
                if is_set(digit, row, column) {
                    "██"
                } else {
                    "  "
                }
            });
            dots.collect::<String>()
        });
        digits.collect::<Vec<_>>().join("  ")
    };
    (0..5).map(row).collect()
}

/// A number in three lines of half blocks.
pub(super) fn low(number: &str) -> Vec<String> {
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
