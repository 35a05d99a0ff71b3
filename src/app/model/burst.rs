//! A burst of connects.

use std::collections::BTreeSet;

use crate::tcp::{ConnectId, Port, Protocol};

/// The progress of a burst of connects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BurstProgress {
    /// Which order it is.
    pub id: ConnectId,
    /// The number ordered.
    pub asked: u32,
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
    /// Whether it ended early: why is said after the number reached.
    pub refused: bool,
}
