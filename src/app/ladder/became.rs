//! What an end of a connection has become: worked out from its segments, and compared with what looks at the table showed.

use std::time::Duration;

use crate::app::Life;
use crate::app::ladder::StateMark;
use crate::tcp::TcpState::{
    CloseWait, Closing, Established, FinWait1, FinWait2, LastAck, SynReceived, SynSent, TimeWait,
};
use crate::tcp::{Crossing, Fate, FiveTuple, Flags, Moment, Segment, TcpState};

/// A look may come so much later than the segment that it saw the effect of.
const LATE: Duration = Duration::from_millis(800);
/// The clock of the wire and that of a look may differ by so much.
pub(super) const EARLY: Duration = Duration::from_millis(20);

/// Who is on the way for less than this arrives at once, as far as a reader is concerned.
const AT_ONCE: Duration = Duration::from_millis(10);

/// What one end has become.
#[derive(Debug, Default)]
pub(super) struct Became {
    /// By sending or receiving a segment: its place among them.
    pub(super) by: Vec<(usize, StateMark)>,
    /// What looks showed that no segment explains, and what a segment made that arrived after a later one was sent; and when.
    pub(super) alone: Vec<(Moment, StateMark)>,
    /// On which line the last state stands that a segment made: its time, and its place among those of the same time.
    last: (Moment, usize),
}

/// A state that a segment led to; `None` is no row any more.
#[derive(Clone, Copy, Debug)]
struct Step {
    place: usize,
    /// When that segment was sent: there it stands.
    sent: Moment,
    at: Moment,
    /// Whether something else was sent while it was on its way: then the state would stand beside it too early.
    is_overtaken: bool,
    state: Option<TcpState>,
}

/// What a look showed, and how long it lasted.
#[derive(Clone, Copy, Debug)]
struct Look {
    from: Moment,
    until: Moment,
    state: Option<TcpState>,
}

impl Became {
    /// What the end with the address and port `own.local` has become by the segments of its connection, each with its place. Where its
    /// row is not known any more, they alone tell.
    pub(super) fn of(
        own: FiveTuple,
        segments: &[(usize, &Crossing)],
        life: Option<&Life<'_>>,
        now: Moment,
    ) -> Became {
        let steps = steps(own, segments);
        let looks = life.map_or_else(Vec::new, |life| looks(life, now));
        let mut became = Became::default();
        let (mut next, mut before) = (0, None);
        for look in &looks {
            let explains = |step: &Step| {
                step.state == look.state
                    && step.at <= look.from.plus(EARLY)
                    && look.from <= step.at.plus(LATE)
            };
            let found = steps[next..].iter().position(explains);
            let Some(found) = found.map(|found| next + found) else {
                became.alone.push((look.from, mark(look.state, true)));
                continue;
            };
            became.pass(&steps[next..found], before, &looks);
            became.put(&steps[found], mark(look.state, true));
            (next, before) = (found + 1, Some(look));
        }
        became.pass(&steps[next..], before, &looks);
        became
    }

    /// Takes states that no look showed, save those that a look speaks against: an older state outlasted them, such as the one that was seen
    /// `before`.
    fn pass(&mut self, steps: &[Step], before: Option<&Look>, looks: &[Look]) {
        for step in steps {
            let seen = looks.iter().rfind(|look| look.from <= step.at);
            if seen.is_some_and(|look| look.state == step.state) {
                // It was that already, by a call whose segment had to wait.
                continue;
            }
            let outlasts = |look: &Look| look.until > step.at.plus(LATE);
            let mut older = looks.iter().filter(|look| look.from < step.at);
            if !older.any(outlasts) && !before.is_some_and(outlasts) {
                self.put(step, mark(step.state, false));
            }
        }
    }

    /// Puts a state beside the segment that made it; on a line of its own where it arrived, if it would stand above an older state else, or
    /// above what was sent before it arrived.
    fn put(&mut self, step: &Step, mark: StateMark) {
        let beside = (step.sent, step.place);
        if beside < self.last || step.is_overtaken {
            self.alone.push((step.at, mark));
            self.last = (step.at, usize::MAX);
        } else {
            self.by.push((step.place, mark));
            self.last = beside;
        }
    }
}

const fn mark(state: Option<TcpState>, seen: bool) -> StateMark {
    StateMark { state, seen }
}

/// What looks at the table showed.
fn looks(life: &Life<'_>, now: Moment) -> Vec<Look> {
    let stretches = life.stretches().into_iter().filter(|stretch| stretch.seen);
    let seen = stretches.map(|stretch| Look {
        from: stretch.from,
        until: stretch.until.unwrap_or(now),
        state: Some(stretch.state),
    });
    let gone = life.line.gone.map(|gone| Look {
        from: gone.at,
        until: gone.at,
        state: None,
    });
    seen.chain(gone).collect()
}

/// Each change of state, by the segment that led to it: one that the end sent, or one that reached it.
fn steps(own: FiveTuple, segments: &[(usize, &Crossing)]) -> Vec<Step> {
    let mut events: Vec<(Moment, usize, bool, &Crossing)> = Vec::new();
    for (place, crossing) in segments {
        if crossing.segment.tuple.canonical() == own {
            events.push((crossing.sent, *place, false, crossing));
        } else if let Fate::Arrived(at) = crossing.fate {
            events.push((at, *place, true, crossing));
        }
    }
    // An answer that was sent in the same instant came after what it answers.
    events.sort_by_key(|(at, place, _, _)| (*at, *place));
    let mut end = End::default();
    let mut steps: Vec<Step> = Vec::new();
    for (at, place, is_received, crossing) in events {
        let (segment, sent) = (&crossing.segment, crossing.sent);
        let before = (end.state, end.is_over);
        if is_received {
            end.receives(segment);
        } else {
            end.sends(segment);
        }
        if (end.state, end.is_over) != before {
            let meanwhile = |(_, other): &(usize, &Crossing)| sent < other.sent && other.sent < at;
            steps.push(Step {
                place,
                sent,
                at,
                is_overtaken: at.since(sent) >= AT_ONCE && segments.iter().any(meanwhile),
                state: end.state.filter(|_| !end.is_over),
            });
        }
    }
    steps
}

/// One end, as far as its segments tell (RFC 9293, section 3.10).
#[derive(Debug, Default)]
struct End {
    /// `None` before its SYN, or where that was not seen.
    state: Option<TcpState>,
    /// Whether there is one at all; `None` before it sent or received anything. Who has none answers with RST.
    is_there: Option<bool>,
    /// Whether the kernel has it no more.
    is_over: bool,
    /// The number after its own FIN.
    fin: Option<u32>,
    /// The next number that it waits for.
    next: Option<u32>,
    /// The number after the other end's FIN.
    others_fin: Option<u32>,
}

impl End {
    fn sends(&mut self, segment: &Segment) {
        let has = |flags| segment.flags.has(flags);
        if has(Flags::RST) {
            // Who calls answers so what is not for its call, and goes on calling (RFC 9293, section 3.10.7.3).
            self.is_over |= self.is_there != Some(false) && self.state != Some(SynSent);
            return;
        }
        self.is_there = Some(true);
        if has(Flags::SYN) {
            let state = if has(Flags::ACK) {
                SynReceived
            } else {
                SynSent
            };
            if self.is_over || self.state != Some(state) {
                *self = End {
                    state: Some(state),
                    is_there: Some(true),
                    next: has(Flags::ACK).then_some(segment.ack),
                    ..End::default()
                };
            }
            return;
        }
        if has(Flags::ACK) {
            self.has_come_to(segment.ack);
        }
        if has(Flags::FIN) && self.fin.is_none() {
            self.fin = Some(after(segment));
            self.state = match self.state {
                Some(CloseWait) => Some(LastAck),
                Some(SynReceived | Established) | None => Some(FinWait1),
                other => other,
            };
        }
    }

    fn receives(&mut self, segment: &Segment) {
        let has = |flags| segment.flags.has(flags);
        if has(Flags::RST) {
            self.is_over |= self.is_there != Some(false);
            return;
        }
        self.is_there.get_or_insert(false);
        if has(Flags::ACK) {
            self.is_answered(segment);
        }
        if has(Flags::SYN) {
            self.next = Some(after(segment));
            return;
        }
        if has(Flags::FIN) {
            self.others_fin = Some(after(segment));
        }
        let is_next = |next: u32| is_at_most(segment.seq, next);
        if self.next.is_none_or(is_next) {
            self.has_come_to(after(segment));
        }
    }

    /// The other end acknowledges what this one sent.
    fn is_answered(&mut self, segment: &Segment) {
        let is_syn = segment.flags.has(Flags::SYN);
        if (self.state == Some(SynSent) && is_syn) || (self.state == Some(SynReceived) && !is_syn) {
            self.state = Some(Established);
        }
        if self.fin.is_none_or(|fin| !is_at_most(fin, segment.ack)) {
            return;
        }
        match self.state {
            Some(FinWait1) => self.state = Some(FinWait2),
            Some(Closing) => self.state = Some(TimeWait),
            Some(LastAck) => self.is_over = true,
            _ => (),
        }
    }

    /// Everything before that number has come; the other end's FIN may be among it.
    fn has_come_to(&mut self, number: u32) {
        if self.next.is_none_or(|next| is_at_most(next, number)) {
            self.next = Some(number);
        }
        let next = self.next;
        let is_there = |fin| next.is_some_and(|next| is_at_most(fin, next));
        if !self.others_fin.is_some_and(is_there) {
            return;
        }
        self.state = match self.state {
            Some(SynReceived | Established) => Some(CloseWait),
            Some(FinWait1) => Some(Closing),
            Some(FinWait2) => Some(TimeWait),
            None if self.fin.is_none() => Some(CloseWait),
            other => other,
        };
    }
}

/// The number after a segment: SYN and FIN count as one byte each.
fn after(segment: &Segment) -> u32 {
    let signs = [Flags::SYN, Flags::FIN].map(|flag| u32::from(segment.flags.has(flag)));
    let length = segment.length.wrapping_add(signs[0] + signs[1]);
    segment.seq.wrapping_add(length)
}

/// Whether one number is another or comes before it; numbers begin again after the largest.
const fn is_at_most(number: u32, other: u32) -> bool {
    other.wrapping_sub(number) < 1 << 31
}
