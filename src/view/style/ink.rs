//! The colours themselves. A hue tells which computer an end belongs to, so that nothing else has one, but failures and warnings.

use ratatui::style::Color;

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourDepth {
    /// None, or none are wanted: bold, dim, underlined and reverse remain.
    Mono,
    /// The sixteen of the user's palette.
    Ansi16,
    /// The cube of 256.
    #[default]
    Ansi256,
    /// Any.
    True,
}

/// How many hues there are; more computers than that share them.
pub(super) const HUES: usize = 6;

/// What letters and lines are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Text,
    Dim,
    /// Keys, frames, gauges: they stand out by their brightness.
    Accent,
    /// A connection that begins, one that is open, and one that ends.
    Opening,
    Open,
    Closing,
    Warning,
    Error,
    /// On a [`Ground::Plate`].
    Server,
    /// The computer at that place of the list.
    Computer(usize),
}

/// What is behind them, where that is not the terminal's own background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// Behind the address of the server.
    Plate,
    /// Behind a row that the last key changed.
    Lit,
}

/// For dark, light and bad projectors.
type Mixed = [[u8; 3]; 3];
/// The same from the user's palette.
type Named = [Color; 3];

/// Okabe and Ito's, as bright or as dark as the ground demands: distinguishable with any colour vision.
const COMPUTERS: [(Mixed, Named); HUES] = {
    use Color::{Blue, Cyan, Green, LightBlue, LightMagenta, LightRed, Magenta, Red, Yellow};
    [
        ([[83, 170, 251], [37, 99, 198], [139, 199, 255]], [Cyan, Blue, Cyan]),
        ([[240, 160, 20], [145, 102, 19], [254, 195, 60]], [Yellow, Red, Yellow]),
        ([[33, 230, 150], [0, 112, 88], [100, 255, 170]], [Green; 3]),
        ([[238, 142, 182], [165, 40, 130], [240, 180, 212]], [Magenta; 3]),
        ([[250, 244, 54], [80, 68, 0], [251, 244, 0]], [LightBlue; 3]),
        ([[255, 145, 90], [92, 22, 14], [255, 178, 123]], [LightRed, LightMagenta, LightRed]),
    ]
};

impl Ink {
    const fn colours(self) -> (Mixed, Named) {
        use Color::{Black, Blue, Cyan, Gray, Green, LightRed, Magenta, Red, Reset, White, Yellow};
        match self {
            Ink::Text => ([[255; 3]; 3], [Reset, Reset, White]),
            Ink::Dim => ([[168; 3], [95; 3], [200; 3]], [Reset, Reset, Gray]),
            Ink::Accent => ([[228; 3], [28; 3], [255; 3]], [White, Black, White]),
            Ink::Opening => ([[172, 202, 224], [38, 74, 112], [205, 230, 250]], [Cyan, Blue, Cyan]),
            Ink::Open => ([[172, 212, 188], [38, 86, 60], [208, 240, 222]], [Green; 3]),
            Ink::Closing => {
                ([[224, 198, 156], [104, 72, 26], [246, 226, 190]], [Yellow, Magenta, Yellow])
            }
            Ink::Warning => {
                ([[240, 228, 66], [125, 95, 0], [255, 240, 80]], [Yellow, Magenta, Yellow])
            }
            Ink::Error => {
                ([[255, 135, 70], [175, 55, 0], [255, 165, 100]], [LightRed, Red, LightRed])
            }
            // Dark on white: large letters have no margin of their plate around them.
            Ink::Server => ([[255; 3], [0, 48, 110], [255; 3]], [White; 3]),
            Ink::Computer(n) => COMPUTERS[n % HUES],
        }
    }

    /// On the ground of that number; `None` for the terminal's own.
    pub(super) fn colour(self, ground: usize, depth: ColourDepth) -> Option<Color> {
        let (mixed, named) = self.colours();
        let [r, g, b] = mixed[ground];
        match depth {
            ColourDepth::Mono => None,
            ColourDepth::Ansi16 => Some(named[ground]).filter(|colour| *colour != Color::Reset),
            ColourDepth::Ansi256 => Some(Color::Indexed(nearest(r, g, b))),
            ColourDepth::True => Some(Color::Rgb(r, g, b)),
        }
    }
}

impl Ground {
    /// Of the ground of that number; `None` where no colour is certain to leave every letter legible.
    pub(super) fn colour(self, ground: usize, depth: ColourDepth) -> Option<Color> {
        let ([r, g, b], index, named) = match self {
            Ground::Plate => (
                [[0, 114, 178], [182, 218, 250], [0, 75, 140]][ground],
                [25, 153, 24],
                Some(Color::Blue),
            ),
            Ground::Lit => {
                ([[66, 58, 20], [255, 243, 190], [52, 44, 0]][ground], [237, 230, 236], None)
            }
        };
        match depth {
            ColourDepth::Mono => None,
            ColourDepth::Ansi16 => named,
            ColourDepth::Ansi256 => Some(Color::Indexed(index[ground])),
            ColourDepth::True => Some(Color::Rgb(r, g, b)),
        }
    }
}

fn nearest(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if r == g && g == b && (8..=238).contains(&r) {
        return 232 + (r - 8) / 10;
    }
    let step = |value: u8| {
        let far = |at: &u8| STEPS[usize::from(*at)].abs_diff(value);
        (0..6).min_by_key(far).unwrap_or(0)
    };
    16 + 36 * step(r) + 6 * step(g) + step(b)
}
