//! The text below the port map.

use ratatui::text::{Line, Span};

use crate::app::{Parity, State, Statement, TableRow, explain, format};
use crate::tcp::{Port, Protocol, SourcePort, TcpState};
use crate::view::ThemeRole::{Dim, Error, FocusBorder, Gauge, Strong, Text};
use crate::view::main::ports::selection::listening;
use crate::view::style::big_letters::BigLetters;
use crate::view::style::glyphs::{DOWN, FREE, FULL, NEVER, glyph};
use crate::view::table::role;
use crate::view::{Scene, ThemeRole, push_fitting, text};

/// The ports that are left, in letters for the back of a lecture hall.
pub(super) fn large(scene: Scene<'_>, room: usize) -> Option<(Span<'static>, usize)> {
    let is_drawn = scene.state.machine.knows_range() && !scene.theme.is_ascii();
    let supply = scene.state.supply().filter(|_| is_drawn)?;
    let number = text::number(supply.left());
    let wide = BigLetters::SENTENCE.width(number.len()) + 2;
    let part = if supply.left() == 0 { Error } else { Strong };
    (room >= wide + LEAST_BESIDE).then(|| (scene.span(part, number), wide))
}

/// The columns that the sentences need.
const LEAST_BESIDE: usize = 60;

pub(super) fn of(scene: Scene<'_>, selected: Option<&TableRow>, room: usize) -> Vec<Line<'static>> {
    let (part, left) = left(scene.state);
    let mut lines = vec![
        Line::from(scene.named(part, &text::cut_to_fit(left, room))),
        Line::from(text::cut_to_fit(parities(scene), room)),
    ];
    let named = selected.map(|line| text::cut_to_fit(named(scene, line), room));
    lines.extend(named.map(|words| Line::from(scene.named(Strong, &words))));
    lines.push(legend(scene, room));
    lines
}

fn left(state: &State) -> (ThemeRole, Vec<String>) {
    let source = state.clients.spec.source_port;
    let what = Statement::new("ports-left")
        .with("who", text::safe(&state.clients.computer().name))
        .when("udp", state.clients.spec.protocol == Protocol::Udp)
        .when("Fixed", matches!(source, SourcePort::Fixed(_) | SourcePort::SameAsServer));
    let Some(supply) = state.supply() else { return (Text, explain::forms(&what)) };
    let is_empty = supply.left() == 0;
    let what = what
        .when("Empty", is_empty)
        .when("Unread", !state.machine.knows_range())
        .when("ReuseUnread", supply.waiting > 0 && state.machine.time_wait_reuse.is_none())
        .with("from", supply.from)
        .with("to", supply.to)
        .with("range", supply.range)
        .with("all", text::number(supply.range.len()))
        .count("waiting", supply.waiting as u64)
        .count("reserved", supply.range.len().saturating_sub(supply.ports) as u64)
        .with_some("delay", supply.reuse_delay.map(format::seconds))
        .with("left", text::number(supply.left()))
        .with("used", text::number(supply.used));
    (if is_empty { Error } else { Strong }, explain::forms(&what))
}

fn parities(scene: Scene<'_>) -> Vec<String> {
    let state = scene.state;
    let range = state.port_range();
    let listening = listening(scene);
    let [even, odd] = [Parity::Even, Parity::Odd].map(|parity| {
        let counts = |port: &&Port| range.contains(**port) && Parity::of(**port) == parity;
        let held = listening.iter().filter(counts).count();
        let used = state.seen().ports.used(range, parity) as usize;
        used.saturating_sub(held)
    });
    let picked = state.clients.spec.source_port == SourcePort::KernelPicks;
    // The map shows the ports of all computers together.
    let all = if state.lab.is_up() { " on all computers" } else { "" };
    let what = Statement::new("ports-used")
        .with("where", format!("{range}{all}"))
        .with("even", text::number(even))
        .with("odd", text::number(odd))
        .when("EvenFirst", picked && even > 1 && odd == 0)
        .when("OddFirst", picked && even == 0 && odd > 1);
    explain::forms(&what)
}

fn named(scene: Scene<'_>, line: &TableRow) -> [String; 2] {
    let (row, port) = (&line.row, line.row.tuple.local.port);
    let state = if line.gone.is_some() {
        String::from("gone")
    } else if row.tuple.is_connected() {
        format!("{} with {}", row.state, row.tuple.remote)
    } else {
        row.state.to_string()
    };
    let more = match scene.state.seen().ports.rows_at(port) {
        0 | 1 => String::new(),
        rows => format!("; {} use it", text::plural(rows, "row")),
    };
    let short = format!("{DOWN} {port} {}: {state}", role::name(scene, line, 26));
    [format!("{short}{more}"), short]
}

fn legend(scene: Scene<'_>, room: usize) -> Line<'static> {
    let last = match scene.state.ui.zoom {
        0 => "taller bar: more ports in use, not to scale".to_owned(),
        2 => format!("{NEVER} free, never picked"),
        _ => String::new(),
    };
    let listens = format!("{} listens", glyph(TcpState::Listen));
    let pieces = [
        (listens, scene.theme.state(TcpState::Listen)),
        (format!("{DOWN} selected"), scene.style(FocusBorder)),
        (format!("{FULL} in use"), scene.style(Gauge)),
        (format!("{FREE} free"), scene.style(Dim)),
        (last, scene.style(Dim)),
    ];
    let mut spans = Vec::new();
    for (words, style) in pieces {
        // The blanks behind a piece may be cut.
        push_fitting(&mut spans, Span::styled(format!("{words}   "), style), room + 3);
    }
    Line::from(spans)
}
