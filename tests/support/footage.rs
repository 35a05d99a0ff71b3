//! What a played script leaves behind, cut into frames afterwards.

use std::time::{Duration, Instant};

use super::seen::{Chunk, Seen, blank};

/// A picture counts from so long after the command, as vhs takes the next frame.
const NEXT_FRAME: Duration = Duration::from_millis(40);
const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";

#[derive(Clone, Debug)]
pub(crate) enum Cue {
    Show,
    Hide,
    Screenshot(String),
}

#[derive(Clone)]
pub(crate) struct Shot {
    pub(crate) at: Duration,
    pub(crate) screen: vt100::Screen,
}

pub(crate) struct Footage {
    raw: Vec<u8>,
    chunks: Vec<Chunk>,
    cues: Vec<(Instant, Cue)>,
    end: Instant,
    size: (u16, u16),
}

impl Footage {
    pub(crate) fn new(seen: &Seen, cues: Vec<(Instant, Cue)>, end: Instant) -> Footage {
        let (rows, cols) = seen.parser.screen().size();
        Footage {
            raw: seen.raw.clone(),
            chunks: seen.chunks.clone(),
            cues,
            end,
            size: (cols.get(), rows.get()),
        }
    }

    /// The frames, so many a second, and the length of the film; a screen that does not change makes no frame.
    pub(crate) fn shots(&self, framerate: f64) -> (Vec<Shot>, Duration) {
        let step = Duration::from_secs_f64(1.0 / framerate);
        let mut reel = Reel::new(self);
        let mut shots = Vec::new();
        let mut before = Duration::ZERO;
        for (from, to) in self.scenes() {
            let mut now = from;
            let mut first = true;
            while now < to {
                if reel.wind_to(now) || first {
                    let at = before + (now - from);
                    let screen = reel.parser.screen().clone();
                    shots.push(Shot { at, screen });
                }
                first = false;
                now += step;
            }
            before += to - from;
        }
        (shots, before)
    }

    pub(crate) fn stills(&self) -> Vec<(String, vt100::Screen)> {
        let mut reel = Reel::new(self);
        let mut stills = Vec::new();
        for (at, cue) in &self.cues {
            if let Cue::Screenshot(name) = cue {
                reel.wind_to(*at + NEXT_FRAME);
                stills.push((name.clone(), reel.parser.screen().clone()));
            }
        }
        stills
    }

    fn scenes(&self) -> Vec<(Instant, Instant)> {
        let mut scenes = Vec::new();
        let mut since = None;
        for (at, cue) in &self.cues {
            match cue {
                Cue::Show => since = since.or(Some(*at)),
                Cue::Hide => scenes.extend(since.take().map(|from| (from, *at))),
                Cue::Screenshot(_) => {}
            }
        }
        scenes.extend(since.map(|from| (from, self.end)));
        scenes
    }
}

struct Reel<'a> {
    footage: &'a Footage,
    parser: vt100::Parser,
    shown: usize,
}

impl<'a> Reel<'a> {
    fn new(footage: &'a Footage) -> Reel<'a> {
        let (cols, rows) = footage.size;
        Reel { footage, parser: blank(cols, rows), shown: 0 }
    }

    /// Shows what was there at `time`; whether that is anything new.
    fn wind_to(&mut self, time: Instant) -> bool {
        let chunks = &self.footage.chunks;
        let came = chunks.partition_point(|chunk| chunk.at <= time);
        let came = came.checked_sub(1).map_or(0, |last| chunks[last].end);
        let end = whole_frames(&self.footage.raw[..came]).max(self.shown);
        self.parser.process(&self.footage.raw[self.shown..end]);
        let is_new = end > self.shown;
        self.shown = end;
        is_new
    }
}

/// How much of `raw` is there without a synchronized frame that has not ended.
fn whole_frames(raw: &[u8]) -> usize {
    let last = |mark: &[u8]| raw.windows(mark.len()).rposition(|window| window == mark);
    match (last(BEGIN_FRAME), last(END_FRAME)) {
        (Some(begin), Some(end)) if begin > end => begin,
        (Some(begin), None) => begin,
        _ => raw.len(),
    }
}

#[test]
fn a_frame_that_has_not_ended_is_not_shown() {
    let half = b"ab\x1b[?2026hcd";
    assert_eq!(whole_frames(half), 2);
    let whole = [half.as_slice(), END_FRAME].concat();
    assert_eq!(whole_frames(&whole), whole.len());
}
