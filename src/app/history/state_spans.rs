use crate::app::table::{GoneReason, TableRow};
use crate::tcp::{Moment, Protocol, TcpState, Transition};

/// The life of one row: the states it was seen in, and those that it must have passed while nobody looked.
#[derive(Clone, Copy, Debug)]
pub struct RowHistory<'a> {
    /// The row.
    pub line: &'a TableRow,
    /// Whether it is the client's end of its connection.
    pub is_client: bool,
}

/// A state, and how long it lasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateSpan {
    /// The state.
    pub state: TcpState,
    /// Since when.
    pub from: Moment,
    /// Until when; `None` while it lasts.
    pub until: Option<Moment>,
    /// Whether a look showed it; else it lies between two looks, RFC 9293 knows no other way.
    pub seen: bool,
}

impl RowHistory<'_> {
    /// Its states, the oldest first.
    pub fn stretches(&self) -> Vec<StateSpan> {
        let line = self.line;
        let now = (line.row.state, line.passed_since());
        let passed = line.passed.iter().map(|passed| (passed.state, passed.since));
        let mut all = Vec::new();
        let mut before = None;
        for (state, from) in passed.chain([now]) {
            let is_first = before.is_none();
            if !(is_first && line.found) {
                all.extend(
                    self.unseen(before, Some(state)).iter().map(|state| at_once(*state, from)),
                );
            }
            if let Some(last) = all.iter_mut().rfind(|stretch: &&mut StateSpan| stretch.seen) {
                last.until = Some(from);
            }
            all.push(StateSpan { state, from, until: None, seen: !line.told });
            before = Some(state);
        }
        let Some(gone) = line.gone else { return all };
        if let Some(last) = all.last_mut() {
            last.until = Some(gone.at);
        }
        let was_closed = matches!(
            gone.why,
            GoneReason::ClosedByClient
                | GoneReason::ClosedByServer
                | GoneReason::ClosedSecond
                | GoneReason::TimeWaitOver
        );
        if was_closed {
            all.extend(self.unseen(before, None).iter().map(|state| at_once(*state, gone.at)));
        }
        all
    }

    /// The states that lie between two that were seen; `None` is before the first, or after the last.
    fn unseen(&self, before: Option<TcpState>, after: Option<TcpState>) -> Vec<TcpState> {
        let tuple = self.line.row.tuple;
        if !tuple.is_connected() || tuple.protocol == Protocol::Udp {
            return Vec::new();
        }
        let birth = if self.is_client { TcpState::Closed } else { TcpState::Listen };
        let (from, to) = (before.unwrap_or(birth), after.unwrap_or(TcpState::Closed));
        let way = Transition::path(from, to).unwrap_or_default();
        let between = way.iter().map(|arrow| arrow.to);
        between.filter(|state| *state != to).collect()
    }
}

fn at_once(state: TcpState, at: Moment) -> StateSpan {
    StateSpan { state, from: at, until: Some(at), seen: false }
}
