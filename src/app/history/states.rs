//! The states of a row: its path through the diagram, and the time spent in each.

use crate::app::TableRow;
use crate::tcp::{Moment, Protocol, TcpState, Transition};

/// The path of one end through the state diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePath {
    /// The arrows it followed, the first one first.
    pub steps: Vec<PathStep>,
    /// The present state; CLOSED once the row is gone.
    pub at: TcpState,
    /// What ended it without an arrow of the diagram.
    pub cut_short: Option<&'static str>,
}

/// One arrow of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// The arrow.
    pub arrow: Transition,
    /// How it is known.
    pub known: Certainty,
}

/// How a step is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Polls showed the states at both its ends.
    Seen,
    /// Inferred: no poll showed one of its states, but there is no other path.
    Inferred,
}

impl StatePath {
    /// The path of a row; `None` for UDP, which has no states.
    pub fn of(line: &TableRow) -> Option<StatePath> {
        let name = line.row.name();
        if name.tuple.protocol == Protocol::Udp {
            return None;
        }
        let is_accepted = name.tuple.is_connected() && !line.is_client;
        let birth = if is_accepted { TcpState::Listen } else { TcpState::Closed };
        let mut path = StatePath { steps: Vec::new(), at: birth, cut_short: None };
        // No poll shows where a socket begins: the listening socket is another one.
        let mut known = Certainty::Inferred;
        for state in line.states() {
            path.add(state, known);
            known = if line.told { Certainty::Inferred } else { Certainty::Seen };
        }
        if let Some(gone) = line.gone {
            path.cut_short = gone.why.cut_short();
            if path.cut_short.is_none() {
                path.add(TcpState::Closed, Certainty::Seen);
            }
            path.at = TcpState::Closed;
        }
        Some(path)
    }

    /// The last arrow.
    pub fn last(&self) -> Option<PathStep> {
        self.steps.last().copied()
    }

    /// The states on the path that no poll showed.
    pub fn unseen(&self, line: &TableRow) -> Vec<TcpState> {
        let passed = self.steps.iter().map(|step| step.arrow.to);
        passed.filter(|state| *state != TcpState::Closed && !line.was(*state)).collect()
    }

    fn add(&mut self, to: TcpState, known: Certainty) {
        let straight = Transition::between(self.at, to);
        let known = straight.map_or(Certainty::Inferred, |_| known);
        let indirect = || Transition::path(self.at, to).unwrap_or_default();
        let arrows = straight.map_or_else(indirect, |arrow| vec![arrow]);
        let steps = arrows.into_iter().map(|arrow| PathStep { arrow, known });
        self.steps.extend(steps);
        self.at = to;
    }
}

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
        let now = (self.row.state, self.in_state_since());
        let passed = self.state_history.iter().map(|passed| (passed.state, passed.since));
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
        if gone.why.cut_short().is_none() {
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
        let birth = if self.is_client { TcpState::Closed } else { TcpState::Listen };
        let (from, to) = (before.unwrap_or(birth), after.unwrap_or(TcpState::Closed));
        let way = Transition::path(from, to).unwrap_or_default();
        way.iter().map(|arrow| arrow.to).filter(|state| *state != to).collect()
    }
}

fn at_once(state: TcpState, at: Moment) -> StateSpan {
    StateSpan { state, from: at, until: Some(at), seen: false }
}
