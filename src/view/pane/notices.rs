use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::{Notice, Pane, State, Tone};
use crate::view::ThemeRole::{Dim, Error, Strong, Text, Warning};
use crate::view::style::glyphs::{BLAMED, CUT, REFUSED};
use crate::view::{Painter, Scene, Titles, rect, text};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let notices = &scene.state.notices;
    let inside = rect::inside(area);
    let (room, height) = (usize::from(inside.width), usize::from(inside.height));
    let end = end(scene.state, room, height);
    let back = notices.back.min(end);
    painter.scroll.notices_end = Some(end);
    let mut right = Vec::new();
    if back > 0 {
        right.push((Warning, format!("{} back", text::plural(back, "sentence"))));
    }
    let ui = &scene.state.ui;
    let focused = ui.focus == Pane::Notices && ui.overlay.is_none();
    painter.pane(area, Titles { name: "What happened", right, focused, ..Titles::default() });
    if notices.is_empty() {
        return painter.render(scene.span(Dim, " Nothing yet."), inside);
    }
    painter.put(inside, newest(scene, back, (room, height)));
}

/// How many notices are newer than the oldest ones that fit.
fn end(state: &State, room: usize, height: usize) -> usize {
    let (mut newer, mut left) = (state.notices.len(), height);
    for notice in state.notices.newest_first().rev() {
        let lines = wrapped(state, notice, room).len();
        if lines > left {
            break;
        }
        (newer, left) = (newer - 1, left - lines);
    }
    newer.min(state.notices.len().saturating_sub(1))
}

/// `usual`, or more for a long notice: a refusal may take lines from the table, any other only those that it can `spare`.
pub(crate) fn height(state: &State, room: u16, (usual, most): (u16, u16), spare: u16) -> u16 {
    let back = state.notices.back;
    let Some(shown) = state.notices.newest_first().nth(back) else { return usual };
    let lines = wrapped(state, shown, usize::from(room)).len();
    let most = match shown.tone {
        Tone::Plain => most.min(usual + spare),
        Tone::Refused | Tone::Warning => most,
    };
    rect::len(lines).clamp(usual, most)
}

/// The newest notice, or the one `back`, and above it those before that fit whole; in reading order.
pub(crate) fn newest(
    scene: Scene<'_>,
    back: usize,
    (room, height): (usize, usize),
) -> Vec<Line<'static>> {
    let state = scene.state;
    let mut shown: Vec<Vec<Line<'static>>> = Vec::new();
    let mut left = height;
    for (n, notice) in state.notices.newest_first().enumerate().skip(back) {
        let mut words = wrapped(state, notice, room);
        if words.len() > left {
            if n > back {
                break;
            }
            // An ellipsis ends it in place of a full stop.
            words.truncate(left);
            if let Some(last) = words.last_mut() {
                last.truncate(last.trim_end_matches(['.', ',', ':', ';']).len());
                last.push_str(CUT);
            }
        }
        left -= words.len();
        shown.push(lines(scene, (notice, room), words, n == 0));
    }
    shown.into_iter().rev().flatten().collect()
}

fn wrapped(state: &State, notice: &Notice, room: usize) -> Vec<String> {
    let indent = time(state, notice, room).len() + 4;
    // One column is left for an ellipsis.
    text::wrap(&text::safe(&notice.text()), room.saturating_sub(indent + 1))
}

fn time(state: &State, notice: &Notice, room: usize) -> String {
    let mut time = text::clock(state.started, notice.at);
    if room < 70 {
        time.truncate(8);
    }
    time
}

fn lines(
    scene: Scene<'_>,
    (notice, room): (&Notice, usize),
    words: Vec<String>,
    newest: bool,
) -> Vec<Line<'static>> {
    let time = time(scene.state, notice, room);
    let (part, symbol) = match notice.tone {
        Tone::Plain if newest => (Strong, ""),
        Tone::Plain => (Text, ""),
        Tone::Refused => (Error, REFUSED),
        Tone::Warning => (Warning, BLAMED),
    };
    let line = |(n, words): (usize, String)| {
        let margin = if n == 0 { format!(" {time} ") } else { " ".repeat(time.len() + 4) };
        let symbol = if n == 0 { format!("{symbol:<2}") } else { String::new() };
        Line::from(vec![scene.span(Dim, margin), scene.span(part, symbol + &words)])
    };
    words.into_iter().enumerate().map(line).collect()
}
