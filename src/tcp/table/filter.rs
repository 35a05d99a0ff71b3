use std::collections::BTreeSet;

use crate::tcp::{Port, Protocol, SocketRow, TcpState};

/// Which rows of the table are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Rows with one of these ports at either end; `None` wants every row.
    pub ports: Option<BTreeSet<Port>>,
    /// Rows of this protocol only.
    pub protocol: Option<Protocol>,
    /// Rows in this state only.
    pub state: Option<TcpState>,
}

impl Filter {
    /// Every row of the machine.
    pub fn everything() -> Filter {
        Filter::default()
    }

    /// The rows with one of `ports` at either end.
    pub fn ports(ports: impl IntoIterator<Item = Port>) -> Filter {
        Filter { ports: Some(ports.into_iter().collect()), ..Filter::default() }
    }

    /// Whether `row` is wanted.
    pub fn wants(&self, row: &SocketRow) -> bool {
        let either_end = |ports: &BTreeSet<Port>| {
            ports.contains(&row.tuple.local.port) || ports.contains(&row.tuple.remote.port)
        };
        self.ports.as_ref().is_none_or(either_end)
            && self.protocol.is_none_or(|protocol| protocol == row.tuple.protocol)
            && self.state.is_none_or(|state| state == row.state)
    }
}
