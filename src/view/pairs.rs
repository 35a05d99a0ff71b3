//! Both computers' tables line by line: the two ends of one connection stand beside each other.

use super::sockets::{are_one_connection, part_shown};
use super::theme::Part;
use crate::app::State;
use crate::tcp::{Host, RowName, TcpState};

/// One line of the two tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// The row at the server's computer.
    pub(super) left: Option<RowName>,
    /// The row at the client's.
    pub(super) right: Option<RowName>,
}

/// The lines that fit into `height`: the chosen row's among them, else the newest; those that listen stay at the top.
pub(super) fn fitting(state: &State, height: usize) -> Vec<Pair> {
    let shown = &state.desk.shown;
    let Some(server) = state.lab.server() else {
        return Vec::new();
    };
    let pointed_at = state.desk.selected.or(state.blamed().first().copied());
    let chosen = pointed_at.and_then(|name| shown.iter().position(|shown| *shown == name));
    let mut end = chosen.map_or(shown.len(), |chosen| after(shown, chosen));
    // Where the chosen one is not the newest, as many lines follow it as precede it.
    for _ in 0..height / 2 {
        end = after(shown, end);
    }
    let (mut begin, mut lines) = (end, Vec::new());
    while begin > 0 && lines.len() < height {
        begin = before(shown, begin);
        lines.push(pair(&shown[begin..], server.host));
    }
    lines.reverse();
    while end < shown.len() && lines.len() < height {
        lines.push(pair(&shown[end..], server.host));
        end = after(shown, end);
    }
    let listens = |name: &RowName| {
        let line = state.seen().get(*name);
        line.is_some_and(|line| line.row.state == TcpState::Listen)
    };
    if begin > 0 && height > 3 && shown.first().is_some_and(listens) {
        lines[0] = pair(&shown[..1], server.host);
    }
    lines
}

/// The rows of one computer that fit into `height`, chosen as above.
pub(super) fn of_one(state: &State, host: Host, height: usize) -> Vec<RowName> {
    let shown = &state.desk.shown;
    let here = |name: &&RowName| name.host == host;
    let pointed_at = state.desk.selected.or(state.blamed().first().copied());
    let chosen = pointed_at.and_then(|name| shown.iter().position(|shown| *shown == name));
    let from = chosen.map_or(shown.len(), |chosen| chosen + 1);
    let below = shown[from..].iter().filter(here).take(height / 2);
    let below: Vec<RowName> = below.copied().collect();
    let above = shown[..from].iter().rev().filter(here);
    let mut rows: Vec<RowName> = above.take(height - below.len()).copied().collect();
    rows.reverse();
    let is_full = rows.len() + below.len() == height;
    rows.extend(below);
    if !is_full {
        let there = rows.len();
        let rest = shown[from..].iter().filter(here).skip(height / 2);
        rows.extend(rest.take(height - there));
    }
    let listens = |name: &&RowName| {
        let line = state.seen().get(**name);
        line.is_some_and(|line| line.row.state == TcpState::Listen)
    };
    let listener = shown.first().filter(here).filter(listens);
    if let Some(listener) = listener.filter(|name| height > 1 && !rows.contains(name)) {
        rows[0] = *listener;
    }
    rows
}

/// Which part of a computer's rows is shown, unless it is all.
pub(super) fn part(state: &State, host: Host, rows: &[RowName]) -> Option<(Part, String)> {
    let named = [rows.first(), rows.get(1), rows.last()];
    let (mut places, mut count) = ([0; 3], 0);
    for name in state.desk.shown.iter().filter(|name| name.host == host) {
        count += 1;
        for (place, named) in places.iter_mut().zip(named) {
            if named == Some(name) {
                *place = count;
            }
        }
    }
    let [first, second, last] = places;
    // What listens may stay at the top while the others are scrolled.
    let from = if second > first + 1 { second } else { first };
    (rows.len() < count && last > 0).then(|| part_shown(from, last, count))
}

/// Where the line that begins at `n` ends.
fn after(shown: &[RowName], n: usize) -> usize {
    let joins = |n: usize| n + 1 < shown.len() && are_one_connection(shown[n], shown[n + 1]);
    let begins = if n > 0 && n < shown.len() && are_one_connection(shown[n - 1], shown[n]) {
        n - 1
    } else {
        n
    };
    (begins + if joins(begins) { 2 } else { 1 }).min(shown.len())
}

/// Where the line that ends at `n` begins.
fn before(shown: &[RowName], n: usize) -> usize {
    let is_pair = n >= 2 && are_one_connection(shown[n - 2], shown[n - 1]);
    n - if is_pair { 2 } else { 1 }
}

/// The line with which these rows begin.
fn pair(rows: &[RowName], server: Host) -> Pair {
    let side = |name: RowName| {
        if name.host == server {
            Pair {
                left: Some(name),
                right: None,
            }
        } else {
            Pair {
                left: None,
                right: Some(name),
            }
        }
    };
    match rows {
        [one, other, ..] if are_one_connection(*one, *other) && one.host != other.host => {
            let (one, other) = (side(*one), side(*other));
            Pair {
                left: one.left.or(other.left),
                right: one.right.or(other.right),
            }
        }
        [one, ..] => side(*one),
        [] => Pair {
            left: None,
            right: None,
        },
    }
}
