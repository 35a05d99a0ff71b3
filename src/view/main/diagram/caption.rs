//! The text about the selected connection, below the diagram.

use ratatui::text::Line;

use crate::app::{Certainty, GoneReason, PathStep, StatePath, TableRow};
use crate::tcp::{Protocol, TcpState};
use crate::view::ThemeRole::{Dim, FocusBorder, Text, Warning};
use crate::view::main::diagram::paths::{StatePaths, Stroke};
use crate::view::style::glyphs::{ARROW, OTHER, SELECTED};
use crate::view::table::role;
use crate::view::{Scene, push_fitting, text};

/// At most `most` lines, and a short title.
pub(super) fn of(
    scene: Scene<'_>,
    paths: &StatePaths<'_>,
    (room, most): (usize, usize),
) -> (Vec<Line<'static>>, String) {
    let Some((line, path)) = &paths.0[0] else {
        let is_udp = |line: &TableRow| line.row.tuple.protocol == Protocol::Udp;
        let none = if scene.selected_or_newest().is_some_and(is_udp) {
            "The selected row is UDP, which has no states. Select another with j and k."
        } else {
            "No connections yet. Press l to listen, c to connect."
        };
        return (vec![scene.line(Dim, none)], none.to_owned());
    };
    let who = role::name(scene, line, 15);
    let (brief, tries) = last_arrow(line, path, &who);
    let mut lines = vec![legend(scene, paths, room)];
    lines.truncate(most.saturating_sub(1));
    let left = most - lines.len();
    let wrapped = tries.map(|words| text::wrap(&words, room));
    let fitting = wrapped.iter().find(|lines| lines.len() <= left);
    let said = fitting.unwrap_or(&wrapped[1]).iter().take(left);
    lines.extend(said.map(|words| scene.line(Text, words.as_str())));
    (lines, brief)
}

/// Both ends and their states, and what the lines mean.
fn legend(scene: Scene<'_>, paths: &StatePaths<'_>, room: usize) -> Line<'static> {
    let mut spans = Vec::new();
    let symbols = [(SELECTED, FocusBorder), (OTHER, Warning)];
    for (end, (symbol, part)) in paths.0.iter().zip(symbols) {
        if let Some((line, path)) = end {
            let who = role::name(scene, line, 15);
            let gone = if line.gone.is_some() { " (gone)" } else { "" };
            spans.push(scene.span(part, format!("{symbol} {who}: {}{gone}  ", path.at)));
        }
    }
    let [seen, inferred] = [Certainty::Seen, Certainty::WorkedOut].map(|known| {
        [Stroke::Selected(known), Stroke::Other(known)].map(|stroke| stroke.lines()[0]).concat()
    });
    let means = scene.span(Dim, format!("{seen} seen  {inferred} inferred"));
    push_fitting(&mut spans, means, room);
    Line::from(spans)
}

/// The cause of the last transition: in a few words, in a sentence, and in a shorter one. The sentences say what is inferred.
fn last_arrow(line: &TableRow, path: &StatePath, who: &str) -> (String, [String; 2]) {
    if line.gone.is_some_and(|gone| gone.why == GoneReason::Unknown) {
        let brief = format!("{who}: gone, last seen in {}", line.row.state);
        let long =
            format!("{brief}. No poll saw TIME_WAIT, so the table does not show how it ended.");
        return (format!("{who}: gone"), [long, brief]);
    }
    if let Some(cause) = path.cut_short {
        let brief = format!("{who}: {cause}, from {} straight to CLOSED", line.row.state);
        let long =
            format!("{brief}. It can happen in any state, so the diagram has no arrow for it.");
        return (format!("{who}: {cause}"), [long, brief]);
    }
    let Some(PathStep { arrow, .. }) = path.last() else {
        let at = format!("{who} is in {}.", path.at);
        return (who.to_owned(), [at.clone(), at]);
    };
    let cause = arrow.cause();
    let mut long = format!("{who}, {} {ARROW} {}: {cause}.", arrow.from, arrow.to);
    let mut short = long.clone();
    let unseen: Vec<&str> = path.unseen(line).into_iter().map(TcpState::name).collect();
    if !unseen.is_empty() {
        long = format!("{long} Inferred, too brief to be polled: {}.", unseen.join(", "));
        let count = text::plural(unseen.len(), "state");
        short = format!("{short} Inferred: {count}.");
    }
    (format!("{who}: {cause}"), [long, short])
}
