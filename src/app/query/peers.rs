//! Peers that are not clients of ours.

use crate::app::State;
use crate::app::table::TableRow;
use crate::tcp::SocketId;

/// Whether the other end of an accepted connection belongs to another program or machine.
pub(crate) fn is_stranger(state: &State, end: SocketId) -> bool {
    let ip = end.tuple.remote.ip;
    let is_computers = state.clients.index_of(ip).is_some();
    if is_computers && state.lab.is_up() {
        // On a computer of the lab every program has the same address.
        let known = state.own_end(end);
        return known.is_some_and(|end| end.is_strangers);
    }
    !is_computers && is_nobodys_of_ours(state, end)
}

/// Whether the other end is no client's of ours, and no connect is unanswered.
pub(crate) fn is_nobodys_of_ours(state: &State, end: SocketId) -> bool {
    let other = state.other_end(end);
    let told = |line: &TableRow| line.ending.is_some();
    let had_it = || state.sockets.mirror(end).is_some_and(told);
    state.clients.awaited() == 0 && state.clients.whose(other).is_none() && !had_it()
}
