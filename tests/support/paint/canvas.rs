//! Pixels, and how they become a file.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

pub(crate) type Rgb = [u8; 3];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rect {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Rect {
    pub(crate) fn around(self, other: Rect) -> Rect {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Rect { x, y, width: right - x, height: bottom - y }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pixels: Vec<Rgb>,
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize, ground: Rgb) -> Canvas {
        Canvas { width, height, pixels: vec![ground; width * height] }
    }

    pub(crate) fn at(&self, x: usize, y: usize) -> Rgb {
        self.pixels[y * self.width + x]
    }

    /// Colours one pixel; beyond the edge nothing happens.
    pub(crate) fn put(&mut self, x: usize, y: usize, colour: Rgb) {
        if x < self.width && y < self.height {
            self.pixels[y * self.width + x] = colour;
        }
    }

    pub(crate) fn fill(&mut self, rect: Rect, colour: Rgb) {
        for y in rect.y..rect.y + rect.height {
            for x in rect.x..rect.x + rect.width {
                self.put(x, y, colour);
            }
        }
    }

    /// The pixels in `rect`, line by line.
    pub(crate) fn pixels(&self, rect: Rect) -> impl Iterator<Item = Rgb> {
        let lines = rect.y..rect.y + rect.height;
        lines.flat_map(move |y| (rect.x..rect.x + rect.width).map(move |x| self.at(x, y)))
    }

    /// Writes a PNG; with a palette, which is a quarter as large, where at most 256 colours are on it.
    pub(crate) fn write_png(&self, path: &Path) -> Result<(), String> {
        let file = File::create(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let side = |length: usize| u32::try_from(length).map_err(|e| e.to_string());
        let mut encoder =
            png::Encoder::new(BufWriter::new(file), side(self.width)?, side(self.height)?);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let colours: BTreeSet<Rgb> = self.pixels.iter().copied().collect();
        let colours: Vec<Rgb> = colours.into_iter().collect();
        let numbers: HashMap<Rgb, u8> = colours.iter().copied().zip(0..=u8::MAX).collect();
        let indexed: Option<Vec<u8>> =
            self.pixels.iter().map(|colour| numbers.get(colour).copied()).collect();
        let data = if let Some(indexed) = &indexed {
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_filter(png::Filter::NoFilter);
            encoder.set_palette(colours.into_flattened());
            indexed.as_slice()
        } else {
            encoder.set_color(png::ColorType::Rgb);
            self.pixels.as_flattened()
        };
        let mut writer = encoder.write_header().map_err(|e| e.to_string())?;
        writer.write_image_data(data).map_err(|e| e.to_string())
    }
}
