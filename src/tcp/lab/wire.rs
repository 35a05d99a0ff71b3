use std::time::Duration;

use crate::tcp::{Moment, Segment};

/// What the one who holds the wire between the lab's computers does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireOrder {
    /// Keep every segment from now on, those that are on their way included.
    Hold,
    /// Let the kept ones go on, in their order, and keep no more; time that they were kept counts as time on the way.
    LetGo,
    /// Let the oldest kept segment through, at once.
    Step,
    /// Every segment takes that long from one computer to the other, those that are on their way included.
    Delay(Duration),
    /// Lose the next segment that is sent, or, while the wire is held, the oldest kept one.
    DropNext,
    /// Lose every segment.
    Cut,
    /// Lose no more.
    Mend,
}

/// What happened on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireEvent {
    /// A computer put a segment on it.
    Sent {
        /// When.
        at: Moment,
        /// Which.
        segment: Segment,
    },
    /// A segment reached the other computer.
    Arrived {
        /// When.
        at: Moment,
        /// Which, by its number.
        number: u64,
    },
    /// A segment was lost.
    Lost {
        /// When.
        at: Moment,
        /// Which, by its number.
        number: u64,
        /// How.
        how: DropReason,
    },
    /// What is told in numbers; the last of what is told at a time.
    Counts(WireCounts),
    /// A frame was lost since the wire can keep no more; not told again before it was empty.
    Full {
        /// How many frames it keeps.
        frames: usize,
        /// How many bytes they have together.
        bytes: usize,
    },
}

/// What is told of the wire in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireCounts {
    /// So many segments were put on it since the last tally without being told one by one, as there were too many for anybody to read.
    pub untold: u64,
    /// So many of those were lost since then because the one who holds the wire dropped them.
    pub dropped: u32,
    /// So many frames were lost since then before they came on the wire, as a computer sent them faster than they are taken.
    pub missed: u64,
    /// How it stands with those that are on it.
    pub standing: WireStatus,
}

/// How it stands with the segments on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireStatus {
    /// So many are on it: held, or delayed.
    pub kept: u64,
    /// The number of the oldest of them.
    pub oldest: Option<u64>,
    /// So many orders to let one through, or to lose one, have been carried out since the wire began.
    pub obeyed: u64,
}

/// How a segment was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// The one who holds the wire dropped it.
    Dropped,
    /// The wire is cut.
    Cut,
    /// There was no room for it: on the wire, or in the kernel behind it.
    Full,
    /// The link of the computer that it is meant for is down.
    NoLink,
}

impl DropReason {
    /// What became of a segment that was lost.
    pub const fn words(self) -> &'static str {
        match self {
            DropReason::Dropped => "lost",
            DropReason::Cut => "lost: cut",
            DropReason::Full => "lost: full",
            DropReason::NoLink => "lost: no link",
        }
    }
}

/// A segment and its way over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireSegment {
    /// What was sent.
    pub segment: Segment,
    /// When it was put on the wire.
    pub sent: Moment,
    /// What became of it.
    pub fate: Delivery,
    /// Its sequence and acknowledgement number, counted from the SYN of each end; from the first segment that was seen where no SYN was.
    pub relative: (u32, u32),
    /// Whether the same bytes, or the same SYN or FIN, had been sent before: a retransmission.
    pub again: bool,
}

impl WireSegment {
    /// What was known of it then: what became of it later, was not.
    #[must_use]
    pub fn as_of(&self, then: Moment) -> WireSegment {
        WireSegment { fate: self.fate_by(then), ..self.clone() }
    }

    /// What was known then of what became of it.
    pub fn fate_by(&self, then: Moment) -> Delivery {
        match self.fate {
            Delivery::Arrived(at) | Delivery::Lost(at, _) if at > then => Delivery::OnTheWay,
            fate @ (Delivery::OnTheWay | Delivery::Arrived(_) | Delivery::Lost(..)) => fate,
        }
    }
}

/// What became of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is on the wire: held, or delayed.
    OnTheWay,
    /// It reached the other computer then.
    Arrived(Moment),
    /// It was lost then.
    Lost(Moment, DropReason),
}
