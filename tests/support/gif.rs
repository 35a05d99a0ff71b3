//! Writes a film as a GIF: one palette, only what changed, no frame twice.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::time::Duration;

use gif::{DisposalMethod, Encoder, Frame, Repeat};

use super::footage::Shot;
use super::paint::{Canvas, Looks, Painter, Rect, Rgb};

/// The colours of a GIF but one, which is no colour.
const COLOURS: usize = 255;

pub(crate) fn write(
    out: impl Write,
    painter: &mut Painter,
    shots: &[Shot],
    length: Duration,
) -> Result<(), String> {
    let scenes = scenes(painter, shots);
    let Some((_, first)) = scenes.first() else { return Err("nothing was filmed".to_owned()) };
    let looks: Vec<_> = scenes.iter().map(|(_, looks)| looks.clone()).collect();
    let colours = painter.limit_colours(&looks, COLOURS);
    let mut canvas = painter.blank(first);
    let sides = [canvas.width, canvas.height].map(u16::try_from);
    let [Ok(width), Ok(height)] = sides else { return Err("too large for a GIF".to_owned()) };
    let failed = |e: gif::EncodingError| e.to_string();
    let mut encoder = Encoder::new(out, width, height, colours.as_flattened()).map_err(failed)?;
    encoder.set_repeat(Repeat::Infinite).map_err(failed)?;

    let numbers: HashMap<Rgb, u8> = colours.iter().copied().zip(0..=u8::MAX).collect();
    let nothing = u8::try_from(colours.len()).unwrap_or(u8::MAX);
    let mut before: Option<(Canvas, &Looks)> = None;
    for (n, (at, looks)) in scenes.iter().enumerate() {
        let until = scenes.get(n + 1).map_or(length, |(next, _)| *next);
        let changed = painter.repaint(&mut canvas, before.as_ref().map(|(_, looks)| *looks), looks);
        let whole = Rect { x: 0, y: 0, width: canvas.width, height: canvas.height };
        let rect = changed.filter(|_| n > 0).unwrap_or(whole);
        // What stays is no colour.
        let old = before.as_ref().map(|(canvas, _)| canvas.pixels(rect).collect::<Vec<_>>());
        let number = |(n, colour): (usize, Rgb)| {
            let stays = old.as_ref().is_some_and(|old| old[n] == colour);
            if stays { nothing } else { numbers.get(&colour).copied().unwrap_or(0) }
        };
        let pixels = canvas.pixels(rect).enumerate().map(number).collect();
        let delay = hundredths(until).saturating_sub(hundredths(*at));
        encoder.write_frame(&frame(rect, pixels, delay, nothing)).map_err(failed)?;
        before = Some((canvas.clone(), looks));
    }
    Ok(())
}

fn scenes(painter: &Painter, shots: &[Shot]) -> Vec<(Duration, Looks)> {
    let mut scenes: Vec<(Duration, Looks)> = Vec::new();
    for shot in shots {
        let looks = painter.looks(&shot.screen);
        if scenes.last().is_none_or(|(_, last)| *last != looks) {
            scenes.push((shot.at, looks));
        }
    }
    scenes
}

fn frame(rect: Rect, pixels: Vec<u8>, delay: u16, nothing: u8) -> Frame<'static> {
    let side = |length: usize| u16::try_from(length).unwrap_or(u16::MAX);
    Frame {
        left: side(rect.x),
        top: side(rect.y),
        width: side(rect.width),
        height: side(rect.height),
        delay,
        transparent: Some(nothing),
        dispose: DisposalMethod::Keep,
        buffer: Cow::Owned(pixels),
        ..Frame::default()
    }
}

fn hundredths(time: Duration) -> u16 {
    u16::try_from((time.as_millis() + 5) / 10).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::paint::Palette;
    use super::super::seen::blank;
    use super::super::skipped;
    use super::super::tape::Settings;
    use super::*;

    #[test]
    fn a_film_is_what_was_on_the_screen() {
        let palette = Palette { ground: [0; 3], letters: [255; 3], ansi: [[200, 0, 0]; 16] };
        let mut painter = match Painter::new(&Settings::default(), palette, 1) {
            Ok(painter) => painter,
            Err(why) => return skipped(&why),
        };
        let mut screen = blank(20, 3);
        let mut shots = Vec::new();
        let lines = ["╭ one", "", "\r\n│ \x1b[31mtwo\x1b[m", "\x1b[1;3Hsix"];
        for (n, text) in (0..).zip(lines) {
            screen.process(text.as_bytes());
            shots
                .push(Shot { at: Duration::from_millis(100 * n), screen: screen.screen().clone() });
        }
        let mut film = Vec::new();
        write(&mut film, &mut painter, &shots, Duration::from_secs(1)).unwrap();

        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(film.as_slice()).unwrap();
        let mut shown = painter.blank(&painter.looks(&shots[0].screen));
        let mut delays = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            delays.push(frame.delay);
            let (left, top) = (usize::from(frame.left), usize::from(frame.top));
            let width = usize::from(frame.width);
            for (n, pixel) in frame.buffer.as_chunks::<4>().0.iter().enumerate() {
                if let [red, green, blue, 255] = *pixel {
                    shown.put(left + n % width, top + n / width, [red, green, blue]);
                }
            }
        }
        assert_eq!(delays, [20, 10, 70], "equal frames are one");
        let last = painter.picture(&shots[3].screen);
        let differs = (0..last.width * last.height).filter(|n| {
            last.at(n % last.width, n / last.width) != shown.at(n % last.width, n / last.width)
        });
        assert_eq!(differs.count(), 0, "the last frame is the last screen");
    }
}
