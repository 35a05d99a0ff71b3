use std::collections::HashSet;
use std::mem;
use std::time::Duration;

use crate::app::TableUpdate;
use crate::kernel::{Activity, Reading};
use crate::run::KnownRows;
use crate::run::watch::schedule::Schedule;
use crate::tcp::{Change, Filter, Host, Moment, Protocol, SocketId, SocketRow, TcpState};

/// Decides when the kernel is asked for what, and tells what differs; without I/O, threads or a clock of its own.
///
/// Whoever drives it takes the pulse, looks rows up and reads tables as it says, and brings the answers.
#[derive(Debug)]
pub struct Planner {
    host: Host,
    wanted: Option<Filter>,
    known: KnownRows,
    changes: Vec<Change>,
    visible: Vec<SocketId>,
    source: &'static str,
    is_exact: bool,
    torn: bool,
    /// What the next reading of the whole table brings.
    next: NextRead,
    /// What the next report says beyond changes.
    owed: NextRead,
    /// The order that is under way.
    reading: Option<u64>,
    round: u64,
    /// What was looked up since that order began: its answer may be older.
    looked: HashSet<SocketId>,
    rhythm: Schedule,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NextRead {
    /// Nothing, unless something differs.
    Changes,
    /// That the table can be read, even when nothing differs.
    Again,
    /// The whole table.
    Afresh,
}

/// The order to read all rows of a filter, which may take a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOrder {
    /// Its number, by which the answer is recognised.
    pub round: u64,
    /// The rows that are wanted.
    pub wanted: Filter,
}

/// The order to look at some rows in passing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupOrder {
    /// All rows in LISTEN that are wanted, as the filter to read them by.
    pub listening: Option<Filter>,
    /// The connected rows on the screen.
    pub names: Vec<SocketId>,
}

impl Planner {
    /// Watches nothing of that host yet. Its orders are numbered from `first_round`.
    pub fn new(host: Host, now: Moment, first_round: u64) -> Planner {
        Planner {
            host,
            wanted: None,
            known: KnownRows::default(),
            changes: Vec::new(),
            visible: Vec::new(),
            source: "",
            is_exact: true,
            torn: false,
            next: NextRead::Afresh,
            owed: NextRead::Changes,
            reading: None,
            round: first_round,
            looked: HashSet::new(),
            rhythm: Schedule::new(now),
        }
    }

    /// From now on the answers come from this source; the next report says so.
    pub fn source_is(&mut self, name: &'static str, is_exact: bool) {
        (self.source, self.is_exact) = (name, is_exact);
        self.failed();
    }

    /// From now on these rows are wanted; the next report is the whole table, even if they are the same as before.
    pub fn watch(&mut self, wanted: Filter) {
        self.wanted = Some(wanted);
        self.known.clear();
        self.changes.clear();
        self.looked.clear();
        self.next = NextRead::Afresh;
    }

    /// These rows are on the screen.
    pub fn visible(&mut self, names: Vec<SocketId>) {
        self.visible = names;
    }

    /// Whether it is time to take the pulse.
    pub fn pulse_due(&self, now: Moment) -> bool {
        self.rhythm.pulse_due(now)
    }

    /// The pulse was taken.
    pub fn pulse(&mut self, now: Moment, motion: Activity) {
        self.rhythm.pulse(now, motion);
    }

    /// Which rows to look at in passing, if it is time to.
    pub fn glance(&mut self, now: Moment) -> Option<LookupOrder> {
        let wanted = self.wanted.as_ref()?;
        if self.next == NextRead::Afresh || !self.is_exact || !self.rhythm.glance_due(now) {
            return None;
        }
        self.rhythm.glance(now);
        let may_listen = wanted.protocol != Some(Protocol::Udp)
            && wanted.state.is_none_or(|state| state == TcpState::Listen);
        let listening = may_listen.then(|| Filter {
            ports: wanted.ports.clone(),
            protocol: Some(Protocol::Tcp),
            state: Some(TcpState::Listen),
        });
        let connected = self.visible.iter().filter(|name| name.tuple.is_connected());
        let names = connected.copied().collect();
        Some(LookupOrder { listening, names })
    }

    /// The rows in LISTEN, all that are wanted.
    pub fn listening(&mut self, rows: &[SocketRow]) {
        if self.reading.is_some() {
            self.looked.extend(rows.iter().map(SocketRow::name));
            self.looked.extend(self.known.listening());
        }
        self.known.learn_listening(rows, &mut self.changes);
    }

    /// Whether the source can look up single rows.
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// Somebody wants to know about single rows. Whether they can be looked up; where not, the table is read soon.
    pub fn may_look(&mut self) -> bool {
        if !self.is_exact {
            self.rhythm.hurry(Activity::Sockets);
        }
        self.is_exact && self.wanted.is_some()
    }

    /// The row that was looked up by this name; its own may differ where IPv4 is mapped to IPv6.
    pub fn looked(&mut self, name: SocketId, found: Option<SocketRow>) {
        let wanted = self.wanted.as_ref();
        let found = found.filter(|row| wanted.is_some_and(|wanted| wanted.wants(row)));
        let real = found.map(|row| row.name());
        if self.reading.is_some() {
            self.looked.extend([name].into_iter().chain(real));
        }
        if real != Some(name) {
            self.known.forget(&name, &mut self.changes);
        }
        if let Some(row) = found {
            self.known.learn(row, &mut self.changes);
        }
    }

    /// The order to read the whole table, if it is time to.
    pub fn order(&mut self, now: Moment) -> Option<ReadOrder> {
        let wanted = self.wanted.as_ref()?;
        let is_due = self.next == NextRead::Afresh || self.rhythm.reading_due(now, self.is_exact);
        if self.reading.is_some() || !is_due {
            return None;
        }
        let wanted = wanted.clone();
        self.round += 1;
        self.reading = Some(self.round);
        self.looked.clear();
        self.rhythm.reading_begins(now);
        Some(ReadOrder { round: self.round, wanted })
    }

    /// An order was carried out; `cost` is the time it took.
    pub fn read(&mut self, order: &ReadOrder, reading: &Reading, cost: Duration) {
        self.rhythm.reading_took(cost);
        if self.reading != Some(order.round) {
            return;
        }
        self.reading = None;
        let looked = mem::take(&mut self.looked);
        if self.wanted.as_ref() != Some(&order.wanted) {
            return;
        }
        let rows = &reading.snapshot.rows;
        if self.next == NextRead::Afresh {
            let known = |name| self.known.get(name).copied();
            let early: Vec<SocketRow> = looked.iter().filter_map(known).collect();
            self.known.clear();
            self.changes.clear();
            self.known.learn_all(rows, &looked, &mut self.changes);
            for row in early {
                self.known.learn(row, &mut self.changes);
            }
        } else if reading.torn && !self.torn {
            // Rows may be missing that are still there; if it happens again, they are not waited for.
            self.known.learn_some(rows, &looked, &mut self.changes);
            self.rhythm.hurry(Activity::Sockets);
        } else {
            self.known.learn_all(rows, &looked, &mut self.changes);
        }
        let torn = mem::replace(&mut self.torn, reading.torn);
        let is_news = if torn == self.torn { NextRead::Changes } else { NextRead::Again };
        self.owed = self.owed.max(self.next).max(is_news);
        self.next = NextRead::Changes;
    }

    /// Nothing will come of the order that is under way; the next reading is soon, and tells that the table can be read again.
    pub fn failed(&mut self) {
        self.reading = None;
        self.next = self.next.max(NextRead::Again);
        self.rhythm.hurry(Activity::Sockets);
    }

    /// What there is to tell since the last report.
    pub fn report(&mut self) -> Option<TableUpdate> {
        let has_news = !self.changes.is_empty() || self.owed != NextRead::Changes;
        if self.next == NextRead::Afresh || !has_news {
            return None;
        }
        let owed = mem::replace(&mut self.owed, NextRead::Changes);
        Some(TableUpdate {
            host: self.host,
            changes: mem::take(&mut self.changes),
            afresh: owed == NextRead::Afresh,
            torn: self.torn,
            source: self.source,
        })
    }

    /// How long nothing is due.
    pub fn pause(&self, now: Moment) -> Duration {
        self.rhythm.pause(now)
    }
}
