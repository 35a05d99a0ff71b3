//! The kernel's socket table as this program remembers it: rows, their order, counts and ports, and the journal of the past.

pub(crate) mod gone;
pub(crate) mod gone_reason;
pub(crate) mod journal;
pub(crate) mod ports;
pub(crate) mod row;

pub use crate::app::table::gone_reason::{Gone, GoneReason};
pub use crate::app::table::journal::Past;
pub(crate) use crate::app::table::journal::{Journal, StepKind};
pub use crate::app::table::ports::{Parity, Ports};
pub use crate::app::table::row::{Mark, Sighting, Spotlight, TableRow};
pub(crate) use crate::app::table::row::{RowChange, RowPlace, TableEvent};

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use foldhash::fast::RandomState;

use crate::app::table::row::key;
use crate::tcp::{Host, Moment, PortRange, Protocol, SocketId, SocketRow, TcpState};

/// The kernel's socket table, ordered by the birth of connections, both ends of one together.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// By [`key`].
    lines: HashMap<SocketId, TableRow, RandomState>,
    order: BTreeSet<RowPlace>,
    next_birth: u64,
    /// How many connections have an open end.
    open: usize,
    states: [u32; TcpState::ALL.len()],
    /// Which ports are in use.
    pub ports: Ports,
    ghosts: VecDeque<(SocketId, Moment)>,
    closed_rows: Vec<TableRow>,
    touched: Option<Moment>,
}

impl Table {
    pub(crate) fn new(range: PortRange) -> Table {
        Table { ports: Ports::new(range), ..Table::default() }
    }

    pub(crate) fn count_ports_of(&mut self, range: PortRange) {
        self.ports = Ports::new(range);
        for line in self.lines.values().filter(|line| line.gone.is_none()) {
            self.ports.moved(&line.row, None, Some(line.row.state));
        }
    }

    /// Applies an event; says whether something visible other than a timer has changed.
    pub(crate) fn take(&mut self, at: Moment, what: &TableEvent) -> bool {
        match what {
            TableEvent::Polled { afresh, rows } => self.look(at, *afresh, rows),
            TableEvent::Ended { name, how, reached, serves } => {
                self.ended(at, *name, (*how, *reached), *serves)
            }
            TableEvent::GhostsRemoved => {
                self.remove_ghosts(at);
                false
            }
        }
    }

    fn look(&mut self, at: Moment, afresh: Option<Host>, rows: &[RowChange]) -> bool {
        let differs = match afresh {
            Some(host) => self.start_afresh(at, host, rows),
            None => self.follow(at, rows),
        };
        if differs {
            self.touched = Some(at);
        }
        differs
    }

    fn follow(&mut self, at: Moment, rows: &[RowChange]) -> bool {
        let mut differs = false;
        for RowChange { row, is_gone, serves } in rows {
            differs |= if *is_gone { self.vanished(at, row) } else { self.saw(at, *row, *serves) };
        }
        // Only now: the state of the other end may show why.
        for RowChange { row, .. } in rows.iter().filter(|change| change.is_gone) {
            self.explain(row.name());
        }
        differs
    }

    fn start_afresh(&mut self, at: Moment, host: Host, rows: &[RowChange]) -> bool {
        let mut there: Vec<&RowChange> = rows.iter().collect();
        there.sort_by_cached_key(|RowChange { row, .. }| {
            (row.state != TcpState::Listen, row.tuple.connection())
        });
        let mut differs = !self.lines.is_empty() && self.forget_all_but(host, &there);
        self.lines.reserve(there.len());
        for RowChange { row, serves, .. } in there {
            let is_known = self.lines.contains_key(&key(row.name()));
            differs |= self.saw(at, *row, *serves);
            if let Some(line) = self.lines.get_mut(&key(row.name())).filter(|_| !is_known) {
                line.found = true;
            }
        }
        differs
    }

    /// Removes the rows that are no longer in the table of that computer.
    fn forget_all_but(&mut self, host: Host, rows: &[&RowChange]) -> bool {
        let there: HashSet<SocketId> = rows.iter().map(|change| change.row.name()).collect();
        let names = self.lines.values().map(|line| line.row.name());
        let gone = names.filter(|name| name.host == host && !there.contains(name));
        let gone: Vec<SocketId> = gone.collect();
        for name in &gone {
            self.forget(*name);
        }
        !gone.is_empty()
    }

    fn saw(&mut self, at: Moment, row: SocketRow, serves: bool) -> bool {
        let name = row.name();
        match self.lines.get_mut(&key(name)) {
            Some(line) if line.gone.is_none() && line.row.is_same_socket(&row) => {
                let before = line.row;
                if (before.state == TcpState::Listen) == (row.state == TcpState::Listen) {
                    line.saw(row, at);
                } else if let Some(mut line) = self.remove(name) {
                    line.saw(row, at);
                    self.place(line, serves);
                }
                self.recount(&row, Some(before.state), Some(row.state));
                if row.state == TcpState::TimeWait && before.state != row.state {
                    // The poll that missed the other end may have read this row too early.
                    self.explain(name);
                }
                return before.state != row.state
                    || before.queues != row.queues
                    || before.inode != row.inode;
            }
            Some(_) => {
                // A new connection has the same five-tuple.
                let other = self.mirror(name).filter(|line| line.gone.is_some());
                for name in [other.map(|line| line.row.name()), Some(name)].into_iter().flatten() {
                    self.keep_reused(name, at);
                    self.forget(name);
                }
            }
            None => (),
        }
        self.insert(TableRow::new(row, at), serves);
        true
    }

    fn insert(&mut self, line: TableRow, serves: bool) {
        let (row, is_there) = (line.row, line.gone.is_none());
        self.place(line, serves);
        if is_there {
            self.recount(&row, None, Some(row.state));
        }
    }

    /// Gives a row its place in the order: beside its other end, else last.
    fn place(&mut self, mut line: TableRow, serves: bool) {
        let name = line.row.name();
        let (tuple, listens) = (line.row.tuple, line.row.state == TcpState::Listen);
        let port = tuple.local.port;
        let is_called = self.ports.is_listening(port) && port != tuple.remote.port;
        line.is_client = tuple.is_connected() && !listens && !serves && !is_called;
        line.birth = self.mirror(name).map_or(self.next_birth, |other| other.birth);
        self.next_birth = self.next_birth.max(line.birth + 1);
        self.order.insert(line.place());
        self.lines.insert(key(name), line);
    }

    fn remove(&mut self, name: SocketId) -> Option<TableRow> {
        let line = self.lines.remove(&key(name))?;
        self.order.remove(&line.place());
        Some(line)
    }

    fn forget(&mut self, name: SocketId) {
        if let Some(line) = self.remove(name).filter(|line| line.gone.is_none()) {
            self.recount(&line.row, Some(line.row.state), None);
        }
    }

    fn recount(&mut self, row: &SocketRow, before: Option<TcpState>, after: Option<TcpState>) {
        if row.tuple.protocol == Protocol::Tcp && before != after {
            // An end in SYN_RECV is half a connection.
            let is_made = |state: TcpState| state.is_open() && state != TcpState::SynReceived;
            let is_open = |line: &TableRow| line.gone.is_none() && is_made(line.row.state);
            let [was_open, opens] = [before, after].map(|state| state.is_some_and(is_made));
            if was_open != opens && !self.mirror(row.name()).is_some_and(is_open) {
                self.open = self.open.saturating_add_signed(if opens { 1 } else { -1 });
            }
            for (state, step) in [(before, -1), (after, 1)] {
                let Some(state) = state else { continue };
                let count = &mut self.states[state as usize];
                *count = count.saturating_add_signed(step);
            }
        }
        self.ports.moved(row, before, after);
    }

    /// Whether a row may be lit that will soon be so no more.
    pub(crate) fn fades_later(&self, light: Spotlight) -> bool {
        self.touched.is_some_and(|touched| light.fades_later(touched))
    }

    /// Whether anything but a timer has changed since then.
    pub(crate) fn has_changed_since(&self, then: Moment) -> bool {
        self.touched.is_some_and(|touched| touched >= then)
    }

    pub(crate) fn inodes(&self) -> impl Iterator<Item = u64> {
        self.lines.values().map(|line| line.row.inode)
    }

    /// The row with that id.
    pub fn get(&self, name: SocketId) -> Option<&TableRow> {
        self.lines.get(&key(name)).filter(|line| line.row.host == name.host)
    }

    /// The row of the other end, if it is in the table.
    pub fn mirror(&self, name: SocketId) -> Option<&TableRow> {
        if name.tuple.is_to_itself() || !name.tuple.is_connected() {
            return None;
        }
        self.lines.get(&key(SocketId { tuple: name.tuple.mirrored(), ..name }))
    }

    /// The row of the other end, in the table or among the closed rows.
    pub(crate) fn other_line(&self, name: SocketId) -> Option<&TableRow> {
        let other = name.tuple.mirrored().canonical();
        let born = self.get(name).map(|line| line.born);
        let closed = || {
            let lines = self.closed_rows().iter().rev();
            let is_it = |line: &&TableRow| {
                let gone_at = line.gone.map(|gone| gone.at);
                line.row.tuple.canonical() == other && gone_at >= born
            };
            lines.filter(|line| line.row.name() != name).find(is_it)
        };
        self.mirror(name).or_else(closed)
    }

    /// Whether the connection is half-open: the other end left by a RST, and this one does not know (RFC 9293, section 3.5.1).
    pub fn is_half_open(&self, line: &TableRow) -> bool {
        let is_open = line.gone.is_none() && line.row.state.is_open();
        is_open && line.row.tuple.is_connected() && self.is_peer_reset(line.row.name())
    }

    /// Whether the other end left by a RST.
    pub(crate) fn is_peer_reset(&self, name: SocketId) -> bool {
        let other = self.other_line(name);
        self.get(name).is_some_and(|line| line.peer_reset_unseen)
            || other.is_some_and(|other| other.gone.is_some() && other.sent_rst())
    }

    /// Whether a poll of either end showed that both closed at once.
    pub fn closed_at_once(&self, line: &TableRow) -> bool {
        let other = self.other_line(line.row.name());
        let is_so = |line: &TableRow| line.was(TcpState::Closing);
        is_so(line) || other.is_some_and(is_so)
    }

    /// Whether the row is the client's end of its connection.
    pub fn is_client(&self, name: SocketId) -> bool {
        self.get(name).is_some_and(|line| line.is_client)
    }

    /// All rows in order.
    pub fn in_order(&self) -> impl DoubleEndedIterator<Item = &TableRow> {
        self.order.iter().filter_map(|place| self.get(place.name))
    }

    /// The places of all rows in order, without a look-up of the rows.
    pub(crate) fn places(&self) -> impl DoubleEndedIterator<Item = &RowPlace> {
        self.order.iter()
    }

    /// How many TCP rows are in that state.
    pub fn count(&self, state: TcpState) -> u32 {
        self.states[state as usize]
    }

    /// How many rows there are, ghosts included.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many connections are open; SYN_SENT, SYN_RECV and TIME_WAIT do not count.
    pub fn connections(&self) -> usize {
        self.open
    }
}
