use std::ops::Range;

use crate::app::State;
use crate::tcp::{SocketId, TcpState};
use crate::view::{Scroll, rect};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pinned: usize,
    pub(crate) rest: Range<usize>,
}

/// The most LISTEN rows that stay at the top: more would leave no room for connections.
const PINNED: usize = 4;

/// The most rows that are searched for those that a lesson speaks of.
const SEARCHED: usize = 200;

impl Window {
    /// The selected row, else the one to blame, else the newest is among them; LISTEN stays at the top if `left` others fit below.
    pub(crate) fn of(state: &State, scroll: &mut Scroll, (height, left): (usize, usize)) -> Window {
        let shown = &state.ui.shown;
        let pinned = pinned(state, (height, left));
        let pointed_at = state.ui.selected.or(state.blamed().first().copied());
        let selected = pointed_at.and_then(|name| scroll.sockets.find(shown, name));
        let selected = selected.or(shown.len().checked_sub(1));
        let (count, room) = (shown.len() - pinned, height - pinned);
        let in_rest = selected.and_then(|selected| selected.checked_sub(pinned));
        scroll.sockets.follow(count, room, in_rest);
        for spoken_of in spoken_of(state, pinned) {
            scroll.sockets.follow(count, room, Some(spoken_of));
        }
        let top = pinned + scroll.sockets.top;
        Window { pinned, rest: top..(top + room).min(shown.len()) }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = usize> + use<> {
        (0..self.pinned).chain(self.rest.clone())
    }

    pub(crate) fn names(&self, shown: &[SocketId]) -> Vec<SocketId> {
        self.rows().map(|n| shown[n]).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.pinned + self.rest.len()
    }
}

/// The last and the first row below the pinned ones of those that a step of a lesson lights: the caption speaks of them.
fn spoken_of(state: &State, pinned: usize) -> Vec<usize> {
    if state.lesson.is_none() || state.ui.selected.is_some() {
        return Vec::new();
    }
    let lit = state.ui.shown.iter().skip(pinned).take(SEARCHED).enumerate().filter(|(_, name)| {
        state.seen().get(**name).is_some_and(|line| line.gone.is_none() && state.is_lit(line))
    });
    let mut lit = lit.map(|(n, _)| n);
    let first = lit.next();
    let last = lit.next_back().or(first);
    last.into_iter().chain(first).collect()
}

fn pinned(state: &State, (height, left): (usize, usize)) -> usize {
    if state.ui.shown.len() <= height {
        return 0;
    }
    let listens = |name: &&SocketId| {
        state.seen().get(**name).is_some_and(|line| line.row.state == TcpState::Listen)
    };
    let listening = state.ui.shown.iter().take(PINNED + 1).take_while(listens).count();
    if listening <= PINNED && listening + left <= height { listening } else { 0 }
}

pub(crate) fn rows_wanted(state: &State) -> u16 {
    rect::len(state.ui.shown.len())
}
