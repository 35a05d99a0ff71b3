//! The details of one connection.

mod end;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::TableRow;
use crate::app::explain::connection;
use crate::app::explain::connection::commands::commands;
use crate::tcp::{Protocol, SocketId};
use crate::view::ThemeRole::{Dim, Heading, Key, Text};
use crate::view::main::five_tuple;
use crate::view::scene::{RankedLines, leave_out};
use crate::view::{Painter, Scene, rect, text};

pub(crate) fn draw(painter: &mut Painter<'_>, screen: Rect, name: SocketId) {
    let scene = painter.scene;
    let width = 100.min(screen.width - 2);
    let mut groups = lines(scene, name, usize::from(width.saturating_sub(4)));
    let left_out = leave_out(&mut groups, usize::from(screen.height).saturating_sub(3 + 2), 0);
    let lines: Vec<Line<'static>> = groups.into_iter().flat_map(|(_, lines)| lines).collect();
    let mut keys = scene.keys(&[("Esc", "close")]);
    if left_out.iter().any(|line| line.width() > 0) {
        keys.spans.insert(0, scene.span(Dim, " enlarge the window for more "));
    }
    let what = if name.tuple.is_connected() { "connection" } else { "socket" };
    let title = format!("Inside this {what}");
    let mut inner = painter.overlay(screen, (width, lines.len() + 3), &title, keys);
    painter.scroll.visible.push(name);
    let mirror = scene.state.seen().mirror(name);
    painter.scroll.visible.extend(mirror.map(|line| line.row.name()));
    five_tuple::draw(painter, rect::take_top(&mut inner, 3), name);
    painter.put(inner, lines);
}

fn lines(scene: Scene<'_>, name: SocketId, room: usize) -> Vec<RankedLines> {
    let (state, sockets) = (scene.state, scene.state.seen());
    let Some(line) = sockets.get(name) else {
        return vec![(0, vec![Line::default(), scene.line(Dim, "This row is gone.")])];
    };
    let mirror = sockets.mirror(name);
    let sentences = connection::sentences(state, line, mirror).into_iter();
    let mut groups: Vec<RankedLines> =
        sentences.map(|words| (1, scene.wrapped(Text, &text::safe(&words), room))).collect();
    groups.push((9, vec![Line::default()]));
    groups.extend(ends(scene, line, mirror, room));
    groups.push((9, vec![Line::default()]));
    let inferred = "(in brackets: inferred, too brief to be polled)";
    if name.tuple.is_connected() && name.tuple.protocol == Protocol::Tcp {
        groups.push((8, scene.wrapped(Dim, inferred, room)));
    }
    let commands = (3..).step_by(5).zip(commands(state, line));
    groups.extend(
        commands.map(|(rank, command)| (rank, vec![scene.cut(Key, &format!("$ {command}"), room)])),
    );
    groups
}

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
    let head = text::fit("", LABEL) + &text::fit(heads[0], column + 1) + heads[1];
    let mut groups = vec![(1, vec![scene.line(Heading, head)])];
    let this = end::facts(scene, line, column);
    let other = match mirror {
        Some(mirror) => end::facts(scene, mirror, column),
        None if connected => {
            let words = connection::missing(scene.state, line);
            vec![(1, "", vec![scene.span(Dim, text::cut(&words, column))])]
        }
        None => Vec::new(),
    };
    let mut others = other.into_iter();
    for (rank, label, this) in this {
        let other = others.next().map(|(_, _, spans)| spans).unwrap_or_default();
        let line = |n: usize| {
            let label = text::fit(if n == 0 { label } else { "" }, LABEL);
            let [this, other] =
                [&this, &other].map(|lines| lines.get(n).cloned().unwrap_or_default());
            let pad = " ".repeat((column + 1).saturating_sub(this.width()));
            Line::from(vec![scene.span(Dim, label), this, Span::raw(pad), other])
        };
        groups.push((rank, (0..this.len().max(other.len())).map(line).collect()));
    }
    groups
}
