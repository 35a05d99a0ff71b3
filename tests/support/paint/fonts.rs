//! Letters out of the fonts that are installed.

use fontdue::{Font, FontSettings};

use super::shapes::Mask;

/// Where Debian and others keep the fonts, each regular and bold.
const FOLDERS: [&str; 4] = [
    "/usr/share/fonts/truetype/jetbrains-mono",
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/TTF",
    "/usr/share/fonts/jetbrains-mono-fonts",
];
const FIRST: [&str; 2] = ["JetBrainsMono-Regular.ttf", "JetBrainsMono-Bold.ttf"];
const FALLBACK: [&str; 2] = ["DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"];

pub(crate) struct Fonts {
    regular: Vec<Font>,
    bold: Vec<Font>,
    size: f32,
}

impl Fonts {
    /// The fonts at `size` pixels, or what to install.
    pub(crate) fn find(size: f32) -> Result<Fonts, String> {
        let family = |bold: usize| -> Vec<Font> {
            [FIRST[bold], FALLBACK[bold]].into_iter().filter_map(|name| load(name, size)).collect()
        };
        let (regular, bold) = (family(0), family(1));
        if regular.is_empty() || bold.is_empty() {
            return Err("font not found, apt-get install fonts-jetbrains-mono".to_owned());
        }
        Ok(Fonts { regular, bold, size })
    }

    /// How much of each pixel of a cell is covered by `c`; what no font has is an empty frame.
    pub(crate) fn letter(&self, c: char, bold: bool, width: usize, height: usize) -> Mask {
        let fonts = if bold { &self.bold } else { &self.regular };
        let font = fonts.iter().find(|font| font.has_glyph(c)).unwrap_or(&fonts[0]);
        let (metrics, pixels) = font.rasterize(c, self.size);
        let mut mask = Mask { width, cover: vec![0; width * height] };
        let Some(line) = fonts[0].horizontal_line_metrics(self.size) else { return mask };
        let baseline = f32::midpoint(float(height), line.ascent + line.descent).round();
        let spare = (float(width) - metrics.advance_width) / 2.0;
        let top = whole(baseline) - metrics.ymin - i32::try_from(metrics.height).unwrap_or(0);
        let left = whole(spare.floor()) + metrics.xmin;
        for (n, &cover) in pixels.iter().enumerate() {
            let place = |start: i32, offset: usize| {
                usize::try_from(start + i32::try_from(offset).ok()?).ok()
            };
            let (Some(x), Some(y)) =
                (place(left, n % metrics.width), place(top, n / metrics.width))
            else {
                continue;
            };
            if x < width && y < height {
                mask.cover[y * width + x] = cover;
            }
        }
        mask
    }
}

fn load(name: &str, size: f32) -> Option<Font> {
    let bytes = FOLDERS.iter().find_map(|folder| std::fs::read(format!("{folder}/{name}")).ok())?;
    let settings = FontSettings { scale: size, ..FontSettings::default() };
    Font::from_bytes(bytes, settings).ok()
}

fn float(pixels: usize) -> f32 {
    u16::try_from(pixels).map_or(f32::MAX, f32::from)
}

#[expect(clippy::cast_possible_truncation, reason = "a place inside a cell")]
fn whole(pixels: f32) -> i32 {
    pixels as i32
}
