//! Two tables compared: what the kernel's changes would be.

use std::collections::HashMap;

use fivetuple::tcp::{Change, Snapshot, SocketId, SocketRow};

/// Everything that happened between `before` and `after`: what vanished first, then the rest in the order of `after`.
///
/// A row whose five numbers were taken over by a new socket (the cookie differs) vanishes and appears.
pub(crate) fn changes(before: &Snapshot, after: &Snapshot) -> Vec<Change> {
    let now: HashMap<SocketId, &SocketRow> =
        after.rows.iter().map(|row| (row.name(), row)).collect();
    let then: HashMap<SocketId, &SocketRow> =
        before.rows.iter().map(|row| (row.name(), row)).collect();
    let stays = |row: &&SocketRow| now.get(&row.name()).is_some_and(|new| new.is_same_socket(row));
    let gone = before.rows.iter().filter(|row| !stays(row)).copied().map(Change::Vanished);
    let rest = after.rows.iter().filter_map(|row| match then.get(&row.name()) {
        Some(old) if *old == row => None,
        Some(old) if old.is_same_socket(row) => Some(Change::Moved { from: **old, to: *row }),
        Some(_) | None => Some(Change::Appeared(*row)),
    });
    gone.chain(rest).collect()
}
