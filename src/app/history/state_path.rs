use crate::app::Table;
use crate::app::table::{Line, Why};
use crate::tcp::{Arrow, Protocol, TcpState};

/// The way of one end through the state diagram, as far as looks at the table and RFC 9293 tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The arrows that it went, the first one first.
    pub steps: Vec<Step>,
    /// Where it is now; CLOSED once the kernel has it no more.
    pub at: TcpState,
    /// What ended it at once, without an arrow of the diagram.
    pub cut_short: Option<&'static str>,
}

/// One arrow of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which one.
    pub arrow: Arrow,
    /// How it is known.
    pub known: Known,
}

/// How a step is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The states at both its ends were seen.
    Seen,
    /// No look saw one of its states: the diagram has no other way.
    WorkedOut,
}

impl Way {
    /// The way of the end whose row `line` shows; `None` for UDP, which has no states.
    pub fn of(table: &Table, line: &Line) -> Option<Way> {
        let name = line.row.name();
        if name.tuple.protocol == Protocol::Udp {
            return None;
        }
        let is_accepted = name.tuple.is_connected() && !table.is_client(name);
        let birth = if is_accepted { TcpState::Listen } else { TcpState::Closed };
        let seen = line.passed.iter().map(|sighting| sighting.state);
        let mut way = Way { steps: Vec::new(), at: birth, cut_short: None };
        // Where a socket begins no look can see: the listening socket is another one.
        let mut known = Known::WorkedOut;
        for state in seen.chain([line.row.state]) {
            way.go(state, known);
            known = if line.told { Known::WorkedOut } else { Known::Seen };
        }
        match line.gone.map(|gone| gone.why) {
            None => (),
            Some(Why::Reset) => way.cut_short = Some("RST"),
            Some(Why::Refused) => way.cut_short = Some("rcv RST"),
            Some(Why::Unknown) => way.cut_short = Some("gone"),
            Some(Why::NeverConnected) => way.cut_short = Some("no answer"),
            Some(
                Why::ClosedByServer
                | Why::ClosedByClient
                | Why::ClosedSecond
                | Why::TimeWaitOver
                | Why::Stopped,
            ) => way.go(TcpState::Closed, Known::Seen),
        }
        if line.gone.is_some() {
            way.at = TcpState::Closed;
        }
        Some(way)
    }

    /// The last arrow.
    pub fn last(&self) -> Option<Step> {
        self.steps.last().copied()
    }

    /// The states that no look saw, although the way leads through them.
    pub fn unseen(&self, line: &Line) -> Vec<TcpState> {
        let passed = self.steps.iter().map(|step| step.arrow.to);
        passed.filter(|state| *state != TcpState::Closed && !line.was(*state)).collect()
    }

    fn go(&mut self, to: TcpState, known: Known) {
        let straight = Arrow::between(self.at, to);
        let known = straight.map_or(Known::WorkedOut, |_| known);
        let around = || Arrow::way(self.at, to).unwrap_or_default();
        let arrows = straight.map_or_else(around, |arrow| vec![arrow]);
        let steps = arrows.into_iter().map(|arrow| Step { arrow, known });
        self.steps.extend(steps);
        self.at = to;
    }
}
