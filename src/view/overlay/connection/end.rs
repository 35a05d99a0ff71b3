//! The facts of one end.

use std::time::Duration;

use ratatui::text::Span;

use crate::app::explain::connection;
use crate::app::{StatePath, TableRow};
use crate::tcp::{TcpInfo, TcpState};
use crate::view::ThemeRole::{Dim, Gone, Warning};
use crate::view::style::glyphs::{ARROW, HOLLOW, glyph};
use crate::view::table::{columns, role};
use crate::view::{Scene, text};

/// A fact of an end after its rank and its label: facts of high ranks are left out first.
pub(super) type EndFact = (u8, &'static str, Vec<Span<'static>>);

pub(super) fn facts(scene: Scene<'_>, line: &TableRow, room: usize) -> Vec<EndFact> {
    let (row, state) = (&line.row, scene.state);
    let (symbol, style) = match line.gone {
        Some(_) => (HOLLOW, scene.style(Gone)),
        None => (glyph(row.state), scene.theme.state(row.state)),
    };
    let tries = match line.gone {
        Some(_) => vec![format!("gone, was {}", row.state), format!("gone ({})", row.state)],
        None => vec![row.state.to_string()],
    };
    let tries = tries.into_iter().map(|words| format!("{symbol} {words}"));
    let seen = Span::styled(text::cut_to_fit(tries, room), style);
    let meaning = text::wrap(&connection::meaning(state, line), room).into_iter();
    let why_gone = line.gone.map(|gone| gone.why.words().to_owned());
    let owner = columns::owner(state, line, room);
    let inode = if row.inode == 0 || line.gone.is_some() { 0 } else { row.inode };
    let inode = (inode != 0).then(|| format!("{owner}, inode {inode}"));
    let role = text::cut(&role::role(scene, line, room), room);
    let whose = state.whose(row.name());
    let interface = state.sockets.interfaces.suffix(row.name());
    let [trip, bytes, segments, window, resent] =
        inside(scene, line).map(|words| plain(words, room));
    vec![
        (1, "role", vec![Span::styled(role, scene.theme.path(whose).bold())]),
        (1, "state", vec![seen]),
        (8, "", meaning.map(|words| scene.span(Dim, words)).collect()),
        (2, "owner", plain(inode.into_iter().chain([owner]), room)),
        (3, "end", plain(why_gone, room)),
        (4, "Recv-Q", plain(connection::received(state, line), room)),
        (4, "Send-Q", plain(connection::sent(state, line), room)),
        (5, "timer", timer(scene, line, room)),
        (5, "RTT", trip),
        (6, "bytes", bytes),
        (6, "segments", segments),
        (7, "window", window),
        (7, "resent", resent),
        (6, "since", plain([text::clock(state.started, line.in_state_since())], room)),
        (6, "earlier", passed(line, room)),
        (8, "address", vec![scene.end(whose, text::bound_end(row.tuple.local, &interface, room))]),
    ]
}

fn plain(tries: impl IntoIterator<Item = String>, room: usize) -> Vec<Span<'static>> {
    let words = text::cut(&text::fitting(room, tries), room);
    if words.is_empty() { Vec::new() } else { vec![Span::raw(words)] }
}

fn timer(scene: Scene<'_>, line: &TableRow, room: usize) -> Vec<Span<'static>> {
    if line.gone.is_some() {
        return Vec::new();
    }
    let Some(timer) = line.row.timer else { return vec![Span::raw("no timer running")] };
    let left = line.time_left(scene.state.then()).unwrap_or_default();
    if let Some(tries) = connection::tries(timer, &text::short(left)) {
        let end = scene.state.gives_up_in(line).map(|left| {
            format!("; it gives up in {}", text::about(left).trim_end_matches(" left"))
        });
        let lines = text::wrap(&(tries + &end.unwrap_or_default()), room).into_iter();
        return lines.map(|words| scene.span(Warning, words)).collect();
    }
    vec![Span::raw(text::fitting(
        room,
        connection::timer_ends(line.row.state, timer.kind, text::left(left)),
    ))]
}

/// Data of TCP_INFO, known for the present only: round trip, bytes, segments, window, retransmissions; the longest words first.
fn inside(scene: Scene<'_>, line: &TableRow) -> [Vec<String>; 5] {
    let is_known = line.gone.is_none() && !scene.state.is_past();
    let Some(info) = scene.state.ui.info(line.row.name()).filter(|_| is_known) else {
        return Default::default();
    };
    let both = |received: Option<u64>, sent: Option<u64>, unit: fn(u64) -> String| {
        let [received, sent] =
            [received, sent].map(|count| count.map_or_else(|| String::from("?"), unit));
        vec![format!("{received} in, {sent} out")]
    };
    let [segs_in, segs_out] = [info.segs_in, info.segs_out].map(|count| count.map(u64::from));
    let resent = match info.total_retrans {
        0 => vec![String::from("no segment")],
        // The timer counts only those since the last answer.
        count => vec![
            format!("{} in all", text::plural(count, "segment")),
            text::plural(count, "segment"),
        ],
    };
    [
        trip(info),
        both(info.bytes_received, info.bytes_sent, text::bytes),
        both(segs_in, segs_out, text::number),
        window(info),
        resent,
    ]
}

fn trip(info: &TcpInfo) -> Vec<String> {
    if info.rtt == Duration::ZERO {
        return vec![String::from("not measured yet")];
    }
    let [trip, varies] = [info.rtt, info.rttvar].map(millis);
    vec![format!("{trip} ms, variation {varies} ms"), format!("{trip} ms")]
}

fn millis(time: Duration) -> String {
    let micros = time.as_micros();
    if micros < 10_000 {
        format!("{}.{:03}", micros / 1000, micros % 1000)
    } else {
        (micros / 1000).to_string()
    }
}

fn window(info: &TcpInfo) -> Vec<String> {
    let trusted = text::plural(info.snd_cwnd, "segment");
    let Some(peer) = info.snd_wnd else { return vec![trusted] };
    let peer = text::bytes(peer.into());
    vec![
        format!("peer {peer}, congestion {trusted} of {} B", info.snd_mss),
        format!("peer {peer}, congestion {trusted}"),
        peer,
    ]
}

/// The states before the present one, and how long each lasted; those not observed are in brackets.
fn passed(line: &TableRow, room: usize) -> Vec<Span<'static>> {
    let Some(path) = StatePath::of(line) else { return Vec::new() };
    let ends = line.state_history.iter().skip(1).map(|next| next.since);
    let ends = ends.chain([line.in_state_since()]);
    let seen = line.state_history.iter().zip(ends);
    let mut seen: Vec<(TcpState, Duration)> =
        seen.map(|(sighting, end)| (sighting.state, end.since(sighting.since))).collect();
    if let Some(gone) = line.gone.filter(|_| !line.told) {
        seen.push((line.row.state, gone.at.since(line.in_state_since())));
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
    let (count, mut lines) = (pieces.len(), Vec::<String>::new());
    for (n, mut piece) in pieces.into_iter().enumerate() {
        if n + 1 < count {
            piece.extend([" ", ARROW, " "]);
        }
        match lines.last_mut() {
            Some(line) if text::width(line) + text::width(piece.trim_end()) <= room => {
                line.push_str(&piece);
            }
            _ => lines.push(piece),
        }
    }
    lines.into_iter().map(|line| Span::raw(text::cut(line.trim_end(), room))).collect()
}
