//! A burst of connects.

use std::collections::BTreeSet;

use crate::tcp::{Burst, Port, Protocol, SocketId};

/// The progress of a burst of connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BurstProgress {
    /// The number ordered.
    pub asked: u32,
    /// Whether its begin was reported.
    pub has_begun: bool,
    /// The number connected.
    pub opened: u32,
    /// Whether every socket may use the whole port range.
    pub whole_range: bool,
    /// The lowest few local ports.
    pub ports: BTreeSet<Port>,
    /// The computer that connects.
    pub computer: usize,
    /// The protocol.
    pub protocol: Protocol,
    /// The sockets that it had ever had before.
    pub ever: u64,
    /// Why it ended early, and the rows in the way: said after the number reached.
    pub refused: Option<(String, Vec<SocketId>)>,
}

impl BurstProgress {
    pub(crate) fn of(
        burst: Burst,
        computer: usize,
        protocol: Protocol,
        ever: u64,
    ) -> BurstProgress {
        BurstProgress {
            asked: burst.count,
            has_begun: false,
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
