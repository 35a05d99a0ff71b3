use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::glyphs::{BLAMED, REFUSED};
use super::paint::{Scene, Titles, put};
use super::text;
use super::theme::Part;
use crate::app::{Notice, Pane, Tone};

/// What happened, the newest at the bottom.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>) {
    let notices = &scene.state.notices;
    let mut right = Vec::new();
    if notices.back > 0 {
        let back = text::plural(notices.back, "line");
        right.push((Part::Warning, format!("{back} back")));
    }
    let titles = Titles {
        name: "What happened",
        right,
        ..Titles::default()
    };
    let inner = scene.pane(frame, Pane::Notices, area, titles);
    if notices.is_empty() {
        let words = scene.span(Part::Dim, " Nothing yet.");
        frame.render_widget(words, inner);
        return;
    }
    let lines = newest(scene, usize::from(inner.width), usize::from(inner.height));
    put(frame, inner, lines);
}

/// The newest lines that fit, or those so many lines back, in reading order.
pub(super) fn newest(scene: Scene<'_>, room: usize, height: usize) -> Vec<Line<'static>> {
    let notices = &scene.state.notices;
    let mut upwards: Vec<Line<'static>> = Vec::new();
    let wanted = height + notices.back;
    for (n, notice) in notices.newest_first().enumerate() {
        if upwards.len() >= wanted {
            break;
        }
        let mut lines = lines(scene, notice, room, n == 0);
        if n == 0 && notices.back == 0 {
            // A sentence that does not fit is read from its beginning.
            lines.truncate(height);
        }
        upwards.extend(lines.into_iter().rev());
    }
    let skip = notices.back.min(upwards.len().saturating_sub(height));
    let mut lines: Vec<_> = upwards.into_iter().skip(skip).take(height).collect();
    lines.reverse();
    lines
}

/// One sentence, indented under its time.
fn lines(scene: Scene<'_>, notice: &Notice, room: usize, newest: bool) -> Vec<Line<'static>> {
    let mut time = text::clock(scene.state.started, notice.at);
    if room < 70 {
        time.truncate(8);
    }
    let (part, sign) = match notice.tone {
        Tone::Plain if newest => (Part::Strong, ""),
        Tone::Plain => (Part::Text, ""),
        Tone::Refused => (Part::Error, REFUSED),
        Tone::Warning => (Part::Warning, BLAMED),
    };
    let indent = time.len() + 4;
    let words = text::safe(&notice.text);
    let wrapped = text::wrap(&words, room.saturating_sub(indent + 1));
    let wrapped = wrapped.into_iter().enumerate();
    let line = |(n, words): (usize, String)| {
        let margin = if n == 0 {
            vec![
                scene.span(Part::Dim, format!(" {time} ")),
                scene.span(part, format!("{sign:<2}")),
            ]
        } else {
            vec![Span::raw(" ".repeat(indent))]
        };
        let words = scene.span(part, words);
        margin.into_iter().chain([words]).collect()
    };
    wrapped.map(line).collect()
}
