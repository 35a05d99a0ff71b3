use std::time::Duration;

use crate::tcp::{FiveTuple, Host, Moment, Segment};

/// What the one who holds the wire between the lab's computers does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireOrder {
    /// Keep every segment from now on, those that are on their way included.
    Hold,
    /// Let the kept ones go on, in their order, and keep no more; time that they were kept counts as time on the way.
    Release,
    /// Let the oldest kept segment through, at once.
    Step,
    /// Every segment takes that long from one computer to the other, those that are on their way included.
    Delay(Duration),
    /// Lose the next segment that is sent, or, while the wire is held, the oldest kept one.
    DropNext,
    /// Lose every segment.
    Cut,
    /// Lose no more.
    Reconnect,
    /// While it is held, whether to keep each retransmission, too, or to lose and count those of what is still on the wire, or of what is
    /// acknowledged there.
    QueueRetransmissions(bool),
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
    /// A computer retransmitted a segment that is still on the held wire, or is acknowledged there: it goes no further.
    SentAgain {
        /// When.
        at: Moment,
        /// Whose kernel sent it.
        from: Host,
        /// Its five-tuple.
        tuple: FiveTuple,
        /// The sequence number of its first byte.
        seq: u32,
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
    /// Segments of an end that were counted but not reported one by one, since its last one that was.
    Unreported {
        /// Until when.
        at: Moment,
        /// Whose kernel sent them.
        from: Host,
        /// Its five-tuple.
        tuple: FiveTuple,
        /// How many.
        count: u64,
    },
    /// The last event of each batch.
    Status(WireStatus),
    /// A frame was lost since the wire can keep no more; not told again before it was empty.
    Full {
        /// How many frames it keeps.
        frames: usize,
        /// How many bytes they have together.
        bytes: usize,
    },
}

/// The state of the wire, and what it counted since the last status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireStatus {
    /// Its settings.
    pub settings: WireSettings,
    /// How many segments are on it, held or delayed.
    pub kept: u64,
    /// The number of the oldest of them.
    pub oldest: Option<u64>,
    /// How many orders have been carried out since the wire began.
    pub orders_done: u64,
    /// Segments since the last status that were counted but not reported one by one.
    pub unreported: u64,
    /// Frames since the last status that were lost before the wire, as a computer sent faster than the wire takes them.
    pub missed: u64,
}

/// The settings of the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireSettings {
    /// Whether it keeps every segment.
    pub held: bool,
    /// How long a segment takes from one computer to the other.
    pub delay: Duration,
    /// Whether it loses every segment.
    pub cut: bool,
    /// How many of the next segments it loses.
    pub drop_next: u32,
    /// Whether it keeps each retransmission, too, while it is held.
    pub queues_retransmissions: bool,
}

impl WireSettings {
    /// Changes what an order changes; a [`WireOrder::DropNext`] that takes a kept segment changes nothing.
    pub fn apply(&mut self, order: WireOrder) {
        match order {
            WireOrder::Hold => self.held = true,
            WireOrder::Release => self.held = false,
            WireOrder::Step => (),
            WireOrder::Delay(delay) => self.delay = delay,
            WireOrder::DropNext => self.drop_next = self.drop_next.saturating_add(1),
            WireOrder::Cut => self.cut = true,
            WireOrder::Reconnect => (self.cut, self.drop_next) = (false, 0),
            WireOrder::QueueRetransmissions(queues) => self.queues_retransmissions = queues,
        }
    }

    /// Whether a segment takes long enough that the tables at both ends differ for a while.
    pub fn is_slow(&self) -> bool {
        self.held || self.cut || !self.delay.is_zero()
    }

    /// Whether it counts retransmissions that add nothing to what is on it, instead of keeping them.
    pub fn counts_retransmissions(&self) -> bool {
        self.held && !self.queues_retransmissions
    }

    /// Whether it neither delays nor loses anything.
    pub fn is_plain(&self) -> bool {
        *self == WireSettings::default()
    }
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
    /// Whether it was, although nothing that it carries had been lost.
    pub spare: bool,
    /// How many segments its end had put on the wire before it, since its SYN.
    pub nth: u64,
    /// When it was retransmitted while it, or its acknowledgement, was on the held wire.
    pub sent_again: Vec<Moment>,
    /// How long it was held, once it has arrived.
    pub held: Duration,
}

impl WireSegment {
    /// What was known of it then: what became of it later, was not.
    #[must_use]
    pub fn as_of(&self, then: Moment) -> WireSegment {
        let again = self.sent_again.iter().copied().filter(|at| *at <= then);
        WireSegment { fate: self.fate_by(then), sent_again: again.collect(), ..self.clone() }
    }

    /// When it was last put on the wire.
    pub fn last_sent(&self) -> Moment {
        self.sent_again.last().copied().unwrap_or(self.sent)
    }

    /// `sent 4×`; empty if it was sent once.
    pub fn times(&self) -> String {
        match self.sent_again.len() {
            0 => String::new(),
            again => format!("sent {}×", again + 1),
        }
    }

    /// How long it travelled; `None` where it has not arrived.
    pub fn travelled(&self) -> Option<Duration> {
        let Delivery::Arrived(at) = self.fate else { return None };
        Some(at.since(self.sent).saturating_sub(self.held))
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
