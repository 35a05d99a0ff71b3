//! What becomes, on the lab's wire, of what an end has just sent.

use std::time::Duration;

use crate::app::State;
use crate::tcp::{Delivery, Flags, Protocol, Segment, SocketId, WireSegment};

/// How a segment comes to the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transit {
    /// It is there at once.
    AtOnce,
    /// It is on its way for so long that the tables at both ends differ for a while.
    Slow,
    /// The wire loses it.
    Lost,
}

/// The call that sent a segment is told so shortly after the wire has told of the segment.
const TOGETHER: Duration = Duration::from_millis(500);

impl State {
    /// What becomes of the segment with that flag which an end has sent with its last call: as the wire has told already, else as it is set.
    pub(crate) fn passage(&self, end: SocketId, flag: Flags) -> Transit {
        if end.tuple.protocol == Protocol::Udp {
            return Transit::AtOnce;
        }
        self.way_of(end, |segment| segment.flags.has(flag))
    }

    /// What becomes of the datagram that an end has sent with its last call.
    pub(crate) fn datagrams_passage(&self, end: SocketId) -> Transit {
        self.way_of(end, |segment| !segment.is_refusal)
    }

    fn way_of(&self, end: SocketId, is_meant: impl Fn(&Segment) -> bool) -> Transit {
        let wire = &self.lab.wire;
        // No wire is in between where both ends are on one computer.
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
            // The wire has kept it: what is to be lost from now on is something else.
            Some(Delivery::OnTheWay) if wire.held || !wire.delay.is_zero() => Transit::Slow,
            Some(Delivery::Arrived(_)) => Transit::Slow,
            Some(Delivery::OnTheWay) | None if wire.cut || wire.drop_next > 0 => Transit::Lost,
            Some(Delivery::OnTheWay) | None if wire.is_slow() => Transit::Slow,
            Some(Delivery::OnTheWay) | None => Transit::AtOnce,
        }
    }
}
