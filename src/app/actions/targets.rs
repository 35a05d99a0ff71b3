//! The sockets that an action is meant for.

use crate::app::{Holder, Overlay, State};
use crate::tcp::SocketId;

/// The client's sockets: the selected row's, else the newest of the selected computer, else the newest of all. A count of 0 means all.
pub(crate) fn client_targets(state: &State, count: Option<u32>) -> Vec<SocketId> {
    client_targets_that(state, count, |_| true)
}

fn client_targets_that(
    state: &State,
    count: Option<u32>,
    fits: impl Fn(&SocketId) -> bool,
) -> Vec<SocketId> {
    if count == Some(0) {
        return state.ends.of_clients().chain(unreported(state)).filter(fits).collect();
    }
    let held = |name: &SocketId| state.ends.client_holds(*name);
    if let Some(selected) = selected_row(state).filter(|_| count.is_none()) {
        return of_connection(state, selected, |name| held(name) && fits(name));
    }
    let many = count.unwrap_or(1) as usize;
    // The selected computer's, as long as it has any.
    let all = 0..state.clients.computers.len();
    let mut all = std::iter::once(state.clients.chosen).chain(all).map(Holder::Client);
    all.find(|computer| staying(state, *computer).next().is_some())
        .map_or_else(Vec::new, |computer| {
            staying(state, computer).filter(fits).take(many).collect()
        })
}

/// The sockets of a holder that have not been ordered to close yet, the newest first.
fn staying(state: &State, holder: Holder) -> impl Iterator<Item = SocketId> {
    let ends = state.ends.of(holder).filter(|end| end.ordered.is_none());
    ends.map(|end| end.socket.name)
}

/// The selected row's socket, else that at its other end, if it is meant.
fn of_connection(
    state: &State,
    selected: SocketId,
    is_meant: impl Fn(&SocketId) -> bool,
) -> Vec<SocketId> {
    let mirror = state.sockets.mirror(selected).map(|line| line.row.name());
    Vec::from_iter([Some(selected), mirror].into_iter().flatten().find(is_meant))
}

/// Client sockets that are in the table already and not yet reported by `net`.
fn unreported(state: &State) -> impl Iterator<Item = SocketId> {
    let names = state.sockets.places().filter(|place| place.is_client).map(|place| place.name);
    names.filter(|name| {
        let is_computers = state.clients.index_of(name.tuple.local.ip).is_some();
        let is_held = state.sockets.get(*name).is_some_and(|line| {
            let owner = state.sockets.owner(line.row.inode);
            let may_be_ours = owner.is_none_or(|owner| state.is_own(owner));
            line.gone.is_none() && line.row.inode != 0 && may_be_ours
        });
        is_computers && is_held && !state.ends.client_holds(*name)
    })
}

/// The servers' sockets: the selected row's, else the newest of the selected server. A count of 0 means those of all.
pub(crate) fn server_targets(state: &State, count: Option<u32>) -> Vec<SocketId> {
    if let Some(selected) = selected_row(state).filter(|_| count.is_none()) {
        return of_connection(state, selected, |name| state.ends.server_holds(*name));
    }
    if count == Some(0) {
        return state.ends.of_servers().collect();
    }
    let selected = Holder::Server(state.server().spec.id);
    staying(state, selected).take(count.unwrap_or(1) as usize).collect()
}

/// The row whose details are shown, else the selected one.
pub(crate) fn selected_row(state: &State) -> Option<SocketId> {
    if let Some(Overlay::Details(name)) = state.ui.overlay {
        return Some(name);
    }
    state.ui.selected
}

/// The selected row's own socket on either side, else a client's.
pub(crate) fn targets_at_either_end(state: &State, count: Option<u32>) -> Vec<SocketId> {
    targets_that(state, count, |_| true)
}

/// The same, of those whose connect() was answered: a newer one may still wait.
pub(crate) fn answered_targets(state: &State, count: Option<u32>) -> Vec<SocketId> {
    targets_that(state, count, |name| state.ends.get(*name).is_none_or(|end| end.answered))
}

fn targets_that(
    state: &State,
    count: Option<u32>,
    fits: impl Fn(&SocketId) -> bool,
) -> Vec<SocketId> {
    let ours = |name: &SocketId| state.ends.get(*name).is_some();
    match selected_row(state).filter(|name| count.is_none() && ours(name)) {
        Some(selected) => Vec::from_iter(Some(selected).filter(fits)),
        None => client_targets_that(state, count, fits),
    }
}
