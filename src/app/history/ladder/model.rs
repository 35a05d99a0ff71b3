use crate::tcp::{Delivery, Moment, TcpState};

/// The segments between a client and the server, which is drawn at the left, as in every picture. What both ends have is stored for the
/// client first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    /// The heading of each side: computer, address and port.
    pub ends: [String; 2],
    /// Whether the segments were captured; else they are inferred from states and calls.
    pub captured: bool,
    /// Whether it shows all connections, and not only one.
    pub of_all: bool,
    /// How many further segments crossed the wire.
    pub hidden: u64,
    /// Its lines, the oldest first.
    pub rungs: Vec<Rung>,
}

/// One line of a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// When.
    pub at: Moment,
    /// The segment; `None` where only a state changed.
    pub arrow: Option<LadderArrow>,
    /// The new state of each end.
    pub states: [Option<StateMark>; 2],
    /// The ports of both ends, in the ladder of all connections.
    pub ports: Option<[String; 2]>,
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderArrow {
    /// The sender.
    pub from: Side,
    /// Flags and data.
    pub words: String,
    /// Sequence and acknowledgement number; empty if unknown.
    pub numbers: String,
    /// Whether it arrived; `None` where it was inferred, and not captured.
    pub fate: Option<Delivery>,
    /// Whether it waits on a held wire.
    pub waits: bool,
    /// Whether it is a retransmission.
    pub again: bool,
}

/// One side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The client's.
    Client,
    /// The server's.
    Server,
}

impl Side {
    pub(super) const BOTH: [Side; 2] = [Side::Client, Side::Server];

    /// The opposite side.
    #[must_use]
    pub const fn other(self) -> Side {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

/// The state of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateMark {
    /// The state; `None` once the row is gone.
    pub state: Option<TcpState>,
    /// Whether a poll showed it.
    pub seen: bool,
}

pub(crate) const GONE: Option<StateMark> = Some(StateMark { state: None, seen: true });
