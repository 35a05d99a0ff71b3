use crate::app::table::{GoneReason, TableRow};
use crate::tcp::{Protocol, TcpState, Transition};

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
    WorkedOut,
}

impl StatePath {
    /// The path of a row; `None` for UDP, which has no states.
    pub fn of(line: &TableRow) -> Option<StatePath> {
        let name = line.row.name();
        if name.tuple.protocol == Protocol::Udp {
            return None;
        }
        let is_accepted = name.tuple.is_connected() && !line.is_client();
        let birth = if is_accepted { TcpState::Listen } else { TcpState::Closed };
        let mut path = StatePath { steps: Vec::new(), at: birth, cut_short: None };
        // No poll shows where a socket begins: the listening socket is another one.
        let mut known = Certainty::WorkedOut;
        for state in line.states() {
            path.add(state, known);
            known = if line.told { Certainty::WorkedOut } else { Certainty::Seen };
        }
        match line.gone.map(|gone| gone.why) {
            None => (),
            Some(GoneReason::Reset) => path.cut_short = Some("RST"),
            Some(GoneReason::Refused) => path.cut_short = Some("rcv RST"),
            Some(GoneReason::Unknown) => path.cut_short = Some("gone"),
            Some(GoneReason::NeverConnected) => path.cut_short = Some("no answer"),
            Some(
                GoneReason::ClosedByServer
                | GoneReason::ClosedByClient
                | GoneReason::ClosedSecond
                | GoneReason::TimeWaitOver
                | GoneReason::Stopped,
            ) => path.add(TcpState::Closed, Certainty::Seen),
        }
        if line.gone.is_some() {
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
        let known = straight.map_or(Certainty::WorkedOut, |_| known);
        let indirect = || Transition::path(self.at, to).unwrap_or_default();
        let arrows = straight.map_or_else(indirect, |arrow| vec![arrow]);
        let steps = arrows.into_iter().map(|arrow| PathStep { arrow, known });
        self.steps.extend(steps);
        self.at = to;
    }
}
