//! Which colours a terminal shows for which numbers.

use super::canvas::Rgb;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Palette {
    pub(crate) ground: Rgb,
    pub(crate) letters: Rgb,
    pub(crate) ansi: [Rgb; 16],
}

/// The names in vhs's themes, in the order of the numbers.
const NAMES: &str = "black red green yellow blue magenta cyan white brightBlack brightRed brightGreen brightYellow \
    brightBlue brightMagenta brightCyan brightWhite";

impl Palette {
    /// The colours of a theme as vhs writes it, in JSON.
    pub(crate) fn from_theme(json: &str) -> Result<Palette, String> {
        let theme: serde_json::Value = serde_json::from_str(json).map_err(|e| e.to_string())?;
        let colour = |name: &str| {
            theme[name]
                .as_str()
                .and_then(hex)
                .ok_or_else(|| format!("the theme lacks {name:?} as \"#rrggbb\""))
        };
        let mut ansi = [[0; 3]; 16];
        for (slot, name) in ansi.iter_mut().zip(NAMES.split(' ')) {
            *slot = colour(name)?;
        }
        Ok(Palette { ground: colour("background")?, letters: colour("foreground")?, ansi })
    }

    /// The colour of a letter or of its ground, which `default` stands for where none was chosen.
    pub(crate) fn colour(&self, colour: vt100::Color, default: Rgb) -> Rgb {
        match colour {
            vt100::Color::Default => default,
            vt100::Color::Idx(n @ 0..=15) => self.ansi[usize::from(n)],
            vt100::Color::Idx(n @ 16..=231) => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let n = n - 16;
                [level(n / 36), level(n / 6 % 6), level(n % 6)]
            }
            vt100::Color::Idx(n) => [8 + 10 * (n - 232); 3],
            vt100::Color::Rgb(r, g, b) => [r, g, b],
        }
    }
}

/// `share` out of `whole` parts of `over`, the rest of `under`.
pub(crate) fn mix(under: Rgb, over: Rgb, share: u16, whole: u16) -> Rgb {
    std::array::from_fn(|i| {
        let sum = u16::from(under[i]) * (whole - share) + u16::from(over[i]) * share + whole / 2;
        u8::try_from(sum / whole).unwrap_or(u8::MAX)
    })
}

fn hex(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [_, rgb @ ..] = number.to_be_bytes();
    Some(rgb)
}

#[test]
fn colours_are_xterms() {
    let palette = Palette { ground: [0; 3], letters: [255; 3], ansi: [[16, 32, 48]; 16] };
    let table = [
        (vt100::Color::Default, [1, 2, 3]),
        (vt100::Color::Idx(3), [16, 32, 48]),
        (vt100::Color::Idx(16), [0, 0, 0]),
        (vt100::Color::Idx(208), [255, 135, 0]),
        (vt100::Color::Idx(255), [238, 238, 238]),
        (vt100::Color::Rgb(9, 8, 7), [9, 8, 7]),
    ];
    for (colour, shown) in table {
        assert_eq!(palette.colour(colour, [1, 2, 3]), shown, "{colour:?}");
    }
}
