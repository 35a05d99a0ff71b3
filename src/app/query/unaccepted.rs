//! Connections that wait for accept().

use crate::app::{State, TableRow};

/// Whether the connection waits for accept().
pub(crate) fn is_unaccepted(state: &State, line: &TableRow) -> bool {
    let row = &line.row;
    row.state.is_open()
        && !row.state.has_sent_fin()
        && row.inode == 0
        && line.gone.is_none()
        && !line.told
        && row.tuple.is_connected()
        && !state.seen().is_client(row.name())
}
