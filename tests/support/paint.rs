//! Paints a terminal's screen, crisp and without a browser.

use std::collections::HashMap;

mod canvas;
mod fonts;
mod palette;
mod shapes;

pub(crate) use canvas::{Canvas, Rect, Rgb};
pub(crate) use palette::Palette;

use self::fonts::Fonts;
use self::palette::mix;
use self::shapes::{Mask, shape};
use super::player::cell;
use super::tape::Settings;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    text: char,
    wide: bool,
    bold: bool,
    underline: bool,
    over: Rgb,
    under: Rgb,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Looks {
    cols: usize,
    cells: Vec<Look>,
}

pub(crate) struct Painter {
    fonts: Fonts,
    palette: Palette,
    cell: (usize, usize),
    padding: usize,
    masks: HashMap<(char, bool, bool), Mask>,
    /// In how many steps a letter fades into its ground.
    steps: u16,
}

impl Painter {
    /// A painter with the measures of a film, `scale` times as large; else what to install.
    pub(crate) fn new(settings: &Settings, palette: Palette, scale: u8) -> Result<Painter, String> {
        let times = f64::from(scale);
        let (width, height) = cell(settings);
        Ok(Painter {
            fonts: Fonts::find(single(settings.font_size * times))?,
            palette,
            cell: (whole(width * times), whole(height * times)),
            padding: whole(settings.padding * times),
            masks: HashMap::new(),
            steps: 255,
        })
    }

    pub(crate) fn picture(&mut self, screen: &vt100::Screen) -> Canvas {
        let looks = self.looks(screen);
        let mut canvas = self.blank(&looks);
        self.repaint(&mut canvas, None, &looks);
        canvas
    }

    pub(crate) fn looks(&self, screen: &vt100::Screen) -> Looks {
        let (rows, cols) = screen.size();
        let cursor = (!screen.hide_cursor()).then(|| screen.cursor_position());
        let places = (0..rows.get()).flat_map(|row| (0..cols.get()).map(move |col| (row, col)));
        let cells = places
            .filter_map(|(row, col)| {
                let here = screen.cell(row, col)?;
                Some(self.look(here, cursor == Some((row, col))))
            })
            .collect();
        Looks { cols: usize::from(cols.get()), cells }
    }

    fn look(&self, cell: &vt100::Cell, cursor: bool) -> Look {
        let mut over = self.palette.colour(cell.fgcolor(), self.palette.letters);
        let mut under = self.palette.colour(cell.bgcolor(), self.palette.ground);
        if cell.inverse() != cursor {
            std::mem::swap(&mut over, &mut under);
        }
        if cell.dim() {
            over = mix(under, over, 3, 5);
        }
        Look {
            text: cell.contents().chars().next().unwrap_or(' '),
            wide: cell.is_wide(),
            bold: cell.bold(),
            underline: cell.underline(),
            over,
            under,
        }
    }

    pub(crate) fn blank(&self, looks: &Looks) -> Canvas {
        let rows = looks.cells.len() / looks.cols;
        let width = looks.cols * self.cell.0 + 2 * self.padding;
        let height = rows * self.cell.1 + 2 * self.padding;
        Canvas::new(width, height, self.palette.ground)
    }

    /// Paints the cells that look different from before, and says where they are.
    pub(crate) fn repaint(
        &mut self,
        canvas: &mut Canvas,
        before: Option<&Looks>,
        after: &Looks,
    ) -> Option<Rect> {
        let mut changed: Option<Rect> = None;
        for (n, look) in after.cells.iter().enumerate() {
            let stays = before.is_some_and(|before| before.cells.get(n) == Some(look));
            let second_half = n % after.cols > 0 && after.cells[n - 1].wide;
            if stays || second_half {
                continue;
            }
            let rect = Rect {
                x: self.padding + n % after.cols * self.cell.0,
                y: self.padding + n / after.cols * self.cell.1,
                width: self.cell.0 * (1 + usize::from(look.wide)),
                height: self.cell.1,
            };
            self.paint(canvas, rect, look);
            changed = Some(changed.map_or(rect, |all| all.around(rect)));
        }
        changed
    }

    fn paint(&mut self, canvas: &mut Canvas, rect: Rect, look: &Look) {
        canvas.fill(rect, look.under);
        if look.underline {
            let thick = (self.cell.1 / 18).max(1);
            let line = Rect { y: rect.y + rect.height - 2 * thick, height: thick, ..rect };
            canvas.fill(line, look.over);
        }
        if look.text == ' ' {
            return;
        }
        let fonts = &self.fonts;
        let mask = self.masks.entry((look.text, look.bold, look.wide)).or_insert_with(|| {
            shape(look.text, rect.width, rect.height)
                .unwrap_or_else(|| fonts.letter(look.text, look.bold, rect.width, rect.height))
        });
        for (n, &cover) in mask.cover.iter().enumerate() {
            let share = faded(cover, self.steps);
            if share > 0 {
                let colour = mix(look.under, look.over, share, self.steps);
                canvas.put(rect.x + n % mask.width, rect.y + n / mask.width, colour);
            }
        }
    }

    /// Fades letters in so few steps that these screens need at most `most` colours; the colours.
    pub(crate) fn limit_colours(&mut self, screens: &[Looks], most: usize) -> Vec<Rgb> {
        let mut colours = Vec::new();
        for steps in [15, 12, 9, 7, 5, 4, 3, 2, 1] {
            self.steps = steps;
            colours = self.colours(screens);
            if colours.len() <= most {
                break;
            }
        }
        colours.truncate(most);
        colours
    }

    fn colours(&self, screens: &[Looks]) -> Vec<Rgb> {
        let pairs: std::collections::BTreeSet<_> = screens
            .iter()
            .flat_map(|looks| &looks.cells)
            .map(|look| {
                (
                    look.under,
                    if look.text == ' ' && !look.underline { look.under } else { look.over },
                )
            })
            .collect();
        let mut colours: std::collections::BTreeSet<Rgb> = pairs
            .iter()
            .flat_map(|&(under, over)| (0..=self.steps).map(move |share| (under, over, share)))
            .map(|(under, over, share)| mix(under, over, share, self.steps))
            .collect();
        colours.insert(self.palette.ground);
        colours.into_iter().collect()
    }
}

/// How many of `steps` a cover of 0 to 255 comes to.
fn faded(cover: u8, steps: u16) -> u16 {
    (u16::from(cover) * steps + 127) / 255
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few thousand pixels, never less than none"
)]
fn whole(pixels: f64) -> usize {
    pixels.max(0.0) as usize
}

#[expect(clippy::cast_possible_truncation, reason = "the size of a letter")]
fn single(size: f64) -> f32 {
    size as f32
}

#[cfg(test)]
mod tests {
    use super::super::seen::blank;
    use super::super::skipped;
    use super::*;

    fn painter(scale: u8) -> Option<Painter> {
        let settings =
            Settings { font_size: 20.0, letter_spacing: 0.0, padding: 2.0, ..Settings::default() };
        let palette = Palette { ground: PAPER, letters: INK, ansi: [RED; 16] };
        Painter::new(&settings, palette, scale).inspect_err(|why| skipped(why)).ok()
    }

    const INK: [u8; 3] = [0, 0, 0];
    const PAPER: [u8; 3] = [255, 255, 255];
    const RED: [u8; 3] = [255, 0, 0];

    #[test]
    fn a_box_is_closed_and_a_block_is_full() {
        let Some(mut painter) = painter(1) else { return };
        let mut screen = blank(4, 3);
        screen.process("\x1b[?25l┌──┐\r\n│█ │\r\n└──┘".as_bytes());
        let canvas = painter.picture(screen.screen());
        assert_eq!((canvas.width, canvas.height), (4 * 12 + 4, 3 * 27 + 4));
        let (middle, edge) = (2 + 13, 2 + 6);
        assert!((edge..2 + 42).all(|x| canvas.at(x, middle) == INK), "the upper border has a gap");
        assert!(
            (middle..2 + 27 * 2 + 13).all(|y| canvas.at(edge, y) == INK),
            "the left border has a gap"
        );
        for (x, y) in [(14, 29), (25, 29), (14, 55), (25, 55)] {
            assert_eq!(canvas.at(x, y), INK, "the block does not fill {x},{y}");
        }
        assert_eq!(canvas.at(27, 40), PAPER);
    }

    #[test]
    fn styles_are_painted() {
        let Some(mut painter) = painter(2) else { return };
        let mut screen = blank(8, 1);
        screen.process(
            "\x1b[?25l\x1b[31m█\x1b[m\x1b[7m \x1b[m\x1b[2m█\x1b[m\x1b[4m \x1b[m\x1b[48;2;1;2;3m "
                .as_bytes(),
        );
        screen.process("\x1b[mH\x1b[1mH".as_bytes());
        let canvas = painter.picture(screen.screen());
        let at = |cell: usize| canvas.at(4 + cell * 24 + 12, 4 + 27);
        assert_eq!([at(0), at(1), at(4)], [RED, INK, [1, 2, 3]]);
        assert_eq!(at(2), [102, 102, 102], "dim");
        let ink = |cell: usize| {
            let places = (0..24 * 54).map(|n| canvas.at(4 + cell * 24 + n % 24, 4 + n / 24));
            places.map(|pixel| u32::from(255 - pixel[0])).sum::<u32>()
        };
        assert!(ink(3) > 0, "underlined");
        assert!(ink(6) > ink(5) && ink(5) > 0, "bold");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.png");
        canvas.write_png(&path).unwrap();
        assert!(std::fs::read(path).unwrap().starts_with(b"\x89PNG"));
    }
}
