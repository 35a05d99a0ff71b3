//! Both computers' tables line by line: the two ends of one connection are on one line.

use crate::app::State;
use crate::tcp::{Host, SocketId, TcpState};
use crate::view::ThemeRole;
use crate::view::table::joins;
use crate::view::table::titles::part_shown;

/// One line of the two tables: the indexes of the server's row and of the client's row in the shown rows.
pub(super) type Pair = [Option<usize>; 2];

/// The lines that fit into `height`, with the selected row, else the newest; LISTEN stays at the top.
pub(super) fn fitting(state: &State, height: usize) -> Vec<Pair> {
    let shown = &state.ui.shown;
    let Some(server) = state.lab.server() else { return Vec::new() };
    let mut end = target(state).map_or(shown.len(), |selected| after(shown, selected));
    // Half of the lines follow the selected one, if there are so many.
    for _ in 0..height / 2 {
        end = after(shown, end);
    }
    let (mut begin, mut lines) = (end, Vec::new());
    while begin > 0 && lines.len() < height {
        begin = before(shown, begin);
        lines.push(pair(shown, begin, server.host));
    }
    lines.reverse();
    while end < shown.len() && lines.len() < height {
        lines.push(pair(shown, end, server.host));
        end = after(shown, end);
    }
    if begin > 0 && height > 3 && begins_with_listen(state) {
        lines[0] = pair(&shown[..1], 0, server.host);
    }
    lines
}

/// The indexes of one computer's rows that fit into `height`, selected the same way.
pub(super) fn of_one(state: &State, host: Host, height: usize) -> Vec<usize> {
    let shown = &state.ui.shown;
    let here = |n: &usize| shown[*n].host == host;
    let from = target(state).map_or(shown.len(), |selected| selected + 1);
    let below: Vec<usize> = (from..shown.len()).filter(here).take(height).collect();
    // Half of the rows follow the selected one, if there are so many.
    let above = (0..from).rev().filter(here).take(height - below.len().min(height / 2));
    let mut rows: Vec<usize> = above.collect();
    rows.reverse();
    rows.extend(below.iter().take(height - rows.len()));
    let is_hidden = height > 1 && rows.first().is_some_and(|first| *first > 0);
    if is_hidden && begins_with_listen(state) && shown[0].host == host {
        rows[0] = 0;
    }
    rows
}

fn target(state: &State) -> Option<usize> {
    let target = state.ui.selected.or(state.blamed().first().copied())?;
    state.ui.shown.iter().position(|shown| *shown == target)
}

fn begins_with_listen(state: &State) -> bool {
    let first = state.ui.shown.first().and_then(|name| state.seen().get(*name));
    first.is_some_and(|line| line.row.state == TcpState::Listen)
}

/// Which part of a computer's rows is drawn, by their indexes; `None` if all are.
pub(super) fn part(state: &State, host: Host, places: &[usize]) -> Option<(ThemeRole, String)> {
    let ranks = &state.ui.ranks;
    let count = ranks.count(host);
    let nth = |place: &usize| ranks.nth(*place);
    let (first, last) = (places.first().map(nth)?, places.last().map(nth)?);
    let second = places.get(1).map_or(first, nth);
    // LISTEN may stay at the top while the others are scrolled.
    let from = if second > first + 1 { second } else { first };
    (places.len() < count).then(|| part_shown(from, last, count))
}

fn after(shown: &[SocketId], n: usize) -> usize {
    let begins = n - usize::from(n > 0 && joins(shown, n - 1));
    (begins + 1 + usize::from(joins(shown, begins))).min(shown.len())
}

/// The start of the line that ends before row `n`.
fn before(shown: &[SocketId], n: usize) -> usize {
    n - 1 - usize::from(n >= 2 && joins(shown, n - 2))
}

fn pair(shown: &[SocketId], at: usize, server: Host) -> Pair {
    let is_joined = joins(shown, at) && shown[at].host != shown[at + 1].host;
    let mut pair = [None, None];
    for n in at..=at + usize::from(is_joined) {
        pair[usize::from(shown[n].host != server)] = Some(n);
    }
    pair
}
