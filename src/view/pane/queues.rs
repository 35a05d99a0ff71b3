//! The listener's queues as slots that fill: a SYN waits for its ACK in the first, a connection for accept() in the second.

use ratatui::text::{Line, Span};

use crate::app::{State, TableRow};
use crate::tcp::{ListenSpec, TcpState};
use crate::view::ThemeRole::{Dim, Error, Strong, Warning};
use crate::view::scene::RankedLines;
use crate::view::style::glyphs::{CUT, SLOT_FREE, SLOT_FULL};
use crate::view::{Scene, text, width};

/// Both queues while there is something to see: accept() is held, or one of them is not empty.
pub(crate) fn lines(scene: Scene<'_>, running: &ListenSpec, room: usize) -> Vec<RankedLines> {
    let [syn, accept] = Queue::both(scene.state, running);
    if !scene.state.server().held && syn.waiting + accept.waiting == 0 {
        return Vec::new();
    }
    let labels =
        if room < 44 { [" SYN    ", " accept "] } else { [" SYN queue     ", " accept queue  "] };
    let ranks = [if syn.waiting > 0 { 1 } else { 3 }, 0];
    let lines = [syn, accept].into_iter().zip(labels).zip(ranks);
    let line = |((queue, label), rank): ((Queue, &'static str), u8)| {
        let mut spans = vec![Span::raw(label)];
        spans.extend(queue.drawn(scene, room - label.len()));
        (rank, vec![Line::from(spans)])
    };
    lines.map(line).collect()
}

/// The accept queue alone, on the same condition.
pub(crate) fn brief(
    scene: Scene<'_>,
    running: &ListenSpec,
    room: usize,
) -> Option<Vec<Span<'static>>> {
    let [syn, accept] = Queue::both(scene.state, running);
    let held = scene.state.server().held;
    if !held && syn.waiting + accept.waiting == 0 {
        return None;
    }
    let mut spans = vec![if held { scene.span(Warning, "held ") } else { Span::raw("queue ") }];
    let left = room.saturating_sub(width(&spans));
    spans.extend(accept.drawn(scene, left));
    Some(spans)
}

#[derive(Clone, Copy)]
struct Queue {
    waiting: u32,
    backlog: u32,
    places: u32,
    /// The kernel may have made the backlog shorter.
    is_asked: bool,
}

impl Queue {
    /// The SYN queue and the accept queue. The kernel takes one connection more than the backlog into that of each socket.
    fn both(state: &State, running: &ListenSpec) -> [Queue; 2] {
        let rows = state.listening_rows(state.server());
        let (waiting, listed, sockets) = rows.fold((0, 0, 0), |sum: (u32, u32, u32), line| {
            let queues = line.row.queues;
            (sum.0.saturating_add(queues.recv), sum.1.saturating_add(queues.send), sum.2 + 1)
        });
        let most = state.machine.somaxconn;
        let asked = running.backlog.min(most.unwrap_or(u32::MAX));
        let backlog = if listed == 0 { asked } else { listed };
        let is_asked = listed == 0 && most.is_none();
        let places = backlog.saturating_add(sockets.max(1));
        let accept = Queue { waiting, backlog, places, is_asked };
        [Queue { waiting: half_open(state), places: backlog.max(1), ..accept }, accept]
    }

    /// One slot for each place, as far as there is room, and the numbers.
    fn drawn(self, scene: Scene<'_>, room: usize) -> Vec<Span<'static>> {
        const MOST: usize = 24;
        let full = if self.waiting >= self.places { ", full" } else { "" };
        let [waiting, backlog] = [self.waiting, self.backlog].map(text::number);
        let most = if self.is_asked { "at most " } else { "" };
        let words = format!(" {waiting} of {most}{backlog}{full}");
        let part = match self.waiting {
            0 => Dim,
            waiting if waiting >= self.places => Error,
            _ => Warning,
        };
        let number = if self.waiting == 0 { Dim } else { Strong };
        let most = room.saturating_sub(words.len() + 2).min(MOST);
        let (slots, rest) = slots(self.waiting, self.places, most);
        vec![
            Span::raw("["),
            scene.span(part, slots),
            scene.span(Dim, rest),
            Span::raw("]"),
            scene.span(number, words),
        ]
    }
}

/// The filled slots, and the free ones; where not all have room, an ellipsis is in place of the others.
fn slots(waiting: u32, places: u32, most: usize) -> (String, String) {
    let places = usize::try_from(places).unwrap_or(usize::MAX);
    let shown = if places > most { most.saturating_sub(1) } else { places };
    let filled = usize::try_from(waiting).unwrap_or(usize::MAX).min(shown);
    let cut = if shown < places && most > 0 { CUT } else { "" };
    (SLOT_FULL.repeat(filled), SLOT_FREE.repeat(shown - filled) + cut)
}

/// The connections of the selected listener whose handshake is not complete.
fn half_open(state: &State) -> u32 {
    let all = state.sockets.count(TcpState::SynReceived);
    let are_several = state.ui.row_filter.whole_machine || state.servers.are_several();
    if all == 0 || !are_several {
        return all;
    }
    let rows = state.sockets.in_order().filter(|line| line.row.state == TcpState::SynReceived);
    let is_its = |line: &&TableRow| {
        let name = line.row.name();
        state.servers.serves(name) && state.server_of(name).spec.id == state.server().spec.id
    };
    u32::try_from(rows.filter(is_its).count()).unwrap_or(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_one_place_as_far_as_there_is_room() {
        let table = [
            ((0, 1, 9), "", "□"),
            ((1, 1, 9), "■", ""),
            ((2, 5, 9), "■■", "□□□"),
            ((2, 129, 6), "■■", "□□□…"),
            ((70, 129, 6), "■■■■■", "…"),
            ((3, 129, 0), "", ""),
        ];
        for ((waiting, places, most), filled, free) in table {
            let slots = slots(waiting, places, most);
            assert_eq!(slots, (filled.to_owned(), free.to_owned()), "{waiting} of {places}");
        }
    }
}
