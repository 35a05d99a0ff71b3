use crate::tcp::{DropReason, Moment, TcpState};

/// What went to and fro between the client's end, at the left, and the server's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    /// What stands above the lines: computer, address and port.
    pub ends: [String; 2],
    /// Whether the segments were captured on their way; else states and calls tell what they must have been.
    pub captured: bool,
    /// Whether it shows all connections, and not only one.
    pub of_all: bool,
    /// So many segments more crossed the wire, and are not shown.
    pub hidden: u64,
    /// The oldest first.
    pub rungs: Vec<Rung>,
}

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// When.
    pub at: Moment,
    /// What was sent; `None` where only a state changed.
    pub arrow: Option<LadderArrow>,
    /// What each end has become.
    pub states: [Option<StateMark>; 2],
    /// The ports at both ends, where those of several connections stand among each other.
    pub ports: Option<[String; 2]>,
}

/// A segment between the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderArrow {
    /// Who sent it.
    pub from: Side,
    /// Flags and data.
    pub words: String,
    /// Sequence and acknowledgement number, as far as they are known.
    pub numbers: String,
    /// What became of it.
    pub fate: ArrowEnd,
    /// Whether it had been sent before.
    pub again: bool,
}

/// One of both lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The client's.
    Client,
    /// The server's.
    Server,
}

impl Side {
    /// The one opposite.
    #[must_use]
    pub const fn other(self) -> Side {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

/// What became of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrowEnd {
    /// It is not known to the millisecond: nobody captured it.
    WorkedOut,
    /// It is on its way.
    OnTheWay,
    /// It is kept on a wire that is held.
    Waits,
    /// It arrived then.
    Arrived(Moment),
    /// It was lost.
    Lost(DropReason),
}

/// What an end has become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateMark {
    /// The state; `None` once the kernel has it no more.
    pub state: Option<TcpState>,
    /// Whether a look at the table showed it.
    pub seen: bool,
}

/// An end that the kernel has no more.
pub(crate) const GONE: Option<StateMark> = Some(StateMark { state: None, seen: true });
