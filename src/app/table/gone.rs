//! Rows that leave the table: why, and how long they stay on the screen.

use std::time::Duration;

use crate::app::table::row::key;
use crate::app::{Gone, GoneReason, Table, TableRow};
use crate::tcp::{
    CloseKind, Errno, Host, Moment, Protocol, SocketId, SocketRow, TcpState, Timer, TimerKind,
};

/// How far the timer that a poll shows may be from the kernel's own.
const ABOUT: Duration = Duration::from_secs(2);

/// A timer that a poll shows with less than this left has run out when the next poll misses the row.
const SOON: Duration = Duration::from_secs(1);
/// A timer that has run out so often waits for longer than that: what happens just when it runs out is no coincidence.
const MANY: u8 = 4;

/// How many rows are kept after their ghosts: as many as a large screen has lines.
const CLOSED_ROWS: usize = 64;

impl Table {
    /// Marks a row as gone; it stays on the screen as a ghost for a while.
    pub(super) fn vanished(&mut self, at: Moment, last: &SocketRow) -> bool {
        let name = last.name();
        let alive = |line: &&mut TableRow| line.gone.is_none() && line.row.is_same_socket(last);
        let Some(line) = self.lines.get_mut(&key(name)).filter(alive) else { return false };
        line.gone = Some(Gone { at, why: GoneReason::Unknown });
        let row = line.row;
        self.recount(&row, Some(row.state), None);
        self.ghosts.push_back((name, at));
        true
    }

    /// Records how one of our sockets was closed. A connection that no poll ever showed gets a row with the state known from its own
    /// calls; it replaces an older one.
    pub(super) fn ended(
        &mut self,
        at: Moment,
        name: SocketId,
        (how, reached): (CloseKind, Option<TcpState>),
        serves: bool,
    ) -> bool {
        let was_told = |line: &TableRow| line.gone.is_some() && line.ending.is_some();
        let line = self.lines.get_mut(&key(name));
        if let Some(line) = line.filter(|line| !was_told(line)) {
            line.ending = Some(how);
            return self.explain(name);
        }
        let Some(reached) = reached else { return false };
        self.forget(name);
        self.insert(TableRow::told(name, reached, how, at), serves);
        self.ghosts.push_back((name, at));
        true
    }

    /// Updates why a row and its other end left: each may explain the other. Says whether a reason changed.
    pub(super) fn explain(&mut self, name: SocketId) -> bool {
        let other = self.mirror(name).map(|line| line.row.name());
        let mut differs = false;
        for name in [Some(name), other].into_iter().flatten() {
            let Some(why) = self.get(name).and_then(|line| why_gone(self, line)) else { continue };
            let line = self.lines.get_mut(&key(name));
            if let Some(gone) = line.and_then(|line| line.gone.as_mut()) {
                differs |= gone.why != why;
                gone.why = why;
            }
        }
        differs
    }

    pub(super) fn remove_ghosts(&mut self, now: Moment) {
        while let Some((name, at)) = self.ghosts.front().copied() {
            if now.since(at) < TableRow::GHOST {
                break;
            }
            self.ghosts.pop_front();
            // The same five-tuple may have been used again since.
            let is_it = |line: &&TableRow| line.gone.is_some_and(|gone| gone.at == at);
            if let Some(line) = self.get(name).filter(is_it).cloned() {
                let other = self.mirror(name).map(|other| key(other.row.name()));
                if let Some(other) = other.and_then(|other| self.lines.get_mut(&other)) {
                    other.peer_reset_unseen |= line.sent_rst() && other.gone.is_none();
                }
                self.keep_closed(line);
                self.forget(name);
            }
        }
    }

    /// Keeps a row whose five-tuple a new connection has taken over from TIME_WAIT.
    pub(super) fn keep_reused(&mut self, name: SocketId, at: Moment) {
        let waited = |line: &&TableRow| {
            let was_there = line.gone.is_none_or(|gone| gone.at == at);
            was_there && line.row.state == TcpState::TimeWait
        };
        if let Some(line) = self.get(name).filter(waited) {
            let gone = Some(Gone { at, why: GoneReason::Reused });
            self.keep_closed(TableRow { gone, ..line.clone() });
        }
    }

    /// Whether such a row was there, whose place that one has taken.
    pub(crate) fn reuses(&self, name: SocketId) -> bool {
        let born = self.get(name).map(|line| line.born);
        let mut closed = self.closed_rows.iter();
        closed.any(|line| {
            let reused = line.gone.filter(|gone| gone.why == GoneReason::Reused);
            line.row.name() == name && reused.map(|gone| gone.at).is_some_and(|at| Some(at) == born)
        })
    }

    fn keep_closed(&mut self, row: TableRow) {
        let closed = &mut self.closed_rows;
        if closed.len() == CLOSED_ROWS {
            let first = (0..CLOSED_ROWS).min_by_key(|n| closed[*n].gone.map(|gone| gone.at));
            closed.remove(first.unwrap_or(0));
        }
        let place = closed.partition_point(|other| other.born <= row.born);
        closed.insert(place, row);
    }

    /// The last rows whose ghosts have left the screen, in the order of their births.
    pub fn closed_rows(&self) -> &[TableRow] {
        &self.closed_rows
    }

    pub(crate) fn ghosts(&self) -> impl Iterator<Item = SocketId> {
        let names = self.ghosts.iter().map(|(name, _)| *name);
        // The same five-tuple may have been used again since.
        names.filter(|name| self.get(*name).is_some_and(|line| line.gone.is_some()))
    }

    pub(crate) fn next_ghost(&self) -> Option<Moment> {
        self.ghosts.front().map(|(_, at)| at.plus(TableRow::GHOST))
    }
}

/// Why a row left the table, as it and the row of the other end show; `None` where it has not, or is known from our own calls only.
///
/// The end that closes first stays in TIME_WAIT for 60 s, far longer than the time between two polls. Where no TIME_WAIT was seen, the
/// rows did not end by FINs.
fn why_gone(table: &Table, line: &TableRow) -> Option<GoneReason> {
    let gone = line.gone.filter(|_| !line.told)?;
    // The port is closed: a RST answered the SYN, or ICMP the datagram.
    let was_refused = line.ending == Some(CloseKind::Broken(Errno::ECONNREFUSED));
    let is_udp = line.row.tuple.protocol == Protocol::Udp;
    Some(match line.row.state {
        _ if is_udp && was_refused => GoneReason::Refused,
        _ if is_udp => GoneReason::Unknown,
        // Over a wire nothing but a RST ends it early (RFC 1337); on loopback a new connection may, too (`tcp_tw_reuse`).
        TcpState::TimeWait if line.time_left(gone.at).is_some_and(|left| left > ABOUT) => {
            if line.row.host == Host::THIS { GoneReason::Unknown } else { GoneReason::Reset }
        }
        TcpState::TimeWait => GoneReason::TimeWaitOver,
        TcpState::Listen => GoneReason::Stopped,
        TcpState::SynSent if was_refused => GoneReason::Refused,
        // What another program's SYN brought may have come between two polls, unless it was sent again.
        TcpState::SynSent if line.ending.is_some() || was_sent_again(line) => {
            GoneReason::NeverConnected
        }
        TcpState::Closed => GoneReason::Unknown,
        TcpState::FinWait2 if is_over(line, TimerKind::TimeWait, 0) => GoneReason::FinWait2Over,
        TcpState::SynReceived | TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck
            if gave_up(table, line) =>
        {
            GoneReason::GaveUp
        }
        TcpState::SynSent
        | TcpState::SynReceived
        | TcpState::Established
        | TcpState::FinWait1
        | TcpState::FinWait2
        | TcpState::CloseWait
        | TcpState::Closing
        | TcpState::LastAck => how_ended(line, table.mirror(line.row.name())),
    })
}

fn was_sent_again(line: &TableRow) -> bool {
    line.row.timer.is_some_and(|timer| timer.tries > 0)
}

/// Whether it left when its timer ran out for the last of many times, and no RST is known that ended it.
fn gave_up(table: &Table, line: &TableRow) -> bool {
    let kinds = [TimerKind::Retransmit, TimerKind::ZeroWindowProbe];
    let was_reset =
        line.was_reset() || table.mirror(line.row.name()).is_some_and(TableRow::sent_rst);
    // A handshake waits less often, and nothing but an RST ends it otherwise.
    let tries = if line.row.state == TcpState::SynReceived { 1 } else { MANY };
    !was_reset && kinds.into_iter().any(|kind| is_over(line, kind, tries))
}

/// Whether the last timer of a row that is gone was of that kind, had run out so often before, and was about to run out.
fn is_over(line: &TableRow, kind: TimerKind, tries: u8) -> bool {
    let left = line.gone.and_then(|gone| line.time_left(gone.at));
    let is_it = |timer: Timer| timer.kind == kind && timer.tries >= tries;
    line.row.timer.is_some_and(is_it) && left.is_some_and(|left| left < SOON)
}

/// How a connection ended whose row shows no reason by itself.
fn how_ended(line: &TableRow, other: Option<&TableRow>) -> GoneReason {
    let others = |is_so: fn(&TableRow) -> bool| other.is_some_and(is_so);
    let waited = others(|other| other.was(TcpState::TimeWait));
    let both_are_gone = others(|other| other.gone.is_some());
    let left_unread = line.closed_unread() || others(TableRow::closed_unread);
    if line.was_reset() || others(TableRow::was_reset) || (!waited && left_unread) {
        GoneReason::Reset
    } else if line.closed_first() || (both_are_gone && !waited) {
        GoneReason::Unknown
    } else if line.was(TcpState::CloseWait) {
        GoneReason::ClosedSecond
    } else {
        match (others(TableRow::closed_first), line.is_client) {
            (false, _) => GoneReason::Unknown,
            (true, true) => GoneReason::ClosedByServer,
            (true, false) => GoneReason::ClosedByClient,
        }
    }
}
