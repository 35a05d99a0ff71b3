use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Notice, Pane, State, Tone};
use crate::view::style::glyphs::{BLAMED, CUT, REFUSED};
use crate::view::{Painter, Scene, ThemeRole, Titles, rect, text};

/// The notices, the newest at the bottom.
pub(crate) fn draw(painter: &mut Painter<'_, '_>, area: Rect) {
    let scene = painter.scene;
    let notices = &scene.state.notices;
    let inside = rect::inside(area);
    let end = || end(scene.state, usize::from(inside.width), usize::from(inside.height));
    let back = if notices.back > 0 { notices.back.min(end()) } else { 0 };
    painter.scroll.notices_end = Some(back);
    let mut right = Vec::new();
    if back > 0 {
        let back = text::plural(back, "sentence");
        right.push((ThemeRole::Warning, format!("{back} back")));
    }
    let titles = Titles { name: "What happened", right, ..Titles::default() };
    let inner = painter.pane(Pane::Notices, area, titles);
    if notices.is_empty() {
        let words = scene.span(ThemeRole::Dim, " Nothing yet.");
        painter.render(words, inner);
        return;
    }
    let room = usize::from(inner.width);
    let lines = newest(scene, back, (room, usize::from(inner.height)));
    painter.put(inner, lines);
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

/// The lines of the notices: `usual`, or more for a long one. A refusal may take lines from the table, as the reason and the help come
/// last in it; any other notice takes only those that the table can `spare`.
pub(crate) fn height(state: &State, room: u16, (usual, most): (u16, u16), spare: u16) -> u16 {
    let back = state.notices.back;
    let Some(shown) = state.notices.newest_first().nth(back) else {
        return usual;
    };
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
            shorten(&mut words, left);
        }
        left -= words.len();
        shown.push(lines(scene, (notice, room), words, n == 0));
    }
    shown.into_iter().rev().flatten().collect()
}

/// Cuts a notice to so many lines, with an ellipsis at the end.
fn shorten(words: &mut Vec<String>, height: usize) {
    words.truncate(height);
    if let Some(last) = words.last_mut() {
        let most = last.trim_end_matches(['.', ',', ':', ';']).len();
        last.truncate(most);
        last.push_str(CUT);
    }
}

/// The text of a notice, wrapped.
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

/// One notice, indented under its time.
fn lines(
    scene: Scene<'_>,
    (notice, room): (&Notice, usize),
    words: Vec<String>,
    newest: bool,
) -> Vec<Line<'static>> {
    let time = time(scene.state, notice, room);
    let (part, symbol) = match notice.tone {
        Tone::Plain if newest => (ThemeRole::Strong, ""),
        Tone::Plain => (ThemeRole::Text, ""),
        Tone::Refused => (ThemeRole::Error, REFUSED),
        Tone::Warning => (ThemeRole::Warning, BLAMED),
    };
    let line = |(n, words): (usize, String)| {
        let margin = if n == 0 {
            vec![
                scene.span(ThemeRole::Dim, format!(" {time} ")),
                scene.span(part, format!("{symbol:<2}")),
            ]
        } else {
            vec![Span::raw(" ".repeat(time.len() + 4))]
        };
        let words = scene.span(part, words);
        margin.into_iter().chain([words]).collect()
    };
    words.into_iter().enumerate().map(line).collect()
}
