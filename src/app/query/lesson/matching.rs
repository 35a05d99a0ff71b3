//! Which rows a pattern means, and which row each of several patterns has for itself.

use crate::app::query::lesson::whose::is_whose;
use crate::app::{EndPattern, SocketPattern, State};
use crate::tcp::{Endpoint, SocketRow, TcpState};

/// Whether a row is of that kind.
pub(super) fn fits(state: &State, pattern: &SocketPattern, row: &SocketRow) -> bool {
    let SocketPattern {
        protocol,
        is_v6,
        local,
        foreign,
        port,
        state: in_state,
        recv,
        send,
        is_owned,
    } = pattern;
    let tuple = row.tuple;
    protocol.is_none_or(|protocol| protocol == tuple.protocol)
        && in_state.is_none_or(|in_state| in_state == row.state)
        && is_v6.is_none_or(|is_v6| is_v6 == tuple.local.ip.is_ipv6())
        && port.is_none_or(|port| [tuple.local.port, tuple.remote.port].contains(&port))
        && recv.is_none_or(|recv| recv == row.queues.recv)
        && send.is_none_or(|send| send == row.queues.send)
        && is_owned.is_none_or(|is_owned| is_owned == (row.inode != 0))
        && are_ends(state, [local, foreign], row)
}

fn are_ends(state: &State, [local, foreign]: [&EndPattern; 2], row: &SocketRow) -> bool {
    let any = EndPattern::default();
    if *local == any && *foreign == any {
        return true;
    }
    let [near, far] = state.whose_ends(row.name());
    let is_it = |pattern: &EndPattern, end: Endpoint, holder| {
        pattern.port.is_none_or(|port| port == end.port)
            && is_whose(state, &pattern.who, end, holder)
    };
    // The foreign end of LISTEN is none at all.
    let is_far = || row.state == TcpState::Listen && foreign.port.is_none();
    is_it(local, row.tuple.local, near) && (is_it(foreign, row.tuple.remote, far) || is_far())
}

/// The row that each pattern has for itself, by place, so that as many as possible have one.
pub(super) fn assign(candidates: &[Vec<usize>], rows: usize) -> Vec<Option<usize>> {
    let mut owner: Vec<Option<usize>> = vec![None; rows];
    for pattern in 0..candidates.len() {
        find_row(pattern, candidates, &mut owner, &mut vec![false; rows]);
    }
    let mut row_of = vec![None; candidates.len()];
    for (row, pattern) in owner.iter().enumerate() {
        if let Some(pattern) = pattern {
            row_of[*pattern] = Some(row);
        }
    }
    row_of
}

/// Finds a row for a pattern; one that has it already may move to another one (an augmenting path).
fn find_row(
    pattern: usize,
    candidates: &[Vec<usize>],
    owner: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for &row in &candidates[pattern] {
        if std::mem::replace(&mut tried[row], true) {
            continue;
        }
        let is_free = owner[row].is_none_or(|other| find_row(other, candidates, owner, tried));
        if is_free {
            owner[row] = Some(pattern);
            return true;
        }
    }
    false
}
