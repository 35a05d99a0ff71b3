//! How a connection must have ended.

use crate::app::history::ladder::model::GONE;
use crate::app::history::{Inference, Side};
use crate::app::{GoneReason, LoggedEvent};
use crate::tcp::TcpState::{CloseWait, FinWait1, FinWait2, TimeWait};
use crate::tcp::{CloseKind, Errno, Flags, Moment, TcpState};

const FIN: Flags = Flags::FIN.and(Flags::ACK);

impl Inference<'_> {
    pub(super) fn close(&mut self) {
        if let Some((at, side)) = self.reset() {
            return self.reset_by(side, at);
        }
        let fins = Side::BOTH.map(|side| self.fin(side));
        let first = match fins {
            [None, None] => return self.vanished(),
            [Some(client), Some(server)] => self.closed_first(client, server),
            [Some(_), None] => Side::Client,
            [None, Some(_)] => Side::Server,
        };
        let [first_is_past, both_are] = self.past_fins(first);
        if first_is_past {
            self.ends[first as usize] = FinWait2;
            self.ends[first.other() as usize] = CloseWait;
        } else {
            self.first_fin(first, fins);
        }
        if self.has_vanished() {
            return self.vanished();
        }
        if !both_are {
            self.second_fin(first, fins[first.other() as usize]);
        }
        let over = self.gone(first).filter(|gone| gone.why == GoneReason::TimeWaitOver);
        if let Some(over) = over {
            self.states_only(over.at, Side::BOTH.map(|side| GONE.filter(|_| side == first)));
        }
    }

    /// When an end sent its FIN, by its own calls and the states of both ends.
    fn fin(&self, side: Side) -> Option<Moment> {
        let called = self.event(side, |event| {
            matches!(event, LoggedEvent::HalfClosed | LoggedEvent::Closed(CloseKind::Close))
        });
        let sent = self.since(side, TcpState::has_sent_fin);
        let received = self.since(side.other(), TcpState::has_received_fin);
        [called, sent, received].into_iter().flatten().min()
    }

    fn reset(&self) -> Option<(Moment, Side)> {
        let is = |kind| move |event| event == LoggedEvent::Closed(kind);
        Side::BOTH.into_iter().find_map(|side| {
            let aborted = self.event(side, is(CloseKind::Abort));
            let broken = || self.event(side.other(), is(CloseKind::Broken(Errno::ECONNRESET)));
            let at = aborted.or_else(broken).or_else(|| self.closed_unread(side));
            at.map(|at| (at, side))
        })
    }

    /// When an end disappeared that was closed with unread data.
    fn closed_unread(&self, side: Side) -> Option<Moment> {
        let gone = self.gone(side).filter(|gone| gone.why == GoneReason::Reset)?;
        self.row(side)?.closed_unread().then_some(gone.at)
    }

    fn reset_by(&mut self, side: Side, at: Moment) {
        let half_closed = |side| self.event(side, |event| event == LoggedEvent::HalfClosed);
        let other = side.other();
        let closed = self.event(other, |event| event == LoggedEvent::Closed(CloseKind::Close));
        let fins = [(half_closed(other).or(closed), other), (half_closed(side), side)];
        let before = fins.into_iter().filter_map(|(fin, side)| Some((fin?, side)));
        if let Some((fin, first)) = before.filter(|(fin, _)| *fin <= at).min_by_key(|fin| fin.0) {
            // The RST may have been the first answer to it.
            self.first_fin(first, [Some(fin); 2]);
        }
        self.arrow(Some(at), side, Flags::RST.to_string(), [GONE, GONE]);
    }

    fn vanished(&mut self) {
        let gone = Side::BOTH
            .map(|side| self.gone(side).filter(|gone| !gone.why.has_segment()).map(|gone| gone.at));
        if let Some(at) = gone.into_iter().flatten().max() {
            self.states_only(at, gone.map(|gone| gone.and(GONE)));
        }
    }

    fn has_vanished(&self) -> bool {
        let mut gone = Side::BOTH.into_iter().filter_map(|side| self.gone(side));
        gone.any(|gone| !gone.why.has_segment())
    }

    /// Whether the first FIN, and whether both, had been sent before the first poll.
    fn past_fins(&self, first: Side) -> [bool; 2] {
        let found = [first, first.other()].map(|side| {
            let (_, state) = self.seen(side, |_| true)?;
            self.row(side).filter(|row| row.found).map(|_| state)
        });
        let is = |n: usize, is_it: fn(TcpState) -> bool| found[n].is_some_and(is_it);
        let both = found[0] == Some(TimeWait) || is(1, TcpState::is_closing);
        [is(0, TcpState::closed_first) || is(1, TcpState::has_received_fin), both]
    }

    fn first_fin(&mut self, first: Side, fins: [Option<Moment>; 2]) {
        let second = first.other();
        self.segment(fins[first as usize], first, FIN);
        let waited = self.since(first, |state| state == FinWait2);
        let waited = waited.or_else(|| self.since(second, |state| state == CloseWait));
        // An end that closes at once sends the ACK together with its own FIN.
        let answers = waited.is_some() || fins[second as usize].is_none();
        if answers && !self.is_stuck_in(first, FinWait1) {
            self.segment(waited, second, Flags::ACK);
        }
    }

    fn second_fin(&mut self, first: Side, fin: Option<Moment>) {
        let second = first.other();
        let closed = self.since(first, |state| state == TimeWait);
        let closed = closed.or_else(|| self.gone(second).map(|gone| gone.at));
        if let Some(at) = fin.or(closed) {
            self.segment(Some(at), second, FIN);
            self.segment(closed, first, Flags::ACK);
        }
    }

    /// Which end sent its FIN first: its states count before the clock.
    fn closed_first(&self, client: Moment, server: Moment) -> Side {
        let waits = |state| matches!(state, FinWait1 | FinWait2 | TimeWait);
        let [client_waits, server_waits] = Side::BOTH.map(|side| self.since(side, waits).is_some());
        let is_client = if client_waits == server_waits { client <= server } else { client_waits };
        if is_client { Side::Client } else { Side::Server }
    }
}
