//! What crossed the lab's wire, and what is remembered of it.

use std::collections::HashMap;

use crate::app::Lab;
use crate::tcp::{Crossing, Fate, FiveTuple, Flags, Loss, Moment, Protocol, Segment, WireNews};

/// So many segments are kept; of older ones only what numbers are counted from.
const KEPT: usize = 4096;
/// So many ends' first numbers are remembered at most.
const ENDS: usize = 200_000;

/// What is known of segments beyond the list of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crossings {
    /// The number of each end's SYN.
    first: HashMap<FiveTuple, u32>,
    /// How often each of the kept segments that carry anything was sent.
    sent: HashMap<Carried, u32>,
    waiting: usize,
    /// Those of them that an order lets through or loses already, by their numbers; the wire has not said so yet.
    leaving: Vec<u64>,
    /// How many segments were not told one by one.
    pub(crate) untold: u64,
}

/// What a segment carries, by which it is known again: the sender's five numbers, the first byte, how many, and SYN or FIN.
type Carried = (FiveTuple, u32, u32, Flags);

/// Whether its sender sends it again when nobody acknowledges it.
pub(crate) fn is_sent_again(segment: &Segment) -> bool {
    carried(segment).is_some()
}

/// What a segment carries, which is sent again until it is acknowledged; nothing for one that only acknowledges, and of UDP.
fn carried(segment: &Segment) -> Option<Carried> {
    if segment.tuple.protocol == Protocol::Udp {
        return None;
    }
    let flags = Flags(segment.flags.0 & Flags::SYN.and(Flags::FIN).0);
    let carries = segment.length > 0 || flags != Flags::default();
    carries.then_some((segment.tuple, segment.seq, segment.length, flags))
}

impl Crossings {
    /// How many segments are on the wire, and stay there for now.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.saturating_sub(self.leaving.len())
    }

    /// Sequence and acknowledgement number, counted from the SYN of each end.
    pub(crate) fn relative(&self, segment: &Segment) -> (u32, u32) {
        let from = |tuple: FiveTuple, number: u32| {
            let first = self.first.get(&tuple).copied();
            number.wrapping_sub(first.unwrap_or(number))
        };
        let ack = if segment.flags.has(Flags::ACK) {
            from(segment.tuple.mirrored(), segment.ack)
        } else {
            0
        };
        (from(segment.tuple, segment.seq), ack)
    }

    /// Notes from where the numbers of both ends are counted. Where no SYN was seen, the first segment has number 1, as after one.
    fn count_from(&mut self, segment: &Segment) {
        if segment.tuple.protocol == Protocol::Udp {
            return;
        }
        if self.first.len() > ENDS {
            self.first.clear();
        }
        if segment.flags.has(Flags::SYN) {
            self.first.insert(segment.tuple, segment.seq);
        } else {
            let before = segment.seq.wrapping_sub(1);
            self.first.entry(segment.tuple).or_insert(before);
        }
        if segment.flags.has(Flags::ACK) {
            let before = segment.ack.wrapping_sub(1);
            self.first.entry(segment.tuple.mirrored()).or_insert(before);
        }
    }

    /// A segment is on the wire no more.
    fn has_left(&mut self, number: u64) {
        self.waiting = self.waiting.saturating_sub(1);
        self.leaving.retain(|leaving| *leaving != number);
    }

    /// Notes that a segment was sent; says whether the same had been sent before.
    fn note(&mut self, segment: &Segment) -> bool {
        let Some(key) = carried(segment) else {
            return false;
        };
        let times = self.sent.entry(key).or_insert(0);
        *times += 1;
        *times > 1
    }

    fn forget(&mut self, crossing: &Crossing) {
        if crossing.fate == Fate::OnTheWay {
            self.has_left(crossing.segment.number);
        }
        let Some(key) = carried(&crossing.segment) else {
            return;
        };
        if let Some(times) = self.sent.get_mut(&key) {
            *times -= 1;
            if *times == 0 {
                self.sent.remove(&key);
            }
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
            first: std::mem::take(&mut self.known.first),
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
        self.known.leaving.push(number);
    }

    /// When a segment that is sent again was sent before.
    pub fn sent_before(&self, again: &Crossing) -> Option<Moment> {
        let key = carried(&again.segment).filter(|_| again.again)?;
        let older = self
            .crossings
            .iter()
            .rev()
            .skip_while(|crossing| crossing.segment.number >= again.segment.number);
        let mut same = older.filter(|crossing| carried(&crossing.segment) == Some(key));
        same.next().map(|crossing| crossing.sent)
    }

    fn sent(&mut self, at: Moment, segment: Segment) {
        self.known.count_from(&segment);
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
