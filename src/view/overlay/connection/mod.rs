//! The details of one connection.

mod end;
mod queues;
mod story;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{GoneReason, TableRow};
use crate::tcp::{Protocol, SocketId, TcpState};
use crate::view::ThemeRole::{Dim, Heading, Key, Text};
use crate::view::main::five_tuple;
use crate::view::{Painter, Scene, rect, text};

/// One connection: its five-tuple, both ends with their states, and data of TCP_INFO.
pub(crate) fn draw(painter: &mut Painter<'_>, screen: Rect, name: SocketId) {
    let scene = painter.scene;
    let width = 100.min(screen.width - 2);
    let room = usize::from(width.saturating_sub(4));
    let most = usize::from(screen.height).saturating_sub(3 + 2);
    let (lines, whole) = lines(scene, name, (room, most));
    let title =
        if name.tuple.is_connected() { "Inside this connection" } else { "Inside this socket" };
    let mut keys = scene.keys(&[("Esc", "close")]);
    if !whole {
        let more = scene.span(Dim, " enlarge the window for more ");
        keys.spans.insert(0, more);
    }
    let mut inner = painter.sheet(screen, (width, lines.len() + 3), title, keys);
    painter.scroll.visible.push(name);
    let mirror = scene.state.seen().mirror(name);
    painter.scroll.visible.extend(mirror.map(|line| line.row.name()));
    let boxes = rect::take_top(&mut inner, 3);
    five_tuple::draw(painter, boxes, name);
    painter.put(inner, lines);
}

/// Lines and their rank: high ranks are left out first.
type RankedLines = (u8, Vec<Line<'static>>);

/// The text, in at most so many columns and lines, and whether nothing was left out.
fn lines(
    scene: Scene<'_>,
    name: SocketId,
    (room, most): (usize, usize),
) -> (Vec<Line<'static>>, bool) {
    let sockets = scene.state.seen();
    let Some(line) = sockets.get(name) else {
        let gone = "This row is gone.";
        let lines = vec![Line::default(), scene.line(Dim, gone)];
        return (lines, true);
    };
    let mirror = sockets.mirror(name);
    let sentences = story::sentences(scene, line, mirror);
    let said = sentences.iter().filter(|words| !words.is_empty());
    let mut groups: Vec<RankedLines> =
        said.map(|words| (1, scene.wrapped(Text, words, room))).collect();
    groups.push((9, vec![Line::default()]));
    groups.extend(ends(scene, line, mirror, room));
    groups.push((9, vec![Line::default()]));
    let inferred = "(in brackets: inferred, too brief to be polled)";
    if name.tuple.is_connected() && name.tuple.protocol == Protocol::Tcp {
        groups.push((8, scene.wrapped(Dim, inferred, room)));
    }
    for (rank, command) in (3..).step_by(5).zip(story::commands(scene, line)) {
        let command = scene.span(Key, text::cut(&format!("$ {command}"), room));
        groups.push((rank, vec![Line::from(command)]));
    }
    let mut whole = true;
    while groups.iter().map(|(_, lines)| lines.len()).sum::<usize>() > most {
        let least = (0..groups.len()).max_by_key(|n| groups[*n].0);
        let (_, lines) = groups.remove(least.unwrap_or(0));
        whole &= lines.iter().all(|line| line.width() == 0);
    }
    let lines = groups.into_iter().flat_map(|(_, lines)| lines);
    (lines.collect(), whole)
}

/// This end at the left, the other at the right.
fn ends(
    scene: Scene<'_>,
    line: &TableRow,
    mirror: Option<&TableRow>,
    room: usize,
) -> Vec<RankedLines> {
    const LABEL: usize = 9;
    let connected = line.row.tuple.is_connected();
    let room = room.saturating_sub(LABEL);
    let (heads, column) = if connected {
        (["this end", "the other end"], (room / 2).saturating_sub(1))
    } else {
        (["this socket", ""], room)
    };
    let head = vec![
        Span::raw(" ".repeat(LABEL)),
        scene.span(Heading, text::fit(heads[0], column + 1)),
        scene.span(Heading, heads[1]),
    ];
    let this = end::facts(scene, line, column);
    let other = match mirror {
        Some(mirror) => end::facts(scene, mirror, column),
        None if connected => missing_end(scene, line, column),
        None => Vec::new(),
    };
    let mut groups = vec![(1, vec![Line::from(head)])];
    for (n, (rank, label)) in end::FACTS.into_iter().enumerate() {
        let [this, other] =
            [&this, &other].map(|facts| facts.get(n).map_or(&[][..], Vec::as_slice));
        let line = |i: usize| {
            let label = text::fit(if i == 0 { label } else { "" }, LABEL);
            let [this, other] =
                [this, other].map(|lines| lines.get(i).cloned().unwrap_or_default());
            let pad = " ".repeat((column + 1).saturating_sub(this.width()));
            Line::from(vec![scene.span(Dim, label), this, Span::raw(pad), other])
        };
        groups.push((rank, (0..this.len().max(other.len())).map(line).collect()));
    }
    groups
}

/// The text for an end that the table does not have.
fn missing_end(scene: Scene<'_>, line: &TableRow, room: usize) -> Vec<Vec<Span<'static>>> {
    let tuple = line.row.tuple;
    let ip = tuple.remote.ip.to_canonical();
    let state = scene.state;
    let is_here = ip.is_loopback() || state.machine.addresses.contains(&ip);
    let ours = is_here || state.lab.host_of(ip).is_some();
    let calls = line.row.state == TcpState::SynSent;
    let is_udp = tuple.protocol == Protocol::Udp;
    let words = match (ours, calls) {
        _ if tuple.is_to_itself() => "this same row",
        (false, _) => "on another machine",
        _ if is_udp => match line.gone.map(|gone| gone.why) {
            Some(GoneReason::Refused) => "no socket had that port",
            Some(_) | None => "no socket is connected to this one",
        },
        (true, true) if line.gone.is_some() => "never had a row",
        (true, true) => "no row yet",
        (true, false) => "gone",
    };
    vec![vec![scene.span(Dim, text::cut(words, room))]]
}
