//! The states of one end: inferred from its segments, and compared with what polls of the table showed.

use std::time::Duration;

use crate::app::TableRow;
use crate::app::history::connection::EARLY;
use crate::app::history::{StateMark, TcpEnd};
use crate::tcp::{Delivery, FiveTuple, Flags, Moment, Protocol, TcpState, Transition, WireSegment};

/// The longest time from a segment to the poll that shows its effect.
const LATE: Duration = Duration::from_millis(800);
/// Segments in flight for less than this are drawn as instantaneous.
const AT_ONCE: Duration = Duration::from_millis(10);

/// A kernel answers within this.
const ANSWERED: Duration = Duration::from_millis(1);

/// The states of one end, each with its place in the ladder.
#[derive(Debug, Default)]
pub(crate) struct StateMarks {
    /// Beside a segment, given by its place.
    pub(crate) by: Vec<(usize, StateMark)>,
    /// On lines of their own: states that no segment explains, or whose segment arrived after a later one was sent.
    pub(crate) alone: Vec<(Line, StateMark)>,
    /// The line of the last one: none stands above an earlier one.
    last: Line,
}

/// A line of the ladder: its time, and its place among those of the same time. Before the first segment of that time it is 0, and the
/// segment at place `n` has `n + 1`; a state on a line of its own follows the segment with the same line.
pub(crate) type Line = (Moment, usize);

/// A state that a segment led to; `None`: no row any more.
#[derive(Clone, Copy, Debug)]
struct ImpliedState {
    place: usize,
    sent: Moment,
    at: Moment,
    /// Whether the segment took a while to arrive: beside it, the state would appear too early.
    is_late: bool,
    state: Option<TcpState>,
}

/// A state that polls showed, and how long it lasted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ObservedState {
    from: Moment,
    until: Moment,
    state: Option<TcpState>,
}

impl StateMarks {
    /// The states of the end at `own.local`, from the segments of its connection, each with its place, and from its row if that is known.
    pub(crate) fn of(
        own: FiveTuple,
        segments: &[(usize, &WireSegment)],
        row: Option<&TableRow>,
        now: Moment,
    ) -> StateMarks {
        let steps = steps(own, segments);
        let polled = row.map_or_else(Vec::new, |row| observed(row, now));
        let is_gone = polled.last().is_some_and(|look| look.state.is_none());
        let mut marks = StateMarks::default();
        let (mut next, mut before) = (0, None);
        for look in &polled {
            let explains = |step: &ImpliedState| {
                step.state == look.state
                    && step.at <= look.from.plus(EARLY)
                    && look.from <= step.at.plus(LATE)
            };
            let mark = StateMark { state: look.state, seen: true };
            let found = steps[next..].iter().position(explains);
            if let Some(found) = found.map(|found| next + found) {
                marks.pass(&steps[next..found], before, &polled);
                marks.put(&steps[found], mark);
                (next, before) = (found + 1, Some(look));
                continue;
            }
            let is_earlier = |step: &ImpliedState| look.comes_after(step);
            let earlier = next + steps[next..].partition_point(is_earlier);
            marks.pass(&steps[next..earlier], before, &polled);
            let is_datagrams = own.protocol == Protocol::Udp && look.state.is_some();
            let at = if is_datagrams { before_datagrams(look.from, segments) } else { look.from };
            marks.put_alone(at, mark);
            next = earlier;
        }
        // Nothing that arrives later makes a new state of an end that is gone.
        if !is_gone {
            marks.pass(&steps[next..], before, &polled);
        }
        marks
    }

    /// Adds inferred states, unless a poll contradicts them: an older state was still seen afterwards.
    fn pass(
        &mut self,
        steps: &[ImpliedState],
        before: Option<&ObservedState>,
        polled: &[ObservedState],
    ) {
        for step in steps {
            let seen = polled.iter().rfind(|look| look.from <= step.at);
            if seen.is_some_and(|look| look.state == step.state) {
                // A call had led to that state already; its segment had to wait.
                continue;
            }
            let outlasts = |look: &ObservedState| look.until > step.at.plus(LATE);
            let mut older = polled.iter().filter(|look| look.from < step.at);
            if !older.any(outlasts) && !before.is_some_and(outlasts) {
                self.put(step, StateMark { state: step.state, seen: false });
            }
        }
    }

    /// Puts a state beside its segment, or on its own line if it would appear above an older state or too early.
    fn put(&mut self, step: &ImpliedState, mark: StateMark) {
        if step.is_late || step.line() <= self.last {
            return self.put_alone(step.at, mark);
        }
        self.by.push((step.place, mark));
        self.last = step.line();
    }

    fn put_alone(&mut self, at: Moment, mark: StateMark) {
        self.last = self.last.max((at, 0));
        self.alone.push((self.last, mark));
    }
}

impl ObservedState {
    /// Whether it came after a step that no poll showed. What a poll shows may be a little older than its time.
    fn comes_after(&self, step: &ImpliedState) -> bool {
        let led_to_it = || {
            let [own, implied] = [self.state?, step.state?];
            Transition::path(own, implied)
        };
        step.at <= self.from && (step.at.plus(EARLY) <= self.from || led_to_it().is_none())
    }
}

impl ImpliedState {
    /// Where it would stand beside its segment, or on a line of its own.
    fn line(&self) -> Line {
        if self.is_late { (self.at, 0) } else { (self.sent, self.place + 1) }
    }
}

/// A UDP socket has its state before it sends anything, though the poll comes a moment later.
fn before_datagrams(look: Moment, segments: &[(usize, &WireSegment)]) -> Moment {
    let first = segments.first().map(|(_, crossing)| crossing.sent);
    let first = first.filter(|first| look <= first.plus(LATE));
    first.map_or(look, |first| first.min(look))
}

fn observed(row: &TableRow, now: Moment) -> Vec<ObservedState> {
    let spans = row.spans().into_iter().filter(|span| span.seen);
    let seen = spans.map(|span| ObservedState {
        from: span.from,
        until: span.until.unwrap_or(now),
        state: Some(span.state),
    });
    let gone = row.gone.map(|gone| ObservedState { from: gone.at, until: gone.at, state: None });
    seen.chain(gone).collect()
}

/// Each change of state, with the segment that led to it, sent or received.
fn steps(own: FiveTuple, segments: &[(usize, &WireSegment)]) -> Vec<ImpliedState> {
    // When it was sent or taken in, at which segment, when that was sent, whether it was sent, and what.
    let mut events: Vec<(Moment, usize, Moment, bool, &WireSegment)> = Vec::new();
    for (place, crossing) in segments {
        if crossing.segment.tuple.canonical() == own {
            events.push((crossing.sent, *place, crossing.sent, true, crossing));
        } else if let Delivery::Arrived(at) = crossing.fate {
            let (at, (place, beside)) = match late_answer(own, segments, (at, crossing)) {
                Some(answer) => (answer.1.sent, *answer),
                None => (at, (*place, *crossing)),
            };
            events.push((at, place, beside.sent, false, crossing));
        }
    }
    // An answer that was sent in the same instant comes after what it answers.
    events.sort_by_key(|(at, place, _, is_own, _)| (*at, *place, *is_own));
    let mut end = TcpEnd::default();
    let mut steps: Vec<ImpliedState> = Vec::new();
    for (at, place, sent, is_own, crossing) in events {
        let (segment, is_received) = (&crossing.segment, !is_own);
        let before = end.state;
        if is_received {
            end.receives(segment);
        } else {
            end.sends(segment);
            let has = |flags| segment.flags.has(flags);
            let is_answered = |step: &mut ImpliedState| {
                let mut others = segments.iter().filter(|(place, _)| *place == step.place);
                others.any(|(_, other)| {
                    other.segment.tuple.canonical() != own && other.segment.ack == segment.seq
                })
            };
            // An RST without ACK answers what was sent to no connection (RFC 9293, section 3.5.2): that led to no state.
            while has(Flags::RST) && !has(Flags::ACK) && steps.pop_if(is_answered).is_some() {}
        }
        if end.state != before {
            steps.push(ImpliedState {
                place,
                sent,
                at,
                is_late: at.since(sent) >= AT_ONCE,
                state: end.state.filter(|state| *state != TcpState::Closed),
            });
        }
    }
    put_beside_answers(&mut steps, own, segments);
    steps
}

/// The answer to a FIN that crossed the end's own segments: it was not taken in while the end still acknowledged less.
fn late_answer<'a>(
    own: FiveTuple,
    segments: &'a [(usize, &'a WireSegment)],
    (arrived, fin): (Moment, &WireSegment),
) -> Option<&'a (usize, &'a WireSegment)> {
    let all = fin.segment.seq.wrapping_add(fin.segment.sequence_length());
    let mut after = segments.iter().filter(|(_, it)| {
        let is_after =
            it.sent > arrived || (it.sent == arrived && it.segment.number > fin.segment.number);
        let is_own = it.segment.tuple.canonical() == own && it.segment.flags.has(Flags::ACK);
        is_own && is_after && it.sent <= arrived.plus(AT_ONCE)
    });
    let takes_it_in = |(_, it): &(usize, &WireSegment)| it.segment.ack == all;
    let first =
        after.next().filter(|first| fin.segment.flags.has(Flags::FIN) && !takes_it_in(first));
    first.and_then(|_| after.find(|it| takes_it_in(it)))
}

/// Moves late states beside the answer to their segment, if nothing else has that place and no later state stands above it.
fn put_beside_answers(
    steps: &mut [ImpliedState],
    own: FiveTuple,
    segments: &[(usize, &WireSegment)],
) {
    for n in 0..steps.len() {
        let arrived = steps[n].at;
        let is_answer = |(_, crossing): &&(usize, &WireSegment)| {
            let is_own = crossing.segment.tuple.canonical() == own;
            is_own && arrived <= crossing.sent && crossing.sent <= arrived.plus(ANSWERED)
        };
        let answer = segments.iter().find(is_answer).filter(|_| steps[n].is_late);
        let Some((place, answer)) = answer else { continue };
        let line = (answer.sent, place + 1);
        if steps[n + 1..].iter().all(|later| later.line() > line) {
            let step = &mut steps[n];
            (step.place, step.sent, step.is_late) = (*place, answer.sent, false);
        }
    }
}
