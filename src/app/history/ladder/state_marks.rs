//! What an end of a connection has become: worked out from its segments, and compared with what looks at the table showed.

use std::time::Duration;

use crate::app::history::ladder::incarnation::EARLY;
use crate::app::history::{StateMark, TcpEnd};
use crate::app::table::TableRow;
use crate::tcp::{Delivery, FiveTuple, Moment, Protocol, TcpState, WireSegment};

/// A look may come so much later than the segment that it saw the effect of.
const LATE: Duration = Duration::from_millis(800);
/// Who is on the way for less than this arrives at once, as far as a reader is concerned.
const AT_ONCE: Duration = Duration::from_millis(10);

/// A kernel answers within this.
const ANSWERED: Duration = Duration::from_millis(1);

/// What one end has become.
#[derive(Debug, Default)]
pub(crate) struct StateMarks {
    /// By sending or receiving a segment: its place among them.
    pub(crate) by: Vec<(usize, StateMark)>,
    /// What looks showed that no segment explains, and what a segment made that arrived after a later one was sent; and when.
    pub(crate) alone: Vec<(Moment, StateMark)>,
    /// On which line the last state stands that a segment made: its time, and its place among those of the same time.
    last: (Moment, usize),
}

/// A state that a segment led to; `None` is no row any more.
#[derive(Clone, Copy, Debug)]
struct ImpliedState {
    place: usize,
    /// When that segment was sent: there it stands.
    sent: Moment,
    at: Moment,
    /// Whether that segment was on its way for a while: then the state would stand beside it too early.
    is_late: bool,
    state: Option<TcpState>,
}

/// What a look showed, and how long it lasted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ObservedState {
    from: Moment,
    until: Moment,
    state: Option<TcpState>,
}

impl StateMarks {
    /// What the end with the address and port `own.local` has become by the segments of its connection, each with its place. Where its
    /// row is not known any more, they alone tell.
    pub(crate) fn of(
        own: FiveTuple,
        segments: &[(usize, &WireSegment)],
        row: Option<&TableRow>,
        now: Moment,
    ) -> StateMarks {
        let steps = steps(own, segments);
        let looks = row.map_or_else(Vec::new, |row| looks(row, now));
        let mut became = StateMarks::default();
        let (mut next, mut before) = (0, None);
        for look in &looks {
            let explains = |step: &ImpliedState| {
                step.state == look.state
                    && step.at <= look.from.plus(EARLY)
                    && look.from <= step.at.plus(LATE)
            };
            let found = steps[next..].iter().position(explains);
            let Some(found) = found.map(|found| next + found) else {
                let at = if own.protocol == Protocol::Udp {
                    before_datagrams(look.from, segments)
                } else {
                    look.from
                };
                became.alone.push((at, mark(look.state, true)));
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
    fn pass(
        &mut self,
        steps: &[ImpliedState],
        before: Option<&ObservedState>,
        looks: &[ObservedState],
    ) {
        for step in steps {
            let seen = looks.iter().rfind(|look| look.from <= step.at);
            if seen.is_some_and(|look| look.state == step.state) {
                // It was that already, by a call whose segment had to wait.
                continue;
            }
            let outlasts = |look: &ObservedState| look.until > step.at.plus(LATE);
            let mut older = looks.iter().filter(|look| look.from < step.at);
            if !older.any(outlasts) && !before.is_some_and(outlasts) {
                self.put(step, mark(step.state, false));
            }
        }
    }

    /// Puts a state beside its segment; on a line of its own when it came, if it would stand above an older state else, or too early.
    fn put(&mut self, step: &ImpliedState, mark: StateMark) {
        let beside = (step.sent, step.place);
        if beside < self.last || step.is_late {
            self.alone.push((step.at, mark));
            self.last = (step.at, usize::MAX);
        } else {
            self.by.push((step.place, mark));
            self.last = beside;
        }
    }
}

/// A UDP socket has its state before it sends anything, though the look comes a moment later.
fn before_datagrams(look: Moment, segments: &[(usize, &WireSegment)]) -> Moment {
    let first = segments.first().map(|(_, crossing)| crossing.sent);
    let first = first.filter(|first| look <= first.plus(LATE));
    first.map_or(look, |first| first.min(look))
}

const fn mark(state: Option<TcpState>, seen: bool) -> StateMark {
    StateMark { state, seen }
}

/// What looks at the table showed.
fn looks(row: &TableRow, now: Moment) -> Vec<ObservedState> {
    let spans = row.spans().into_iter().filter(|span| span.seen);
    let seen = spans.map(|span| ObservedState {
        from: span.from,
        until: span.until.unwrap_or(now),
        state: Some(span.state),
    });
    let gone = row.gone.map(|gone| ObservedState { from: gone.at, until: gone.at, state: None });
    seen.chain(gone).collect()
}

/// Each change of state, by the segment that led to it: one that the end sent, or one that reached it.
fn steps(own: FiveTuple, segments: &[(usize, &WireSegment)]) -> Vec<ImpliedState> {
    let mut events: Vec<(Moment, usize, bool, &WireSegment)> = Vec::new();
    for (place, crossing) in segments {
        if crossing.segment.tuple.canonical() == own {
            events.push((crossing.sent, *place, false, crossing));
        } else if let Delivery::Arrived(at) = crossing.fate {
            events.push((at, *place, true, crossing));
        }
    }
    // An answer that was sent in the same instant came after what it answers.
    events.sort_by_key(|(at, place, _, _)| (*at, *place));
    let mut end = TcpEnd::default();
    let mut steps: Vec<ImpliedState> = Vec::new();
    for (at, place, is_received, crossing) in events {
        let (segment, sent) = (&crossing.segment, crossing.sent);
        let before = end.state();
        if is_received {
            end.receives(segment);
        } else {
            end.sends(segment);
        }
        if end.state() != before {
            steps.push(ImpliedState {
                place,
                sent,
                at,
                is_late: at.since(sent) >= AT_ONCE,
                state: end.state().filter(|state| *state != TcpState::Closed),
            });
        }
    }
    put_beside_answers(&mut steps, own, segments);
    steps
}

/// What came late stands beside what was sent in answer to it, if nothing else has its place there.
fn put_beside_answers(
    steps: &mut [ImpliedState],
    own: FiveTuple,
    segments: &[(usize, &WireSegment)],
) {
    for n in 0..steps.len() {
        let came = steps[n].at;
        let is_answer = |(_, crossing): &&(usize, &WireSegment)| {
            let is_own = crossing.segment.tuple.canonical() == own;
            is_own && came <= crossing.sent && crossing.sent <= came.plus(ANSWERED)
        };
        let answer = segments.iter().find(is_answer).filter(|_| steps[n].is_late);
        let Some((place, answer)) = answer else {
            continue;
        };
        if steps.iter().all(|step| step.place != *place) {
            let step = &mut steps[n];
            (step.place, step.sent, step.is_late) = (*place, answer.sent, false);
        }
    }
}
