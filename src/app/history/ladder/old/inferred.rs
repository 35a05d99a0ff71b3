//! A ladder from the states that looks at the table showed, and from what our own ends did: nobody captured the segments.

use crate::app::format;
use crate::app::history::ladder::model::GONE;
use crate::app::history::{
    ArrowEnd, ConnectionRows, LadderArrow, RowHistory, Rung, Side, StateMark,
};
use crate::app::model::LoggedEvent;
use crate::app::table::GoneReason;
use crate::tcp::state::TcpState::{Established, SynReceived, SynSent};
use crate::tcp::{Moment, Protocol, SocketId, TcpState};

pub(crate) struct OldInference<'a> {
    pub(crate) pair: &'a ConnectionRows<'a>,
    pub(crate) doings: Vec<(Moment, SocketId, LoggedEvent)>,
    /// Nothing of what is being worked out was before this.
    pub(crate) after: Moment,
    pub(crate) rungs: Vec<Rung>,
}

impl OldInference<'_> {
    pub(crate) fn work_out(&mut self) -> Vec<Rung> {
        if self.pair.connection.protocol == Protocol::Tcp {
            self.handshake();
        }
        let mut all = std::mem::take(&mut self.rungs);
        self.after = all.last().map_or(self.after, |rung| rung.at);
        // Data may come after a FIN: the other direction is still open.
        self.data();
        all.append(&mut self.rungs);
        self.goodbye();
        all.append(&mut self.rungs);
        all.sort_by_key(|rung| rung.at);
        all
    }

    pub(crate) fn life(&self, side: Side) -> Option<RowHistory<'_>> {
        self.pair.lives[side as usize]
    }

    /// Since when an end was seen in that state.
    pub(crate) fn since(&self, side: Side, state: TcpState) -> Option<Moment> {
        let stretches = self.life(side)?.stretches();
        let found = stretches.iter().find(|stretch| stretch.seen && stretch.state == state);
        found.map(|stretch| stretch.from)
    }

    pub(crate) fn was_any(&self, side: Side, states: &[TcpState]) -> Option<Moment> {
        states.iter().filter_map(|state| self.since(side, *state)).min()
    }

    pub(crate) fn mark(&self, side: Side, state: TcpState) -> Option<StateMark> {
        self.life(side)?;
        let seen = self.since(side, state).is_some();
        Some(StateMark { state: Some(state), seen })
    }

    /// The end of which a doing is told.
    fn side_of(&self, name: SocketId) -> Side {
        let is = |side: Side| {
            self.life(side)
                .is_some_and(|life| life.line.row.tuple.canonical() == name.tuple.canonical())
        };
        if is(Side::Client) || (!is(Side::Server) && self.life(Side::Client).is_none()) {
            Side::Client
        } else {
            Side::Server
        }
    }

    pub(crate) fn doing(&self, side: Side, is_it: impl Fn(LoggedEvent) -> bool) -> Option<Moment> {
        let mut doings = self.doings.iter();
        let found = doings.find(|(_, name, doing)| self.side_of(*name) == side && is_it(*doing));
        found.map(|(at, ..)| *at)
    }

    /// One segment; each comes after the one before it.
    pub(crate) fn say(
        &mut self,
        at: Option<Moment>,
        from: Side,
        words: impl Into<String>,
        states: [Option<StateMark>; 2],
    ) {
        let before = self.rungs.last().map_or(self.after, |rung| rung.at);
        let arrow = LadderArrow {
            from,
            words: words.into(),
            numbers: String::new(),
            fate: ArrowEnd::WorkedOut,
            again: false,
        };
        self.rungs.push(Rung {
            at: at.unwrap_or(before).max(before),
            arrow: Some(arrow),
            states,
            ports: None,
        });
    }

    fn handshake(&mut self) {
        let made = |doing| {
            matches!(doing, LoggedEvent::Calls | LoggedEvent::Connected | LoggedEvent::Accepted)
        };
        let is_told = self.doings.iter().any(|(.., doing)| made(*doing));
        let mut lives = self.pair.lives.iter().flatten();
        if lives.any(|life| life.line.found) && !is_told {
            return self.already_there();
        }
        let called = self.doing(Side::Client, |doing| {
            matches!(doing, LoggedEvent::Calls | LoggedEvent::Connected)
        });
        let born = self.pair.lives.iter().flatten().map(|life| life.line.born);
        let begun = born.chain(called).min();
        let marks = [self.mark(Side::Client, SynSent), None];
        self.say(begun, Side::Client, "SYN", marks);
        self.repeated();
        let gone = self.life(Side::Client).and_then(|life| life.line.gone);
        if let Some(gone) = gone.filter(|gone| gone.why == GoneReason::Refused) {
            return self.say(Some(gone.at), Side::Server, "RST+ACK", [GONE, None]);
        }
        if self.was_answered() {
            self.answer(called);
        }
    }

    /// The kernel's timer tells how often a SYN without an answer was sent again.
    fn repeated(&mut self) {
        let calling = |life: &RowHistory<'_>| life.line.row.state == SynSent;
        let Some(life) = self.pair.lives[0].filter(calling) else {
            return;
        };
        let tries = life.line.row.timer.map_or(0, |timer| timer.tries);
        if tries == 0 {
            return;
        }
        let words = match tries {
            1 => String::from("SYN, once more"),
            _ => format!("SYN, {tries} times more"),
        };
        self.say(Some(life.line.read), Side::Client, words, [None, None]);
        if let Some(arrow) = self.rungs.last_mut().and_then(|rung| rung.arrow.as_mut()) {
            arrow.again = true;
        }
    }

    fn answer(&mut self, called: Option<Moment>) {
        let open = self.since(Side::Client, Established).or(called);
        let answered = self.since(Side::Server, SynReceived).or(open);
        let marks = [self.mark(Side::Client, Established), self.mark(Side::Server, SynReceived)];
        self.say(answered, Side::Server, "SYN+ACK", marks);
        let waits =
            |life: RowHistory<'_>| life.line.row.state == SynReceived && life.line.gone.is_none();
        if !self.life(Side::Server).is_some_and(waits) {
            let marks = [None, self.mark(Side::Server, Established)];
            self.say(self.since(Side::Server, Established), Side::Client, "ACK", marks);
        }
    }

    /// The connection is older than the first look at it: how it was made, nobody knows.
    fn already_there(&mut self) {
        let states = [Side::Client, Side::Server].map(|side| {
            let first = self.life(side)?.stretches().into_iter().find(|stretch| stretch.seen)?;
            Some((first.from, StateMark { state: Some(first.state), seen: true }))
        });
        let at = states.iter().flatten().map(|(at, _)| *at).min();
        let states = states.map(|state| state.map(|(_, mark)| mark));
        if let Some(at) = at {
            self.rungs.push(Rung { at, arrow: None, states, ports: None });
        }
    }

    fn was_answered(&self) -> bool {
        let beyond = |life: RowHistory<'_>| {
            life.line.row.state != SynSent
                || life.line.passed.iter().any(|passed| passed.state != SynSent)
        };
        [Side::Client, Side::Server].into_iter().filter_map(|side| self.life(side)).any(beyond)
    }

    fn data(&mut self) {
        let sends =
            |side: Side| self.doing(side, |doing| matches!(doing, LoggedEvent::Sent(_))).is_some();
        let told = [sends(Side::Client), sends(Side::Server)];
        let is_udp = self.pair.connection.protocol == Protocol::Udp;
        for (at, name, doing) in self.doings.clone() {
            let side = self.side_of(name);
            let (from, bytes) = match doing {
                LoggedEvent::Sent(bytes) => (side, bytes),
                // What a stranger sent is known only from what came.
                LoggedEvent::Received(bytes) if !told[side.other() as usize] => {
                    (side.other(), bytes)
                }
                LoggedEvent::Received(_)
                | LoggedEvent::Calls
                | LoggedEvent::Connected
                | LoggedEvent::Accepted
                | LoggedEvent::PeerClosed
                | LoggedEvent::HalfClosed
                | LoggedEvent::Closed(_) => continue,
            };
            let bytes = format!("{} B", format::number(bytes));
            let words =
                if is_udp { format!("datagram, {bytes}") } else { format!("PSH+ACK, {bytes}") };
            self.say(Some(at), from, words, [None, None]);
        }
    }
}
