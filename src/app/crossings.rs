//! What crossed the lab's wire, and what is remembered of it.

use std::collections::{BTreeSet, HashMap};

use crate::app::Lab;
use crate::tcp::{Crossing, Fate, FiveTuple, Flags, Loss, Moment, Protocol, Segment, WireNews};

/// So many segments are kept; of older ones only what numbers are counted from.
const KEPT: usize = 4096;
/// So many ends' first numbers are remembered at most.
const ENDS: usize = 200_000;

/// What is known of segments beyond the list of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crossings {
    ends: HashMap<FiveTuple, Numbers>,
    waiting: usize,
    /// Those of them that an order lets through or loses already, by their numbers; the wire has not said so yet.
    leaving: BTreeSet<u64>,
    /// How many segments were not told one by one.
    pub(crate) untold: u64,
}

/// Where one end of a connection is with its sequence numbers (RFC 9293, section 3.4).
#[derive(Clone, Copy, Debug)]
struct Numbers {
    /// The number of its SYN.
    first: u32,
    /// The number after the last that it has sent.
    next: u32,
}

/// Whether its sender sends it again when nobody acknowledges it.
pub(crate) fn is_sent_again(segment: &Segment) -> bool {
    carried(segment) > 0
}

/// How many sequence numbers a segment takes, each of which is sent again until it is acknowledged: none where it only acknowledges, and
/// of UDP.
fn carried(segment: &Segment) -> u32 {
    if segment.tuple.protocol == Protocol::Udp {
        return 0;
    }
    let signs = [Flags::SYN, Flags::FIN].map(|sign| u32::from(segment.flags.has(sign)));
    segment.length + signs.iter().sum::<u32>()
}

impl Crossings {
    /// How many segments are on the wire, and stay there for now.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.saturating_sub(self.leaving.len())
    }

    /// Sequence and acknowledgement number, counted from the SYN of each end.
    pub(crate) fn relative(&self, segment: &Segment) -> (u32, u32) {
        let from = |tuple: FiveTuple, number: u32| {
            let first = self.ends.get(&tuple).map(|numbers| numbers.first);
            number.wrapping_sub(first.unwrap_or(number))
        };
        let ack = if segment.flags.has(Flags::ACK) {
            from(segment.tuple.mirrored(), segment.ack)
        } else {
            0
        };
        (from(segment.tuple, segment.seq), ack)
    }

    /// A segment is on the wire no more.
    fn has_left(&mut self, number: u64) {
        self.waiting = self.waiting.saturating_sub(1);
        self.leaving.remove(&number);
    }

    /// Notes that a segment was sent; says whether some of what it carries had been sent before. Where no SYN was seen, the first segment
    /// has number 1, as after one.
    fn note(&mut self, segment: &Segment) -> bool {
        if segment.tuple.protocol == Protocol::Udp {
            return false;
        }
        if self.ends.len() > ENDS {
            self.ends.clear();
        }
        let Segment {
            tuple, seq, ack, ..
        } = *segment;
        let next = seq.wrapping_add(carried(segment));
        let known = self.ends.get(&tuple).copied();
        let again = if segment.flags.has(Flags::SYN) {
            let again = known.is_some_and(|known| known.first == seq);
            if !again {
                self.ends.insert(tuple, Numbers { first: seq, next });
            }
            if !again && !segment.flags.has(Flags::ACK) {
                // Of an older connection between the same ports.
                self.ends.remove(&tuple.mirrored());
            }
            again
        } else {
            let first = seq.wrapping_sub(1);
            let numbers = self.ends.entry(tuple);
            let numbers = numbers.or_insert(Numbers { first, next: seq });
            let is_before = |one: u32, other: u32| one.wrapping_sub(other).cast_signed() < 0;
            let again = carried(segment) > 0 && is_before(seq, numbers.next);
            if is_before(numbers.next, next) {
                numbers.next = next;
            }
            again
        };
        if segment.flags.has(Flags::ACK) {
            let first = ack.wrapping_sub(1);
            let other = self.ends.entry(tuple.mirrored());
            other.or_insert(Numbers { first, next: ack });
        }
        again
    }

    fn forget(&mut self, crossing: &Crossing) {
        if crossing.fate == Fate::OnTheWay {
            self.has_left(crossing.segment.number);
        }
    }
}

impl Lab {
    /// Takes what happened on the wire.
    pub(crate) fn take_wire(&mut self, news: Vec<WireNews>) {
        for news in news {
            match news {
                WireNews::Sent { at, segment } => self.sent(at, segment),
                WireNews::Arrived { at, number } => self.ended(number, Fate::Arrived(at)),
                WireNews::Lost { at, number, how } => {
                    if how == Loss::Dropped {
                        self.wire.loses = self.wire.loses.saturating_sub(1);
                    }
                    self.ended(number, Fate::Lost(at, how));
                }
                WireNews::Untold(count) => self.known.untold += count,
                WireNews::Full { .. } => (),
            }
        }
    }

    /// Forgets every segment; numbers of connections that are still there are counted as before.
    pub(crate) fn forget_crossings(&mut self) {
        self.crossings.clear();
        self.known = Crossings {
            ends: std::mem::take(&mut self.known.ends),
            ..Crossings::default()
        };
    }

    /// The segment that is on the wire for longest, and stays there for now.
    pub fn oldest_waiting(&self) -> Option<&Crossing> {
        let leaves = |number: u64| self.known.leaving.contains(&number);
        let mut crossings = self.crossings.iter();
        crossings.find(|Crossing { segment, fate, .. }| {
            *fate == Fate::OnTheWay && !leaves(segment.number)
        })
    }

    /// The segment of that number is ordered off the wire.
    pub(crate) fn is_to_leave(&mut self, number: u64) {
        self.known.leaving.insert(number);
    }

    /// When a segment that is sent again was sent before.
    pub fn sent_before(&self, again: &Crossing) -> Option<Moment> {
        let Segment { tuple, seq, .. } = *Some(&again.segment).filter(|_| again.again)?;
        let older = self
            .crossings
            .iter()
            .rev()
            .skip_while(|crossing| crossing.segment.number >= again.segment.number);
        let mut same = older.filter(|Crossing { segment, .. }| {
            segment.tuple == tuple && seq.wrapping_sub(segment.seq) < carried(segment)
        });
        same.next().map(|crossing| crossing.sent)
    }

    fn sent(&mut self, at: Moment, segment: Segment) {
        let again = self.known.note(&segment);
        if self.crossings.len() == KEPT
            && let Some(oldest) = self.crossings.pop_front()
        {
            self.known.forget(&oldest);
        }
        self.known.waiting += 1;
        self.crossings.push_back(Crossing {
            segment,
            sent: at,
            fate: Fate::OnTheWay,
            again,
        });
    }

    /// Numbers only rise, though some are missing after a burst.
    fn ended(&mut self, number: u64, fate: Fate) {
        let place = self
            .crossings
            .binary_search_by_key(&number, |crossing| crossing.segment.number);
        let Ok(place) = place else { return };
        let crossing = &mut self.crossings[place];
        if crossing.fate == Fate::OnTheWay {
            self.known.has_left(number);
        }
        crossing.fate = fate;
    }
}
