mod cells;
mod facts;
mod strip;

use std::collections::BTreeSet;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::glyphs::DASH;
use super::paint::{Scene, Titles, put};
use super::scroll::Scroll;
use super::{arrange, past, who};
use crate::app::{Line as TableLine, Pane};
use crate::tcp::{Port, PortRange, TcpState};

/// Every port there is.
const ALL: PortRange = PortRange { low: Port(0), high: Port(u16::MAX) };

/// So many of the first rows are looked through for sockets that listen.
const NEAR: usize = 100;

/// The connection whose port is pointed at: the chosen one, else the newest.
#[derive(Clone, Copy)]
struct Chosen<'a> {
    port: Port,
    line: &'a TableLine,
}

impl<'a> Chosen<'a> {
    /// Of the client's end, where it stands in the table: it is the one whose port was picked.
    fn of(scene: Scene<'a>) -> Option<Chosen<'a>> {
        let state = scene.state;
        let line = scene.chosen_or_newest()?;
        let name = line.row.name();
        let client = state.seen().mirror(name);
        let client = client.filter(|other| state.seen().is_client(other.row.name()));
        let line = client.unwrap_or(line);
        Some(Chosen { port: line.row.tuple.local.port, line })
    }
}

/// What part of the map is shown.
#[derive(Clone, Copy)]
enum Part {
    /// Bars: how many of the ports behind each column are in use.
    Strip(PortRange),
    /// A cell for each port.
    Cells(PortRange),
}

/// Every port of this machine: which are in use, by whom, and how many are left.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, scroll: &mut Scroll) {
    let chosen = Chosen::of(scene);
    scroll.visible.extend(chosen.map(|chosen| chosen.line.row.name()));
    let other = chosen.and_then(|it| scene.state.seen().mirror(it.line.row.name()));
    scroll.visible.extend(other.map(|line| line.row.name()));
    let mut inner = arrange::inside(area);
    let facts = facts::of(scene, chosen, usize::from(inner.width));
    let most = inner.height.saturating_sub(strip::LEAST);
    let below = u16::try_from(facts.len()).unwrap_or(most).min(most);
    let range = scene.state.port_range();
    let room = Rect { height: inner.height.saturating_sub(below), ..inner };
    let (part, about) = match scene.state.desk.zoom {
        0 => (Part::Strip(ALL), String::from("all 65,536")),
        1 if cells::fits(range, room) => (Part::Cells(range), range_words(scene, range)),
        1 => (Part::Strip(range), range_words(scene, range)),
        _ => {
            let port = chosen.map_or(range.low, |chosen| chosen.port);
            let about = format!("around {port}, one cell a port");
            (Part::Cells(cells::around(port, room)), about)
        }
    };
    let titles =
        Titles { name: "Ports", about: format!("{DASH} {about}"), ..past::titles(scene.state) };
    scene.pane(frame, Pane::Sockets, area, titles);
    let text = arrange::take_bottom(&mut inner, below);
    match part {
        Part::Strip(range) => strip::draw(frame, inner, scene, (range, chosen)),
        Part::Cells(range) => cells::draw(frame, inner, scene, (range, chosen)),
    }
    put(frame, text, facts);
}

fn range_words(scene: Scene<'_>, range: PortRange) -> String {
    if range == scene.state.machine.ephemeral {
        format!("the range from which this kernel picks, {range}")
    } else {
        format!("the toy range that was asked for, {range}")
    }
}

/// The ports at which we listen, and others do as far as the first rows tell.
fn listening(scene: Scene<'_>) -> Vec<Port> {
    let sockets = scene.state.seen();
    let first = scene.state.desk.shown.iter().take(NEAR);
    let lines = first.filter_map(|name| sockets.get(*name));
    let listening = lines.filter(|line| line.row.state == TcpState::Listen && line.gone.is_none());
    let others = listening.map(|line| line.row.tuple.local.port);
    let ours = scene.state.listener.sockets.iter();
    let ours = ours.map(|socket| socket.name.tuple.local.port);
    let all: BTreeSet<Port> = others.chain(ours).collect();
    all.into_iter().collect()
}

/// Whose the chosen port is.
fn holder(scene: Scene<'_>, chosen: Chosen<'_>) -> String {
    who::of(scene, chosen.line, 26)
}
