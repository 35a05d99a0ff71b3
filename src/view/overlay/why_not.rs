use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Failure, Remedy, Verdict, explain};
use crate::view::style::glyphs::{REFUSED, WORKS};
use crate::view::table::columns;
use crate::view::{Painter, Scene, ThemeRole, text};

pub(crate) fn draw(painter: &mut Painter<'_>, screen: Rect, down: usize) {
    let scene = painter.scene;
    let Some(failure) = &scene.state.notices.failure else { return };
    let width = 116.min(screen.width - 2);
    let room = usize::from(width.saturating_sub(4));
    let lines = lines(scene, failure, (room, rows_shown(screen.height)));
    let inner_height = lines.len().min(usize::from(screen.height - 2));
    let later = if failure.waits { "do not retry later" } else { "retry after TIME_WAIT" };
    let mut keys = vec![("y", "retry"), ("Esc", "close")];
    if scene.state.waiting_helps() {
        keys.insert(1, ("w", later));
    }
    let down = down.min(lines.len().saturating_sub(inner_height));
    if lines.len() > inner_height {
        keys.insert(0, ("j k", "scroll"));
    }
    let inner =
        painter.overlay(screen, (width, lines.len()), "Why did it fail?", scene.keys(&keys));
    painter.scroll.visible.extend(failure.rows.iter().take(rows_shown(screen.height)));
    painter.put(inner, lines.into_iter().skip(down));
}

fn rows_shown(height: u16) -> usize {
    match height {
        0..20 => 2,
        20..30 => 4,
        30.. => 8,
    }
}

fn lines(scene: Scene<'_>, failure: &Failure, (room, most): (usize, usize)) -> Vec<Line<'static>> {
    let sentence = explain::further(&failure.seen, "-title");
    let sentence = text::wrap(&text::safe(&sentence), room.saturating_sub(2));
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (n, words) in sentence.into_iter().enumerate() {
        let symbol = if n == 0 { REFUSED } else { " " };
        lines.push(scene.line(ThemeRole::Error, format!("{symbol} {words}")));
    }
    lines.extend(blamed_rows(scene, failure, (room, most)));
    let details = explain::further(&failure.seen, "-details");
    let meaning = if details.is_empty() { explain::further(&failure.seen, "?") } else { details };
    let has_list = !failure.remedies.is_empty();
    let advice = if has_list { String::new() } else { explain::further(&failure.seen, "!") };
    for words in [meaning, advice].iter().filter(|words| !words.is_empty()) {
        lines.extend(scene.wrapped(ThemeRole::Text, &text::safe(words), room));
    }
    if has_list {
        let tested = [
            "What would work? Just tested with throw-away sockets:",
            "What would work? Just tested:",
        ];
        let not_tried = |remedy: &Remedy| matches!(remedy.verdict, Verdict::NotTried);
        let heading = if failure.remedies.iter().all(not_tried) {
            String::from("What would work?")
        } else {
            text::fitting(room, tested)
        };
        lines.push(scene.cut(ThemeRole::Heading, &heading, room));
        for remedy in &failure.remedies {
            lines.extend(remedy_lines(scene, remedy, room));
        }
    }
    lines
}

fn blamed_rows(
    scene: Scene<'_>,
    failure: &Failure,
    (room, most): (usize, usize),
) -> Vec<Line<'static>> {
    let rows = &failure.rows[..failure.rows.len().min(most)];
    let columns = columns::with_countdown(scene, room, rows);
    let mut lines: Vec<Line<'static>> = columns.lines(scene, rows).collect();
    let more = failure.rows.len() - rows.len();
    if more > 0 {
        let words = format!("   and {} more", text::number(more));
        lines.push(scene.line(ThemeRole::Dim, words));
    }
    lines
}

fn remedy_lines(scene: Scene<'_>, remedy: &Remedy, room: usize) -> Vec<Line<'static>> {
    let (symbol, part, known) = match remedy.verdict {
        Verdict::Trying(_) => ("~", ThemeRole::Dim, String::from("testing ...")),
        Verdict::Works(_) => (WORKS, ThemeRole::New, String::from("tested: works")),
        Verdict::Fails(_, why) => {
            let known = format!("tested: {}", why.errno.symbol().unwrap_or("failed"));
            (REFUSED, ThemeRole::Error, known)
        }
        Verdict::NotTried => {
            let why = explain::further(&remedy.what, "-why");
            ("?", ThemeRole::Dim, format!("not tested: {why}"))
        }
    };
    let first = format!("{symbol} ");
    let words = text::safe(&remedy.text());
    let known = text::safe(&known);
    let column = room / 2;
    if text::width(&words) + 2 < column && text::width(&known) <= room - column {
        return vec![Line::from(vec![
            scene.span(part, first),
            Span::raw(text::fit(&words, column - 2)),
            scene.span(part, known),
        ])];
    }
    let colon = if words.ends_with('?') { "" } else { ":" };
    let both = format!("{words}{colon} {known}");
    let wrapped = text::wrap(&both, room.saturating_sub(2)).into_iter().enumerate();
    let line = |(n, words): (usize, String)| {
        let symbol = if n == 0 { first.clone() } else { String::from("  ") };
        Line::from(vec![scene.span(part, symbol), scene.span(part, words)])
    };
    wrapped.map(line).collect()
}
