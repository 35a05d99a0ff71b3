//! A ladder inferred from the states that the table showed and from the calls of our own ends: no segment was captured.

use crate::app::history::ladder::model::GONE;
use crate::app::history::{Connection, Ladder, LadderArrow, Rung, Side, StateMark};
use crate::app::{Gone, GoneReason, LoggedEvent, State, TableRow, format};
use crate::tcp::state::TcpState::{Closed, Established, Listen, SynReceived, SynSent};
use crate::tcp::{Flags, Moment, Protocol, TcpEvent, TcpState};

/// What both ends of a connection must have sent each other.
pub fn inferred(state: &State, connection: &Connection<'_>) -> Ladder {
    let inference = Inference {
        connection,
        events: connection.events(state),
        ends: [Closed, Listen],
        earliest: Moment::default(),
        rungs: Vec::new(),
    };
    let (ends, rungs) = (connection.names.clone(), inference.rungs());
    Ladder { ends, port: Some(connection.ends[0].tuple.local.port), rungs, ..Ladder::default() }
}

pub(crate) struct Inference<'a> {
    connection: &'a Connection<'a>,
    events: Vec<(Moment, Side, LoggedEvent)>,
    /// The states of the client and the server, as the segments so far lead to them.
    pub(super) ends: [TcpState; 2],
    /// No segment that is inferred from now on was sent before this.
    earliest: Moment,
    rungs: Vec<Rung>,
}

impl Inference<'_> {
    fn rungs(mut self) -> Vec<Rung> {
        let is_tcp = self.connection.tuple().protocol == Protocol::Tcp;
        if is_tcp {
            self.handshake();
        }
        let mut all = std::mem::take(&mut self.rungs);
        self.earliest = all.last().map_or(self.earliest, |rung| rung.at);
        // Data may come after a FIN: the other direction is still open.
        self.data();
        all.append(&mut self.rungs);
        if is_tcp {
            self.ends = [Established; 2];
            self.close();
        }
        all.append(&mut self.rungs);
        all.sort_by_key(|rung| rung.at);
        all
    }

    pub(super) fn row(&self, side: Side) -> Option<&TableRow> {
        self.connection.ends[side as usize].row
    }

    pub(super) fn gone(&self, side: Side) -> Option<Gone> {
        self.row(side)?.gone
    }

    /// The first state of this kind that an end was seen in, and when.
    pub(super) fn seen(
        &self,
        side: Side,
        is_it: impl Fn(TcpState) -> bool,
    ) -> Option<(Moment, TcpState)> {
        let mut spans = self.row(side)?.spans().into_iter().filter(|span| span.seen);
        spans.find(|span| is_it(span.state)).map(|span| (span.from, span.state))
    }

    pub(super) fn since(&self, side: Side, is_it: impl Fn(TcpState) -> bool) -> Option<Moment> {
        self.seen(side, is_it).map(|(at, _)| at)
    }

    pub(super) fn is_stuck_in(&self, side: Side, state: TcpState) -> bool {
        self.row(side).is_some_and(|row| row.row.state == state && row.gone.is_none())
    }

    pub(super) fn event(&self, side: Side, is_it: impl Fn(LoggedEvent) -> bool) -> Option<Moment> {
        let mut events = self.events.iter();
        events.find(|(_, of, event)| *of == side && is_it(*event)).map(|(at, ..)| *at)
    }

    /// Adds a segment after the ones before it, and the states that sending and receiving it lead to.
    pub(super) fn segment(&mut self, at: Option<Moment>, from: Side, flags: Flags) {
        let before = self.ends;
        let (sent, received) = events(flags);
        self.on(from, sent);
        for event in received {
            self.on(from.other(), event);
        }
        let states = Side::BOTH.map(|side| {
            let (now, before) = (self.ends[side as usize], before[side as usize]);
            self.mark(side, now).filter(|_| now != before)
        });
        self.arrow(at, from, flags.to_string(), states);
    }

    fn on(&mut self, side: Side, event: Option<TcpEvent>) {
        let end = &mut self.ends[side as usize];
        *end = event.and_then(|event| end.on(event)).map_or(*end, |transition| transition.to);
    }

    fn mark(&self, side: Side, state: TcpState) -> Option<StateMark> {
        self.row(side)?;
        if state == Closed {
            return GONE.filter(|_| self.gone(side).is_some());
        }
        let seen = self.since(side, |seen| seen == state).is_some();
        Some(StateMark { state: Some(state), seen })
    }

    pub(super) fn arrow(
        &mut self,
        at: Option<Moment>,
        from: Side,
        words: String,
        states: [Option<StateMark>; 2],
    ) {
        let before = self.rungs.last().map_or(self.earliest, |rung| rung.at);
        let at = at.unwrap_or(before).max(before);
        let numbers = String::new();
        let arrow = LadderArrow { numbers, ..LadderArrow::inferred(from, words) };
        self.rungs.push(Rung { at, arrow: Some(arrow), states, ports: None });
    }

    pub(super) fn states_only(&mut self, at: Moment, states: [Option<StateMark>; 2]) {
        self.rungs.push(Rung { at, arrow: None, states, ports: None });
    }

    fn handshake(&mut self) {
        let calls = |event| matches!(event, LoggedEvent::Connecting | LoggedEvent::Connected);
        let opens = |event| calls(event) || event == LoggedEvent::Accepted;
        let is_logged = self.events.iter().any(|(.., event)| opens(*event));
        let mut rows = self.connection.rows();
        if rows.any(|row| row.found) && !is_logged {
            return self.already_there();
        }
        let called = self.event(Side::Client, calls);
        let born = self.connection.rows().map(|row| row.born);
        self.segment(born.chain(called).min(), Side::Client, Flags::SYN);
        self.repeated();
        let gone = self.gone(Side::Client);
        if let Some(gone) = gone.filter(|gone| gone.why == GoneReason::Refused) {
            // The port is closed: no end of the server's answers.
            self.ends[Side::Server as usize] = Closed;
            return self.segment(Some(gone.at), Side::Server, Flags::RST.and(Flags::ACK));
        }
        let answered = |row: &TableRow| row.states().any(|state| state != SynSent);
        if self.connection.rows().any(answered) {
            self.answer(called);
        }
    }

    /// The kernel's timer has the number of retransmissions of an unanswered SYN.
    fn repeated(&mut self) {
        let Some(line) = self.row(Side::Client).filter(|row| row.row.state == SynSent) else {
            return;
        };
        let (at, tries) = (line.read, line.row.timer.map_or(0, |timer| timer.tries));
        let words = match tries {
            0 => return,
            1 => String::from("SYN"),
            _ => format!("SYN, {tries} times"),
        };
        self.arrow(Some(at), Side::Client, words, [None, None]);
        if let Some(arrow) = self.rungs.last_mut().and_then(|rung| rung.arrow.as_mut()) {
            arrow.again = true;
        }
    }

    fn answer(&mut self, called: Option<Moment>) {
        let open = self.since(Side::Client, |state| state == Established).or(called);
        let answered = self.since(Side::Server, |state| state == SynReceived).or(open);
        self.segment(answered, Side::Server, Flags::SYN.and(Flags::ACK));
        if !self.is_stuck_in(Side::Server, SynReceived) {
            let open = self.since(Side::Server, |state| state == Established);
            self.segment(open, Side::Client, Flags::ACK);
        }
    }

    /// The connection is older than the first poll: its handshake was not seen.
    fn already_there(&mut self) {
        let seen = Side::BOTH.map(|side| self.seen(side, |_| true));
        if let Some(at) = seen.iter().flatten().map(|(at, _)| *at).min() {
            let mark = |(_, state)| StateMark { state: Some(state), seen: true };
            self.states_only(at, seen.map(|seen| seen.map(mark)));
        }
    }

    fn data(&mut self) {
        let sends = |side| self.event(side, |event| matches!(event, LoggedEvent::Sent(_)));
        let sends = Side::BOTH.map(|side| sends(side).is_some());
        let protocol = self.connection.tuple().protocol;
        for (at, side, event) in self.events.clone() {
            let (from, bytes) = if let LoggedEvent::Sent(bytes) = event {
                (side, bytes)
            } else if let LoggedEvent::Received(bytes) = event
                && !sends[side.other() as usize]
            {
                // What another program sent is known only from what arrived.
                (side.other(), bytes)
            } else {
                continue;
            };
            let bytes = format::number(bytes);
            let words = match protocol {
                Protocol::Udp => format!("datagram, {bytes} B"),
                Protocol::Tcp => format!("data {bytes} B"),
            };
            self.arrow(Some(at), from, words, [None, None]);
        }
    }
}

/// What a segment means at the end that sends it, and at the end that receives it.
const fn events(flags: Flags) -> (Option<TcpEvent>, [Option<TcpEvent>; 2]) {
    if flags.has(Flags::RST) {
        (Some(TcpEvent::Abort), [Some(TcpEvent::Rst), None])
    } else if flags.has(Flags::SYN.and(Flags::ACK)) {
        // The listening socket has a row of its own: the server's end begins with this answer.
        (Some(TcpEvent::Syn), [Some(TcpEvent::SynAck), None])
    } else if flags.has(Flags::SYN) {
        (Some(TcpEvent::Connect), [None, None])
    } else if flags.has(Flags::FIN) {
        (Some(TcpEvent::Close), [Some(TcpEvent::Ack), Some(TcpEvent::Fin)])
    } else {
        (None, [Some(TcpEvent::Ack), None])
    }
}
