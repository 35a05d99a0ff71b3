//! Lines, blocks and circles, drawn so that neighbours join.

/// How much of each pixel of a cell is covered, from 0 to 255.
#[derive(Clone, Debug)]
pub(crate) struct Mask {
    pub(crate) width: usize,
    pub(crate) cover: Vec<u8>,
}

/// Lines, light and heavy, and the arms of each: up, right, down, left.
const LIGHT: &str = "─│┌┐└┘├┤┬┴┼╴╵╶╷";
const HEAVY: &str = "━┃┏┓┗┛┣┫┳┻╋╸╹╺╻";
const ARMS: [u8; 15] = [
    0b0101, 0b1010, 0b0110, 0b0011, 0b1100, 0b1001, 0b1110, 0b1011, 0b0111, 0b1101, 0b1111, 0b0001,
    0b1000, 0b0100, 0b0010,
];

/// Blocks made of quarters: upper left, upper right, lower left, lower right; from U+2596 on.
const QUARTERS: [u8; 10] =
    [0b0010, 0b0001, 0b1000, 0b1011, 0b1001, 0b1110, 0b1101, 0b0100, 0b0110, 0b0111];

/// The mask of `c` in a cell of this size, where `c` is drawn and not taken from a font.
pub(crate) fn shape(c: char, width: usize, height: usize) -> Option<Mask> {
    let cell = Cell {
        width: real(width),
        height: real(height),
        stroke: (real(width) / 8.0).round().max(1.0),
    };
    let inside: Box<dyn Fn(f64, f64) -> bool> = match c {
        '░' | '▒' | '▓' => {
            let cover = 64 * (u32::from(c) - u32::from('░') + 1);
            let cover = vec![u8::try_from(cover).ok()?; width * height];
            return Some(Mask { width, cover });
        }
        '╭' | '╮' | '╯' | '╰' => Box::new(move |x, y| cell.corner(c, x, y)),
        '▀'..='▟' => Box::new(move |x, y| cell.block(c, x, y)),
        '●' | '○' | '◎' | '◐' | '◑' | '◔' | '◕' | '◌' => {
            Box::new(move |x, y| cell.circle(c, x, y))
        }
        '▶' | '✖' => Box::new(move |x, y| cell.mark(c, x, y)),
        _ => {
            let place = |signs: &str| signs.chars().position(|sign| sign == c);
            let (arms, heavy) = match (place(LIGHT), place(HEAVY)) {
                (Some(n), _) => (ARMS[n], 1.0),
                (None, Some(n)) => (ARMS[n], 2.0),
                (None, None) => return None,
            };
            Box::new(move |x, y| cell.line(arms, heavy, x, y))
        }
    };
    Some(sample(width, height, inside.as_ref()))
}

/// Looks at sixteen points of each pixel.
fn sample(width: usize, height: usize, inside: &dyn Fn(f64, f64) -> bool) -> Mask {
    const POINTS: usize = 4;
    let mut cover = Vec::with_capacity(width * height);
    for pixel in 0..width * height {
        let (x, y) = (pixel % width, pixel / width);
        let hits = (0..POINTS * POINTS).filter(|point| {
            let part = |n: usize| (real(n) + 0.5) / real(POINTS);
            inside(real(x) + part(point % POINTS), real(y) + part(point / POINTS))
        });
        let share = hits.count() * 255 / (POINTS * POINTS);
        cover.push(u8::try_from(share).unwrap_or(u8::MAX));
    }
    Mask { width, cover }
}

fn real(pixels: usize) -> f64 {
    u16::try_from(pixels).map_or(f64::MAX, f64::from)
}

#[derive(Clone, Copy)]
struct Cell {
    width: f64,
    height: f64,
    stroke: f64,
}

impl Cell {
    /// Where a stroke through the middle starts and ends; on whole pixels, so that neighbours join.
    fn middle(length: f64, stroke: f64) -> (f64, f64) {
        let start = ((length - stroke) / 2.0).floor();
        (start, start + stroke)
    }

    fn line(self, arms: u8, heavy: f64, x: f64, y: f64) -> bool {
        let [up, right, down, left] = [8, 4, 2, 1].map(|arm| arms & arm != 0);
        let (x0, x1) = Self::middle(self.width, self.stroke * heavy);
        let (y0, y1) = Self::middle(self.height, self.stroke * heavy);
        let in_column = (x0..x1).contains(&x);
        let in_row = (y0..y1).contains(&y);
        (in_column && (up && y < y1 || down && y >= y0))
            || (in_row && (left && x < x1 || right && x >= x0))
    }

    fn corner(self, c: char, x: f64, y: f64) -> bool {
        let (x0, x1) = Self::middle(self.width, self.stroke);
        let (y0, y1) = Self::middle(self.height, self.stroke);
        let mut middle = (f64::midpoint(x0, x1), f64::midpoint(y0, y1));
        let mut point = (x, y);
        let mut reach = (self.width - middle.0, self.height - middle.1);
        if matches!(c, '╮' | '╯') {
            reach.0 = middle.0;
            middle.0 = self.width - middle.0;
            point.0 = self.width - point.0;
        }
        if matches!(c, '╯' | '╰') {
            reach.1 = middle.1;
            middle.1 = self.height - middle.1;
            point.1 = self.height - point.1;
        }
        // One pixel short of the edge, where it must be as straight as its neighbour.
        let radius = reach.0.min(reach.1) - 1.0;
        let (dx, dy) = (middle.0 + radius - point.0, middle.1 + radius - point.1);
        let half = self.stroke / 2.0;
        match (dx > 0.0, dy > 0.0) {
            (true, true) => (dx.hypot(dy) - radius).abs() <= half,
            (true, false) => (point.0 - middle.0).abs() <= half,
            (false, true) => (point.1 - middle.1).abs() <= half,
            (false, false) => false,
        }
    }

    fn block(self, c: char, x: f64, y: f64) -> bool {
        let (right, down) = (x / self.width, y / self.height);
        let eighths = |n: u32| f64::from(n) * 0.125;
        let code = u32::from(c);
        match c {
            '▀' => down < 0.5,
            '▁'..='█' => 1.0 - down <= eighths(code - 0x2580),
            '▉'..='▏' => right <= eighths(0x2590 - code),
            '▐' => right >= 0.5,
            '▔' => down <= 0.125,
            '▕' => right >= 0.875,
            _ => {
                let quarter = usize::from(down >= 0.5) * 2 + usize::from(right >= 0.5);
                let bits = code.checked_sub(0x2596).map_or(0, |n| QUARTERS[n as usize]);
                bits & (0b1000 >> quarter) != 0
            }
        }
    }

    fn circle(self, c: char, x: f64, y: f64) -> bool {
        let radius = self.width * 0.44;
        let (dx, dy) = (x - self.width / 2.0, y - self.height * 0.53);
        let distance = dx.hypot(dy);
        let ring = (radius - self.stroke..=radius).contains(&distance);
        let filled = match c {
            '●' => true,
            '◎' => distance <= radius * 0.45,
            '◐' => dx < 0.0,
            '◑' => dx >= 0.0,
            '◔' => dx >= 0.0 && dy < 0.0,
            '◕' => dx >= 0.0 || dy >= 0.0,
            '◌' => {
                return ring && (dy.atan2(dx) / std::f64::consts::TAU * 8.0).rem_euclid(1.0) < 0.55;
            }
            _ => false,
        };
        ring || (filled && distance <= radius)
    }

    fn mark(self, c: char, x: f64, y: f64) -> bool {
        let (dx, dy) = (x - self.width / 2.0, (y - self.height * 0.53).abs());
        if c == '▶' {
            let from_tip = self.width * 0.42 - dx;
            return dx >= -self.width * 0.38 && dy <= from_tip * 0.6;
        }
        let arm = self.width * 0.4;
        dx.abs().max(dy) <= arm && (dx.abs() - dy).abs() <= self.stroke
    }
}

#[test]
fn more_of_a_sign_covers_more_of_its_cell() {
    let covered = |c| shape(c, 12, 28).unwrap().cover.iter().map(|&n| u32::from(n)).sum::<u32>();
    let all = 12 * 28 * 255;
    assert_eq!([covered('█'), covered('▌') * 2, covered('▙') + covered('▝')], [all; 3]);
    for signs in ["▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉█", "░▒▓", "○◔◐●"]
    {
        assert!(signs.chars().map(covered).is_sorted_by(|less, more| less < more), "{signs}");
    }
    assert!(shape('a', 12, 28).is_none());
}

#[test]
fn every_line_meets_its_neighbour_at_the_edge() {
    for (width, height) in [(12, 27), (13, 27), (24, 54), (7, 15)] {
        let cover = |c: char| shape(c, width, height).unwrap().cover;
        let right = |c| cover(c).chunks(width).map(|row| row[width - 1]).collect::<Vec<_>>();
        let left = |c| cover(c).chunks(width).map(|row| row[0]).collect::<Vec<_>>();
        let top = |c| cover(c)[..width].to_vec();
        let bottom = |c| cover(c)[width * (height - 1)..].to_vec();
        for c in "┌└├┬┴┼╭╰".chars() {
            assert_eq!(right(c), left('─'), "{c} at {width}x{height}");
        }
        for c in "┐┘┤╮╯".chars() {
            assert_eq!(left(c), right('─'), "{c} at {width}x{height}");
        }
        for c in "┌┐├╭╮".chars() {
            assert_eq!(bottom(c), top('│'), "{c} at {width}x{height}");
        }
        for c in "└┘┴╰╯".chars() {
            assert_eq!(top(c), bottom('│'), "{c} at {width}x{height}");
        }
        assert_eq!(right('┏'), left('━'));
    }
}
