//! The facts of one end.

use std::time::Duration;

use ratatui::text::Span;

use crate::app::{StatePath, TableRow};
use crate::tcp::{Protocol, TcpInfo, TcpState, Timer, TimerKind};
use crate::view::ThemeRole::{Dim, Gone, Strong, Warning};
use crate::view::overlay::connection::queues;
use crate::view::style::glyphs::{ARROW, HOLLOW, glyph};
use crate::view::table::{columns, role};
use crate::view::text::fitting;
use crate::view::{Scene, text};

/// The facts of an end and their ranks: high ones are left out first.
pub(super) const FACTS: [(u8, &str); 16] = [
    (1, "role"),
    (1, "state"),
    (8, ""),
    (2, "owner"),
    (3, "end"),
    (4, "Recv-Q"),
    (4, "Send-Q"),
    (5, "timer"),
    (5, "RTT"),
    (6, "bytes"),
    (6, "segments"),
    (7, "window"),
    (7, "resent"),
    (6, "since"),
    (6, "earlier"),
    (8, "address"),
];

/// The lines of each fact, in the order of [`FACTS`].
pub(super) fn facts(scene: Scene<'_>, line: &TableRow, room: usize) -> Vec<Vec<Span<'static>>> {
    let row = &line.row;
    let state = scene.state;
    let plain = |text: &str| {
        let cut = text::cut(text, room);
        Vec::from_iter(Some(Span::raw(cut)).filter(|_| !text.is_empty()))
    };
    let (symbol, style, meaning) = if line.gone.is_some() {
        let meaning = if line.told {
            "not seen in the table, only in our own calls"
        } else {
            "the last state seen"
        };
        (HOLLOW.to_string(), scene.style(Gone), meaning)
    } else {
        let symbol = glyph(row.state).to_string();
        let meaning = if state.seen().is_half_open(line) {
            "open, as far as this end knows"
        } else if row.tuple.protocol == Protocol::Udp {
            udp_meaning(row.tuple.is_connected())
        } else if row.state == TcpState::TimeWait && state.seen().closed_at_once(line) {
            "both ends closed at once; the kernel reserves the 5-tuple for 60 s"
        } else {
            row.state.meaning()
        };
        (symbol, scene.theme.state(row.state), meaning)
    };
    let seen = Span::styled(text::cut(&format!("{symbol} {}", row.state), room), style);
    let meaning = text::wrap(meaning, room).into_iter();
    let ends = line.gone.map_or("", |gone| gone.why.words());
    let role = text::cut(&role::role(scene, line, room), room);
    let owner = columns::owner(state, line, room);
    let owner = match row.inode {
        0 => owner,
        _ if line.gone.is_some() => owner,
        inode => fitting(room, [format!("{owner}, inode {inode}"), owner]),
    };
    let [trip, bytes, segments, window, resent] = inside(scene, line, room);
    let address = text::end(row.tuple.local, room);
    vec![
        vec![scene.span(Strong, role)],
        vec![seen],
        meaning.map(|words| scene.span(Dim, words)).collect(),
        plain(&owner),
        plain(ends),
        plain(&queues::received(scene, line, room).unwrap_or_default()),
        plain(&queues::sent(line, room).unwrap_or_default()),
        timer(scene, line, room),
        plain(&trip),
        plain(&bytes),
        plain(&segments),
        plain(&window),
        plain(&resent),
        plain(&text::clock(state.started, line.passed_since())),
        passed(line, room),
        plain(&address),
    ]
}

/// UDP has no states; the kernel shows one anyway.
const fn udp_meaning(is_connected: bool) -> &'static str {
    if is_connected {
        "connect() only stored the destination"
    } else {
        "receives datagrams from any address"
    }
}

/// The timer that runs and how long; retries without an answer are a warning.
fn timer(scene: Scene<'_>, line: &TableRow, room: usize) -> Vec<Span<'static>> {
    if line.gone.is_some() {
        return Vec::new();
    }
    if let Some(tries) = tries(scene, line) {
        let lines = text::wrap(&tries, room).into_iter();
        return lines.map(|words| scene.span(Warning, words)).collect();
    }
    let Some(Timer { kind, .. }) = line.row.timer else {
        return vec![Span::raw("no timer running")];
    };
    let left = line.time_left(scene.state.then()).unwrap_or_default();
    let left = text::left(left);
    let (long, brief) = match kind {
        TimerKind::Retransmit => ("then retransmission", "retransmission"),
        TimerKind::KeepAlive => ("then a keepalive probe", "keepalive"),
        TimerKind::TimeWait => ("then the 5-tuple is free", "TIME_WAIT"),
        TimerKind::ZeroWindowProbe => ("then a window probe", "window probe"),
    };
    let tries = [format!("{left}, {long}"), format!("{left}: {brief}"), left];
    vec![Span::raw(fitting(room, tries))]
}

/// How often the kernel has retried without an answer, and when the next try is.
fn tries(scene: Scene<'_>, line: &TableRow) -> Option<String> {
    let timer = line.row.timer.filter(|timer| timer.tries > 0)?;
    let what = match timer.kind {
        TimerKind::ZeroWindowProbe => "window probed",
        TimerKind::Retransmit => "resent",
        TimerKind::KeepAlive | TimerKind::TimeWait => return None,
    };
    let often = text::plural(timer.tries, "time");
    let left = text::short(line.time_left(scene.state.then())?);
    Some(format!("{what} {often}, no answer; next in {left}"))
}

/// Data of TCP_INFO: round trip, bytes, segments, window, retransmissions.
fn inside(scene: Scene<'_>, line: &TableRow, room: usize) -> [String; 5] {
    let info = scene.state.ui.info(line.row.name());
    // It is known for the present only.
    let is_known = line.gone.is_none() && !scene.state.is_past();
    let Some(info) = info.filter(|_| is_known) else {
        return Default::default();
    };
    let both = |came: Option<u64>, went: Option<u64>, unit: fn(u64) -> String| {
        let text = |count: Option<u64>| count.map_or_else(|| String::from("?"), unit);
        format!("{} in, {} out", text(came), text(went))
    };
    let bytes = both(info.bytes_in, info.bytes_out, text::bytes);
    let segments =
        both(info.segments_in.map(u64::from), info.segments_out.map(u64::from), |count| {
            text::number(count)
        });
    let resent = match info.retransmissions {
        0 => String::from("no segment"),
        count => text::plural(count, "segment"),
    };
    [trip(info, room), bytes, segments, window(info, room), resent]
}

fn trip(info: &TcpInfo, room: usize) -> String {
    if info.round_trip == Duration::ZERO {
        return String::from("not measured yet");
    }
    let [trip, varies] = [info.round_trip, info.variation].map(millis);
    fitting(room, [format!("{trip} ms, variation {varies} ms"), format!("{trip} ms")])
}

fn millis(time: Duration) -> String {
    let micros = time.as_micros();
    if micros < 10_000 {
        format!("{}.{:03}", micros / 1000, micros % 1000)
    } else {
        (micros / 1000).to_string()
    }
}

/// The peer's receive window and the congestion window.
fn window(info: &TcpInfo, room: usize) -> String {
    let trusted = text::plural(info.congestion_window, "segment");
    let Some(peer) = info.send_window else {
        return trusted;
    };
    let peer = text::bytes(peer.into());
    fitting(
        room,
        [
            format!("peer {peer}, congestion {trusted} of {} B", info.segment_size),
            format!("peer {peer}, congestion {trusted}"),
            peer,
        ],
    )
}

/// The states before the present one, and how long each lasted; those not observed are in brackets.
fn passed(line: &TableRow, room: usize) -> Vec<Span<'static>> {
    let Some(path) = StatePath::of(line) else {
        return Vec::new();
    };
    let ends = line.passed.iter().skip(1).map(|next| next.since);
    let ends = ends.chain([line.passed_since()]);
    let seen = line.passed.iter().zip(ends);
    let mut seen: Vec<(TcpState, Duration)> =
        seen.map(|(sighting, end)| (sighting.state, end.since(sighting.since))).collect();
    if let Some(gone) = line.gone.filter(|_| !line.told) {
        seen.push((line.row.state, gone.at.since(line.passed_since())));
    }
    let mut seen = seen.into_iter().peekable();
    let mut pieces = Vec::new();
    for from in path.steps.iter().map(|step| step.arrow.from) {
        if let Some((state, time)) = seen.next_if(|(state, _)| *state == from) {
            pieces.push(format!("{state} {}", text::short(time)));
        } else if from != TcpState::Closed {
            pieces.push(format!("({from})"));
        }
    }
    pieces.extend(seen.map(|(state, time)| format!("{state} {}", text::short(time))));
    let mut lines = vec![String::new()];
    let count = pieces.len();
    for (n, piece) in pieces.into_iter().enumerate() {
        let arrow = if n + 1 < count { format!(" {ARROW} ") } else { String::new() };
        let piece = piece + &arrow;
        match lines.last_mut() {
            Some(line) if text::width(line) + text::width(piece.trim_end()) <= room => {
                line.push_str(&piece);
            }
            _ => lines.push(piece),
        }
    }
    let lines = lines.into_iter().filter(|line| !line.is_empty());
    lines.map(|line| Span::raw(text::cut(line.trim_end(), room))).collect()
}
