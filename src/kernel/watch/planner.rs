use std::collections::HashSet;
use std::mem;
use std::time::Duration;

use crate::kernel::watch::KnownRows;
use crate::kernel::watch::schedule::Schedule;
use crate::kernel::{Activity, Reading};
use crate::tcp::{
    Change, Filter, Host, Moment, Protocol, SocketId, SocketRow, TableUpdate, TcpState,
};

/// Decides when the kernel is asked for what, and reports what differs; its driver does the I/O, and brings the answers and the time.
#[derive(Debug)]
pub struct Planner {
    host: Host,
    wanted: Option<Filter>,
    known: KnownRows,
    changes: Vec<Change>,
    visible: Vec<SocketId>,
    source: &'static str,
    is_exact: bool,
    interrupted: bool,
    /// What the next read of the whole table adds to the report.
    next: Extent,
    /// What the next report says beyond changes.
    owed: Extent,
    reading: Option<u64>,
    round: u64,
    /// The rows looked up since that order began: its answer may be older.
    looked_up: HashSet<SocketId>,
    schedule: Schedule,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Extent {
    /// Changes only; without any there is no report.
    Changes,
    /// Changes, if any: the report itself says that the table can be read.
    Readable,
    Whole,
}

/// The order to read all rows of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOrder {
    /// Its number, which identifies the answer.
    pub round: u64,
    /// The rows that are wanted.
    pub wanted: Filter,
}

/// The order to look up some rows between two reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupOrder {
    /// The filter for the wanted rows in LISTEN, if there are any.
    pub listening: Option<Filter>,
    /// The connected rows on the screen.
    pub visible: Vec<SocketId>,
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
            interrupted: false,
            next: Extent::Whole,
            owed: Extent::Changes,
            reading: None,
            round: first_round,
            looked_up: HashSet::new(),
            schedule: Schedule::new(now),
        }
    }

    /// Answers come from this source from now on; the next report says so.
    pub fn set_source(&mut self, name: &'static str, is_exact: bool) {
        (self.source, self.is_exact) = (name, is_exact);
        self.read_failed();
    }

    /// Watches these rows from now on; the next report is the whole table, even if they are the same as before.
    pub fn watch(&mut self, wanted: Filter) {
        self.wanted = Some(wanted);
        self.known.clear();
        self.changes.clear();
        self.looked_up.clear();
        self.next = Extent::Whole;
    }

    /// These rows are on the screen.
    pub fn set_visible(&mut self, ids: Vec<SocketId>) {
        self.visible = ids;
    }

    /// Whether the change counters are to be read.
    pub fn is_sample_due(&self, now: Moment) -> bool {
        self.schedule.is_sample_due(now)
    }

    /// The change counters were read.
    pub fn sampled(&mut self, now: Moment, activity: Activity) {
        self.schedule.sampled(now, activity);
    }

    /// The rows to look up now, if that is due.
    pub fn lookup_order(&mut self, now: Moment) -> Option<LookupOrder> {
        let wanted = self.wanted.as_ref()?;
        if self.next == Extent::Whole || !self.is_exact || !self.schedule.is_lookup_due(now) {
            return None;
        }
        self.schedule.looked_up(now);
        let may_listen = wanted.protocol != Some(Protocol::Udp)
            && wanted.state.is_none_or(|state| state == TcpState::Listen);
        let listening = may_listen.then(|| Filter {
            ports: wanted.ports.clone(),
            protocol: Some(Protocol::Tcp),
            state: Some(TcpState::Listen),
        });
        let connected = self.visible.iter().filter(|id| id.tuple.is_connected());
        Some(LookupOrder { listening, visible: connected.copied().collect() })
    }

    /// These are all wanted rows in LISTEN.
    pub fn learn_listening(&mut self, rows: &[SocketRow]) {
        if self.reading.is_some() {
            self.looked_up.extend(rows.iter().map(SocketRow::name));
            self.looked_up.extend(self.known.listening());
        }
        self.known.learn_listening(rows, &mut self.changes);
    }

    /// Whether the source can look up single rows.
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// Whether single rows can be looked up now; where they cannot, the table is read soon.
    pub fn may_lookup(&mut self) -> bool {
        if !self.is_exact {
            self.schedule.assume(Activity::Sockets);
        }
        self.is_exact && self.wanted.is_some()
    }

    /// The id by which to ask for that socket: the given one may lack the interface that it is bound to.
    pub fn known_id(&self, id: SocketId) -> SocketId {
        self.known.get(&id).map_or(id, SocketRow::name)
    }

    /// The row found by looking up `id`; its own id differs where IPv4 is mapped to IPv6.
    pub fn learn_lookup(&mut self, id: SocketId, found: Option<SocketRow>) {
        let wanted = self.wanted.as_ref();
        let found = found.filter(|row| wanted.is_some_and(|wanted| wanted.wants(row)));
        let found = found.map(|row| self.known.told_apart(row));
        let found_id = found.map(|row| row.name());
        // To find nothing of a socket that no table has shown proves nothing: it may be bound to an interface.
        if self.reading.is_some() && (found.is_some() || self.known.get(&id).is_some()) {
            self.looked_up.extend([id].into_iter().chain(found_id));
        }
        // Of several sockets with these five numbers the kernel finds any.
        let found_another = found_id.is_some_and(|found| found.tuple.is_connected());
        if found_id != Some(id) && !found_another {
            self.known.forget(&id, &mut self.changes);
        }
        if let Some(row) = found {
            self.known.learn(row, &mut self.changes);
        }
    }

    /// The order to read the whole table, if that is due.
    pub fn read_order(&mut self, now: Moment) -> Option<ReadOrder> {
        let wanted = self.wanted.as_ref()?;
        let is_due = self.next == Extent::Whole || self.schedule.is_read_due(now, self.is_exact);
        if self.reading.is_some() || !is_due {
            return None;
        }
        let wanted = wanted.clone();
        self.round += 1;
        self.reading = Some(self.round);
        self.looked_up.clear();
        self.schedule.read_begins(now);
        Some(ReadOrder { round: self.round, wanted })
    }

    /// Whether the answer to this order is still wanted.
    pub fn awaits(&self, order: &ReadOrder) -> bool {
        self.reading == Some(order.round)
    }

    /// An order was carried out; `cost` is the processor time it took.
    pub fn learn_reading(&mut self, order: &ReadOrder, reading: &Reading, cost: Duration) {
        self.schedule.read_took(cost);
        if !self.awaits(order) {
            return;
        }
        self.reading = None;
        let looked_up = mem::take(&mut self.looked_up);
        if self.wanted.as_ref() != Some(&order.wanted) {
            return;
        }
        let rows = &reading.snapshot.rows;
        if self.next == Extent::Whole {
            let known = |id| self.known.get(id).copied();
            let early: Vec<SocketRow> = looked_up.iter().filter_map(known).collect();
            self.known.clear();
            self.changes.clear();
            self.known.learn_all(rows, &looked_up, &mut self.changes);
            for row in early {
                self.known.learn(row, &mut self.changes);
            }
        } else if reading.interrupted && !self.interrupted {
            // Rows that still exist may be missing; the second time in a row they are taken to be gone.
            self.known.learn_some(rows, &looked_up, &mut self.changes);
            self.schedule.assume(Activity::Sockets);
        } else {
            self.known.learn_all(rows, &looked_up, &mut self.changes);
        }
        let was_interrupted = mem::replace(&mut self.interrupted, reading.interrupted);
        let changed =
            if was_interrupted == self.interrupted { Extent::Changes } else { Extent::Readable };
        self.owed = self.owed.max(self.next).max(changed);
        self.next = Extent::Changes;
    }

    /// The order under way brings no answer: the next read is soon, and reports that the table can be read again.
    pub fn read_failed(&mut self) {
        self.reading = None;
        self.next = self.next.max(Extent::Readable);
        self.schedule.assume(Activity::Sockets);
    }

    /// What there is to report since the last report.
    pub fn report(&mut self) -> Option<TableUpdate> {
        let is_due = !self.changes.is_empty() || self.owed != Extent::Changes;
        if self.next == Extent::Whole || !is_due {
            return None;
        }
        let afresh = mem::replace(&mut self.owed, Extent::Changes) == Extent::Whole;
        let changes = mem::take(&mut self.changes);
        let changes = if afresh { self.known.appeared(&changes) } else { changes };
        Some(TableUpdate {
            host: self.host,
            changes,
            afresh,
            interrupted: self.interrupted,
            interfaces: Vec::new(),
            source: self.source,
        })
    }

    /// How long until something is due.
    pub fn pause(&self, now: Moment) -> Duration {
        self.schedule.pause(now)
    }
}
