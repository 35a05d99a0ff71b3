use crate::app::table::{GoneReason, TableRow};
use crate::tcp::{Protocol, TcpState, Transition};

/// The way of one end through the state diagram, as far as looks at the table and RFC 9293 tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePath {
    /// The arrows that it went, the first one first.
    pub steps: Vec<PathStep>,
    /// Where it is now; CLOSED once the kernel has it no more.
    pub at: TcpState,
    /// What ended it at once, without an arrow of the diagram.
    pub cut_short: Option<&'static str>,
}

/// One arrow of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// Which one.
    pub arrow: Transition,
    /// How it is known.
    pub known: Certainty,
}

/// How a step is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The states at both its ends were seen.
    Seen,
    /// No look saw one of its states: the diagram has no other way.
    WorkedOut,
}

impl StatePath {
    /// The way of the end whose row `line` shows; `None` for UDP, which has no states.
    pub fn of(line: &TableRow) -> Option<StatePath> {
        let name = line.row.name();
        if name.tuple.protocol == Protocol::Udp {
            return None;
        }
        let is_accepted = name.tuple.is_connected() && !line.is_client();
        let birth = if is_accepted { TcpState::Listen } else { TcpState::Closed };
        let mut way = StatePath { steps: Vec::new(), at: birth, cut_short: None };
        // Where a socket begins no look can see: the listening socket is another one.
        let mut known = Certainty::WorkedOut;
        for state in line.states() {
            way.go(state, known);
            known = if line.told { Certainty::WorkedOut } else { Certainty::Seen };
        }
        match line.gone.map(|gone| gone.why) {
            None => (),
            Some(GoneReason::Reset) => way.cut_short = Some("RST"),
            Some(GoneReason::Refused) => way.cut_short = Some("rcv RST"),
            Some(GoneReason::Unknown) => way.cut_short = Some("gone"),
            Some(GoneReason::NeverConnected) => way.cut_short = Some("no answer"),
            Some(
                GoneReason::ClosedByServer
                | GoneReason::ClosedByClient
                | GoneReason::ClosedSecond
                | GoneReason::TimeWaitOver
                | GoneReason::Stopped,
            ) => way.go(TcpState::Closed, Certainty::Seen),
        }
        if line.gone.is_some() {
            way.at = TcpState::Closed;
        }
        Some(way)
    }

    /// The last arrow.
    pub fn last(&self) -> Option<PathStep> {
        self.steps.last().copied()
    }

    /// The states that no look saw, although the way leads through them.
    pub fn unseen(&self, line: &TableRow) -> Vec<TcpState> {
        let passed = self.steps.iter().map(|step| step.arrow.to);
        passed.filter(|state| *state != TcpState::Closed && !line.was(*state)).collect()
    }

    fn go(&mut self, to: TcpState, known: Certainty) {
        let straight = Transition::between(self.at, to);
        let known = straight.map_or(Certainty::WorkedOut, |_| known);
        let around = || Transition::path(self.at, to).unwrap_or_default();
        let arrows = straight.map_or_else(around, |arrow| vec![arrow]);
        let steps = arrows.into_iter().map(|arrow| PathStep { arrow, known });
        self.steps.extend(steps);
        self.at = to;
    }
}
