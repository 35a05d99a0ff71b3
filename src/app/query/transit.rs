//! Whether a segment just sent has arrived, is delayed, or was lost on the lab's wire.

use std::time::Duration;

use crate::app::State;
use crate::tcp::{Delivery, Flags, Protocol, Segment, SocketId, WireSegment};

/// How a segment fares on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transit {
    /// It arrives at once.
    AtOnce,
    /// It is delayed, so that the tables at both ends differ for a while.
    Slow,
    /// It is lost.
    Lost,
}

/// How long after a segment the call that sent it is reported.
const TOGETHER: Duration = Duration::from_millis(500);

impl State {
    /// How the last segment with that flag fares: as the wire has reported, else as it is set.
    pub(crate) fn passage(&self, end: SocketId, flag: Flags) -> Transit {
        if end.tuple.protocol == Protocol::Udp {
            return Transit::AtOnce;
        }
        self.way_of(end, |segment| segment.flags.has(flag))
    }

    /// How the last datagram fares.
    pub(crate) fn datagrams_passage(&self, end: SocketId) -> Transit {
        self.way_of(end, |segment| !segment.is_refusal)
    }

    fn way_of(&self, end: SocketId, is_meant: impl Fn(&Segment) -> bool) -> Transit {
        let wire = &self.lab.wire;
        // Both ends are on one computer: no wire is between them.
        if !self.lab.is_up() || self.other_end(end).host == end.host {
            return Transit::AtOnce;
        }
        let tuple = end.tuple.canonical();
        let is_it = |crossing: &&WireSegment| {
            let segment = &crossing.segment;
            segment.tuple == tuple && is_meant(segment)
        };
        let mut newest_first = self.lab.crossings.iter().rev();
        let sent = newest_first.find(is_it);
        let sent = sent.filter(|crossing| self.now.since(crossing.sent) < TOGETHER);
        match sent.map(|crossing| crossing.fate) {
            Some(Delivery::Lost(..)) => Transit::Lost,
            Some(Delivery::Arrived(_)) if !wire.is_slow() => Transit::AtOnce,
            // Already queued: a later "drop next" does not apply to it.
            Some(Delivery::OnTheWay) if wire.held || !wire.delay.is_zero() => Transit::Slow,
            Some(Delivery::Arrived(_)) => Transit::Slow,
            Some(Delivery::OnTheWay) | None if wire.cut || wire.drop_next > 0 => Transit::Lost,
            Some(Delivery::OnTheWay) | None if wire.is_slow() => Transit::Slow,
            Some(Delivery::OnTheWay) | None => Transit::AtOnce,
        }
    }
}
