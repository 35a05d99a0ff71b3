//! The text below the port map.

use ratatui::text::{Line, Span};

use crate::app::{Parity, State};
use crate::tcp::{Protocol, SourcePort, TcpState};
use crate::view::ThemeRole::{Dim, Error, FocusBorder, Gauge, Strong, Text};
use crate::view::main::ports::selection::{SelectedPort, holder, listening};
use crate::view::style::glyphs::{DOWN, FREE, FULL, NEVER, glyph};
use crate::view::{Scene, ThemeRole, text, width};

/// The lines of text, the most useful first.
pub(super) fn of(
    scene: Scene<'_>,
    selected: Option<SelectedPort<'_>>,
    room: usize,
) -> Vec<Line<'static>> {
    let (part, left) = left(scene.state);
    let mut lines = vec![
        scene.line(part, text::cut_to_fit(left, room)),
        Line::from(text::cut_to_fit(parities(scene), room)),
    ];
    if let Some(selected) = selected {
        let named = scene.span(FocusBorder, text::cut_to_fit(named(scene, selected), room));
        lines.push(Line::from(named));
    }
    lines.push(legend(scene, room));
    lines
}

/// How many ports are left to the selected computer for its destination.
fn left(state: &State) -> (ThemeRole, [String; 2]) {
    let who = text::safe(&state.clients.computer().name);
    let Some(supply) = state.supply() else {
        let spec = &state.clients.spec;
        let why = match spec.source_port {
            _ if spec.protocol == Protocol::Udp => "uses UDP; its ports are not counted here",
            SourcePort::Fixed(_) | SourcePort::SameAsServer => "the next source port is fixed (C)",
            SourcePort::KernelPicks | SourcePort::Toy(_) => {
                "the source address is known after connect()"
            }
        };
        let why = format!("{who}: {why}");
        return (Text, [why.clone(), why]);
    };
    let (all, left) = (text::number(supply.range.len()), text::number(supply.left()));
    let (to, range) = (supply.to, supply.range);
    if supply.left() == 0 {
        let long = format!(
            "{who} to {to}: none of {all} ports left: EADDRNOTAVAIL. All are free for another destination."
        );
        let short = format!("{who} to {to}: none of {all} ports left");
        return (Error, [long, short]);
    }
    let long = format!(
        "{who} ({}) to {to}: {left} of {all} ports left; {} of {range} in use",
        supply.from,
        text::number(supply.used)
    );
    (Strong, [long, format!("{who} to {to}: {left} of {all} ports left")])
}

/// Ports in use in the range of the next port, even and odd ones.
fn parities(scene: Scene<'_>) -> [String; 2] {
    let state = scene.state;
    let range = state.port_range();
    let listening = listening(scene);
    let [even, odd] = [Parity::Even, Parity::Odd].map(|parity| {
        let held = listening.iter().filter(|port| range.contains(**port));
        let held = held.filter(|port| Parity::of(**port) == parity).count();
        let used = state.seen().ports().used(range, parity) as usize;
        used.saturating_sub(held)
    });
    let counts = format!("even {}, odd {}", text::number(even), text::number(odd));
    let picked = state.clients.spec.source_port == SourcePort::KernelPicks;
    let first = match (even, odd) {
        (2.., 0) if picked => ": connect() here takes even ones first",
        (0, 2..) if picked => ": connect() here takes odd ones first",
        _ => "",
    };
    // The map shows the ports of all computers together.
    let all = if state.lab.is_up() { " on all computers" } else { "" };
    [format!("in use in {range}{all}: {counts}{first}"), format!("{counts}{first}")]
}

/// The owner of the selected port.
fn named(scene: Scene<'_>, selected: SelectedPort<'_>) -> [String; 2] {
    let row = &selected.line.row;
    let who = holder(scene, selected);
    let state = if selected.line.gone.is_some() {
        String::from("gone")
    } else if row.tuple.is_connected() {
        format!("{} with {}", row.state, row.tuple.remote)
    } else {
        row.state.to_string()
    };
    let rows = scene.state.seen().ports().rows_at(selected.port);
    let more = match rows {
        0 | 1 => String::new(),
        rows => format!("; {} use it", text::plural(rows, "row")),
    };
    let short = format!("{DOWN} {} {who}: {state}", selected.port);
    [format!("{short}{more}"), short]
}

/// The legend.
fn legend(scene: Scene<'_>, room: usize) -> Line<'static> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    let listen = glyph(TcpState::Listen);
    let last = match scene.state.ui.zoom {
        0 => "bar height: ports in use (square root)".to_owned(),
        2 => format!("{NEVER} free, never picked"),
        _ => String::new(),
    };
    let pieces = [
        (format!("{listen} listens"), scene.theme.state(TcpState::Listen)),
        (format!("{DOWN} selected"), scene.style(FocusBorder)),
        (format!("{FULL} in use"), scene.style(Gauge)),
        (format!("{FREE} free"), scene.style(Dim)),
        (last, scene.style(Dim)),
    ];
    for (words, style) in pieces {
        let piece = Span::styled(format!("{words}   "), style);
        if width(&spans) + text::width(&words) <= room {
            spans.push(piece);
        }
    }
    Line::from(spans)
}
