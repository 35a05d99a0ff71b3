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
    let mut back = 0;
    if notices.back > 0 || scene.state.ui.focus == Pane::Notices {
        let end = end(scene.state, room, height);
        back = notices.back.min(end);
        painter.scroll.notices = Some((end, pages(scene.state, back, (room, height))));
    }
    let mut right = Vec::new();
    if scene.state.sockets.past().is_some_and(|past| !past.paused) {
        right.push((Warning, String::from("as of then")));
    }
    if back > 0 {
        right.push((Warning, format!("{} back", text::plural(back, "sentence"))));
    }
    let ui = &scene.state.ui;
    let focused = ui.focus == Pane::Notices && ui.overlay.is_none();
    painter.pane(area, Titles { name: "What happened", right, focused, ..Titles::default() });
    if scene.state.told().next().is_none() {
        return painter.render(scene.span(Dim, " Nothing yet."), inside);
    }
    painter.put(inside, newest(scene, back, (room, height)));
}

/// The notices of a page back and of one forward, so that none is skipped: those that are shown whole, and the newer ones that have room with
/// the newest of these.
fn pages(state: &State, back: usize, (room, height): (usize, usize)) -> [u16; 2] {
    let fitting = |notices: &mut dyn Iterator<Item = &Notice>| {
        let lines = notices.map(|notice| wrapped(notice, room).len());
        let sums = lines.scan(0, |sum, lines| {
            *sum += lines;
            Some(*sum)
        });
        rect::len(sums.take_while(|sum| *sum <= height).count())
    };
    let newer = fitting(&mut state.told().take(back + 1).collect::<Vec<_>>().into_iter().rev());
    [fitting(&mut state.told().skip(back)), newer.saturating_sub(1)]
}

/// How many notices are newer than the oldest ones that fit.
fn end(state: &State, room: usize, height: usize) -> usize {
    let count = state.told().count();
    let (mut newer, mut left) = (count, height);
    for notice in state.told().rev() {
        let lines = wrapped(notice, room).len();
        if lines > left {
            break;
        }
        (newer, left) = (newer - 1, left - lines);
    }
    newer.min(count.saturating_sub(1))
}

/// The lines of the newest sentence, or the one that is scrolled back to, and those of all before it, counted up to `most`.
pub(crate) fn lines_wanted(state: &State, room: usize, most: u16) -> (u16, u16) {
    let mut lines = state.told().skip(state.notices.back);
    let mut lines = lines.by_ref().map(|notice| rect::len(wrapped(notice, room).len()));
    let newest = lines.next().unwrap_or(1);
    let mut all = newest;
    while let Some(more) = lines.next().filter(|_| all < most) {
        all += more;
    }
    (newest, all)
}

/// The newest notice, or the one `back`, and above it those before; in reading order. The last that has room is cut, if need be.
pub(crate) fn newest(
    scene: Scene<'_>,
    back: usize,
    (room, height): (usize, usize),
) -> Vec<Line<'static>> {
    let state = scene.state;
    let mut shown: Vec<Vec<Line<'static>>> = Vec::new();
    let mut left = height;
    for (n, notice) in state.told().enumerate().skip(back) {
        if left == 0 {
            break;
        }
        let mut words = wrapped(notice, room);
        if words.len() > left {
            // An ellipsis ends it in place of a full stop.
            words.truncate(left);
            if let Some(last) = words.last_mut() {
                last.truncate(last.trim_end_matches(['.', ',', ':', ';']).len());
                last.push_str(CUT);
            }
        }
        left -= words.len();
        shown.push(lines(scene, notice, words, n == 0));
    }
    shown.into_iter().rev().flatten().collect()
}

fn wrapped(notice: &Notice, room: usize) -> Vec<String> {
    // One column is left for an ellipsis.
    text::wrap(&legible(notice), room.saturating_sub(INDENT + 1))
}

/// The text of a notice: a key is shown as it is typed, everything else in ASCII, since it may name programs.
pub(crate) fn legible(notice: &Notice) -> String {
    let escape = if notice.is_about_a_key() { text::own } else { text::safe };
    escape(&notice.text())
}

/// The columns of the time and of a sign.
const INDENT: usize = 8 + 4;

fn lines(
    scene: Scene<'_>,
    notice: &Notice,
    words: Vec<String>,
    newest: bool,
) -> Vec<Line<'static>> {
    let mut time = text::clock(scene.state.started, notice.at);
    // The thousandths are in the views of the calls and of a connection.
    time.truncate(8);
    let (part, symbol) = match notice.tone {
        Tone::Plain if newest => (Strong, ""),
        Tone::Plain => (Text, ""),
        Tone::Refused => (Error, REFUSED),
        Tone::Warning => (Warning, BLAMED),
    };
    let line = |(n, words): (usize, String)| {
        let margin = if n == 0 { format!(" {time} ") } else { " ".repeat(INDENT) };
        let symbol = if n == 0 { format!("{symbol:<2}") } else { String::new() };
        let words = if notice.is_about_a_key() { scene.own(&words) } else { words };
        let mut spans = vec![scene.span(Dim, margin)];
        spans.extend(scene.named(part, &(symbol + &words)));
        Line::from(spans)
    };
    words.into_iter().enumerate().map(line).collect()
}
