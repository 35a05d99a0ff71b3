use crate::app::table::{GoneReason, TableRow};
use crate::tcp::{Moment, Protocol, TcpState, Transition};

/// A state with the time spent in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateSpan {
    /// The state.
    pub state: TcpState,
    /// Since when.
    pub from: Moment,
    /// Until when; `None` while it lasts.
    pub until: Option<Moment>,
    /// Whether a poll showed it; else it is inferred: there is no other path between two polls.
    pub seen: bool,
}

impl TableRow {
    /// The states of the row with the time spent in each, the oldest first: those that it was seen in, and those that must lie between.
    pub fn spans(&self) -> Vec<StateSpan> {
        let now = (self.row.state, self.passed_since());
        let passed = self.passed.iter().map(|passed| (passed.state, passed.since));
        let mut all = Vec::new();
        let mut before = None;
        for (state, from) in passed.chain([now]) {
            let is_first = before.is_none();
            if !(is_first && self.found) {
                all.extend(
                    self.unseen(before, Some(state)).iter().map(|state| at_once(*state, from)),
                );
            }
            if let Some(last) = all.iter_mut().rfind(|span: &&mut StateSpan| span.seen) {
                last.until = Some(from);
            }
            all.push(StateSpan { state, from, until: None, seen: !self.told });
            before = Some(state);
        }
        let Some(gone) = self.gone else { return all };
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

    /// The states between two that were seen; `None`: before the first, or after the last.
    fn unseen(&self, before: Option<TcpState>, after: Option<TcpState>) -> Vec<TcpState> {
        let tuple = self.row.tuple;
        if !tuple.is_connected() || tuple.protocol == Protocol::Udp {
            return Vec::new();
        }
        let birth = if self.is_client() { TcpState::Closed } else { TcpState::Listen };
        let (from, to) = (before.unwrap_or(birth), after.unwrap_or(TcpState::Closed));
        let way = Transition::path(from, to).unwrap_or_default();
        let between = way.iter().map(|arrow| arrow.to);
        between.filter(|state| *state != to).collect()
    }
}

fn at_once(state: TcpState, at: Moment) -> StateSpan {
    StateSpan { state, from: at, until: Some(at), seen: false }
}
