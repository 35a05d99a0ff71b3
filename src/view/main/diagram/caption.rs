//! The text about the selected connection, below the diagram.

use ratatui::text::{Line, Span};

use crate::app::TableRow;
use crate::app::explain::connection::last_transition;
use crate::tcp::Protocol;
use crate::view::ThemeRole::{Dim, Text};
use crate::view::main::diagram::paths::StatePaths;
use crate::view::style::glyphs::{CUT, OTHER, SELECTED};
use crate::view::table::role;
use crate::view::{Scene, push_fitting, text, width};

pub(super) fn of(
    scene: Scene<'_>,
    paths: &StatePaths<'_>,
    (room, most): (usize, usize),
) -> (Vec<Line<'static>>, String) {
    let Some((line, path)) = &paths.ends[0] else {
        let is_udp = |line: &TableRow| line.row.tuple.protocol == Protocol::Udp;
        let none = if scene.selected_or_newest().is_some_and(is_udp) {
            "The selected row is UDP, which has no states. Select another with j and k."
        } else {
            "No connections yet. Press l to listen, c to connect."
        };
        return (vec![scene.line(Dim, none)], none.to_owned());
    };
    let (brief, tries) = last_transition(line, path, &role::name(scene, line, 15));
    let mut lines = vec![legend(scene, paths, room)];
    lines.truncate(most.saturating_sub(1));
    let left = most - lines.len();
    let wrapped = tries.map(|words| text::wrap(&words, room));
    let fitting = wrapped.iter().find(|lines| lines.len() <= left).unwrap_or(&wrapped[1]);
    let mut said: Vec<String> = fitting.iter().take(left).cloned().collect();
    if let Some(last) = said.last_mut().filter(|_| fitting.len() > left) {
        *last = text::cut(&format!("{last} {CUT}"), room);
    }
    lines.extend(said.into_iter().map(|words| scene.line(Text, words)));
    (lines, brief)
}

fn legend(scene: Scene<'_>, paths: &StatePaths<'_>, room: usize) -> Line<'static> {
    let mut spans = Vec::new();
    let symbols = [SELECTED, OTHER].into_iter().zip(paths.looks);
    for (end, (symbol, look)) in paths.ends.iter().zip(symbols) {
        if let Some((line, path)) = end {
            let who = role::name(scene, line, 15);
            let gone = if line.gone.is_some() { " (gone)" } else { "" };
            spans.push(Span::styled(format!("{symbol} {who}: {}{gone}  ", path.at), look));
        }
    }
    let short = if scene.theme.is_ascii() { "dotted: inferred" } else { "dashed: inferred" };
    let left = room.saturating_sub(width(&spans));
    let means = text::fitting(left, [format!("solid: seen, {short}"), short.to_owned()]);
    push_fitting(&mut spans, scene.span(Dim, means), room);
    Line::from(spans)
}
