use std::collections::BTreeSet;

use crate::tcp::{Burst, ConnectId, Port, Protocol, SocketId};

/// How far a burst of connections has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BurstProgress {
    /// Which order it is.
    pub id: ConnectId,
    /// How many were asked for.
    pub asked: u32,
    /// How many are connected.
    pub opened: u32,
    /// Whether every socket was given the whole port range.
    pub whole_range: bool,
    /// The lowest few of the ports that they got.
    pub ports: BTreeSet<Port>,
    /// Which computer connects.
    pub computer: usize,
    /// Over which protocol.
    pub protocol: Protocol,
    /// How many ends it had ever had before.
    pub ever: u64,
    /// Why it could not go on, and the rows to blame: to be told after what was reached.
    pub refused: Option<(String, Vec<SocketId>)>,
}

impl BurstProgress {
    /// The beginning of a burst of that computer's, which has had so many ends.
    pub(crate) fn of(
        id: ConnectId,
        burst: Burst,
        computer: usize,
        protocol: Protocol,
        ever: u64,
    ) -> BurstProgress {
        BurstProgress {
            id,
            asked: burst.count,
            opened: 0,
            whole_range: false,
            ports: BTreeSet::new(),
            computer,
            protocol,
            ever,
            refused: None,
        }
    }
}
