//! How a connection must have ended.

use super::inferred::OldInference;
use crate::app::history::ladder::model::GONE;
use crate::app::history::{RowHistory, Rung, Side, StateMark};
use crate::app::model::LoggedEvent;
use crate::app::table::GoneReason;
use crate::tcp::TcpState::{CloseWait, Closing, FinWait1, FinWait2, LastAck, TimeWait};
use crate::tcp::{CloseKind, Errno, Moment, Protocol, TcpState};

impl OldInference<'_> {
    /// When an end sent its FIN, as far as its own calls, its states and the other end's tell.
    fn fin(&self, side: Side) -> Option<Moment> {
        let called = self.doing(side, |doing| {
            matches!(doing, LoggedEvent::HalfClosed | LoggedEvent::Closed(CloseKind::Close))
        });
        let showed = self.was_any(side, &[FinWait1, FinWait2, Closing, TimeWait, LastAck]);
        let heard = self.was_any(side.other(), &[CloseWait, LastAck, Closing, TimeWait]);
        [called, showed, heard].into_iter().flatten().min()
    }

    /// Who sent a RST, and when.
    fn reset(&self) -> Option<(Moment, Side)> {
        let broken =
            |doing| matches!(doing, LoggedEvent::Closed(CloseKind::Broken(Errno::ECONNRESET)));
        [Side::Client, Side::Server].into_iter().find_map(|side| {
            let own = self.doing(side, |doing| doing == LoggedEvent::Closed(CloseKind::Abort));
            own.or_else(|| self.doing(side.other(), broken))
                .or_else(|| self.closed_unread(side))
                .map(|at| (at, side))
        })
    }

    /// When an end went that was closed with data unread.
    fn closed_unread(&self, side: Side) -> Option<Moment> {
        let line = self.life(side).map(|life| life.line)?;
        let gone = line.gone.filter(|gone| gone.why == GoneReason::Reset)?;
        line.closed_unread().then_some(gone.at)
    }

    /// A RST, and the FIN that an end had sent before it.
    fn reset_by(&mut self, side: Side, at: Moment) {
        let half = |side| self.doing(side, |doing| doing == LoggedEvent::HalfClosed);
        let other = side.other();
        let closed = self.doing(other, |doing| doing == LoggedEvent::Closed(CloseKind::Close));
        let fins = [(half(other).or(closed), other), (half(side), side)];
        let before = fins.into_iter().filter_map(|(fin, side)| Some((fin?, side)));
        if let Some((fin, first)) = before.filter(|(fin, _)| *fin <= at).min_by_key(|fin| fin.0) {
            // The RST may have been the first answer to it.
            self.first_fin(first, [Some(fin); 2]);
        }
        self.say(Some(at), side, "RST", [GONE, GONE]);
    }

    /// That a row went, where the table does not tell how.
    fn went(&mut self) {
        let gone = |side| {
            let gone = self.life(side).and_then(|life| life.line.gone);
            gone.filter(|gone| gone.why == GoneReason::Unknown)
        };
        let gone = [Side::Client, Side::Server].map(gone);
        if let Some(at) = gone.iter().flatten().map(|gone| gone.at).max() {
            self.rungs.push(Rung {
                at,
                arrow: None,
                states: gone.map(|gone| gone.and(GONE)),
                ports: None,
            });
        }
    }

    /// Whether a row went, and the table does not tell how.
    fn is_untold(&self) -> bool {
        let why = |side| Some(self.life(side)?.line.gone?.why);
        [Side::Client, Side::Server].into_iter().any(|side| why(side) == Some(GoneReason::Unknown))
    }

    pub(crate) fn goodbye(&mut self) {
        if self.pair.connection.protocol == Protocol::Udp {
            return;
        }
        if let Some((at, side)) = self.reset() {
            return self.reset_by(side, at);
        }
        let fins = [Side::Client, Side::Server].map(|side| self.fin(side));
        let first = match fins {
            [None, None] => return self.went(),
            [Some(client), Some(server)] => self.closed_first(client, server),
            [Some(_), None] => Side::Client,
            [None, Some(_)] => Side::Server,
        };
        let [first_is_past, both_are] = self.past_fins(first);
        if !first_is_past {
            self.first_fin(first, fins);
        }
        if self.is_untold() {
            return self.went();
        }
        if !both_are {
            self.second_fin(first, fins[first.other() as usize]);
        }
        let over = self.life(first).and_then(|life| life.line.gone);
        if let Some(over) = over.filter(|gone| gone.why == GoneReason::TimeWaitOver) {
            self.rungs.push(Rung {
                at: over.at,
                arrow: None,
                states: states(first, GONE, None),
                ports: None,
            });
        }
    }

    /// Whether the first FIN, and whether both, had been sent before the first look: when, nobody knows.
    fn past_fins(&self, first: Side) -> [bool; 2] {
        let found_in = |side: Side, states: &[TcpState]| {
            let life = self.life(side).filter(|life| life.line.found);
            let stretches = life.map(|life| life.stretches()).unwrap_or_default();
            let seen = stretches.iter().find(|stretch| stretch.seen);
            seen.is_some_and(|stretch| states.contains(&stretch.state))
        };
        let both = found_in(first, &[TimeWait]) || found_in(first.other(), &[LastAck, Closing]);
        let waits = found_in(first, &[FinWait1, FinWait2, Closing]);
        [both || waits || found_in(first.other(), &[CloseWait]), both]
    }

    fn first_fin(&mut self, first: Side, fins: [Option<Moment>; 2]) {
        let second = first.other();
        let marks = states(first, self.mark(first, FinWait1), self.mark(second, CloseWait));
        self.say(fins[first as usize], first, "FIN+ACK", marks);
        let waited = self.since(first, FinWait2);
        let waited = waited.or_else(|| self.since(second, CloseWait));
        // Who closes at once sends the ACK together with its own FIN.
        let answers = waited.is_some() || fins[second as usize].is_none();
        let is_stuck =
            |life: RowHistory<'_>| life.line.row.state == FinWait1 && life.line.gone.is_none();
        if answers && !self.life(first).is_some_and(is_stuck) {
            let marks = states(first, self.mark(first, FinWait2), None);
            self.say(waited, second, "ACK", marks);
        }
    }

    fn second_fin(&mut self, first: Side, fin: Option<Moment>) {
        let second = first.other();
        let went = || self.life(second)?.line.gone.map(|gone| gone.at);
        let closed = self.since(first, TimeWait).or_else(went);
        if fin.or(closed).is_none() {
            return;
        }
        let marks = states(first, self.mark(first, TimeWait), self.mark(second, LastAck));
        self.say(fin.or(closed), second, "FIN+ACK", marks);
        let is_gone = self.life(second).is_some_and(|life| life.line.gone.is_some());
        self.say(closed, first, "ACK", states(first, None, GONE.filter(|_| is_gone)));
    }

    /// Which end sent its FIN first: its states tell before the clock does.
    fn closed_first(&self, client: Moment, server: Moment) -> Side {
        let waits = |side: Side| self.was_any(side, &[FinWait1, FinWait2, TimeWait]).is_some();
        let (client_waits, server_waits) = (waits(Side::Client), waits(Side::Server));
        let by_clock = client_waits == server_waits;
        if (by_clock && client <= server) || (!by_clock && client_waits) {
            Side::Client
        } else {
            Side::Server
        }
    }
}

/// The marks of the end that closed first and of the other one, from left to right.
fn states(first: Side, one: Option<StateMark>, two: Option<StateMark>) -> [Option<StateMark>; 2] {
    match first {
        Side::Client => [one, two],
        Side::Server => [two, one],
    }
}
