//! Connections that wait for accept().

use crate::app::{State, TableRow};

/// Whether the connection waits for accept().
pub(crate) fn is_unaccepted(state: &State, line: &TableRow) -> bool {
    use crate::tcp::TcpState::CloseWait;
    use crate::tcp::TcpState::Established;
    use crate::tcp::TcpState::SynReceived;
    let row = &line.row;
    let waits = matches!(row.state, Established | CloseWait | SynReceived);
    waits
        && row.inode == 0
        && line.gone.is_none()
        && !line.told
        && row.tuple.is_connected()
        && !state.seen().is_client(row.name())
}
