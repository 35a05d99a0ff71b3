//! The kernel's socket table as this program remembers it: rows, their order, counts and ports, and the journal of the past.

pub(crate) mod closed_rows;
pub(crate) mod counts;
pub(crate) mod event;
pub(crate) mod ghosts;
pub(crate) mod gone_reason;
pub(crate) mod journal;
pub(crate) mod order;
pub(crate) mod ports;
pub(crate) mod removal;
pub(crate) mod row;

pub(crate) use crate::app::table::closed_rows::ClosedRows;
pub(crate) use crate::app::table::counts::StateCounts;
pub(crate) use crate::app::table::event::{RowChange, TableEvent};
pub use crate::app::table::journal::Past;
pub(crate) use crate::app::table::journal::{Journal, StepKind};
pub(crate) use crate::app::table::order::{RowKind, RowOrder, RowPlace};
pub use crate::app::table::ports::{Parity, Ports};
pub use crate::app::table::row::{Gone, GoneReason, Mark, Sighting, TableRow};

use std::collections::{HashMap, HashSet, VecDeque};

use crate::tcp::{Host, Moment, Port, Protocol, SocketId, SocketRow, TcpState};

/// The kernel's socket table, ordered by the birth of connections, both ends of one together.
#[derive(Clone, Debug, Default)]
pub struct Table {
    lines: HashMap<SocketId, TableRow>,
    order: RowOrder,
    counts: StateCounts,
    ports: Ports,
    ghosts: VecDeque<(SocketId, Moment)>,
    closed_rows: ClosedRows,
    touched: Option<Moment>,
}

impl Table {
    /// Applies an event; says whether something visible other than a timer has changed.
    pub(crate) fn take(&mut self, at: Moment, what: &TableEvent) -> bool {
        match what {
            TableEvent::Look { afresh, rows } => self.look(at, *afresh, rows),
            TableEvent::Ended { name, how, reached, serves } => {
                self.ended(at, *name, (*how, *reached), *serves)
            }
            TableEvent::Laid => {
                self.lay_ghosts(at);
                false
            }
        }
    }

    fn look(&mut self, at: Moment, afresh: Option<Host>, rows: &[RowChange]) -> bool {
        self.touched = Some(at);
        if let Some(host) = afresh {
            return self.start_afresh(at, host, rows);
        }
        // Rows that vanished come last: the state of the other end may show why.
        let mut differs = false;
        for noted in rows {
            if let RowChange::There(row, serves) = noted {
                differs |= self.saw(at, *row, *serves);
            }
        }
        for noted in rows {
            if let RowChange::Gone(row) = noted {
                differs |= self.vanished(at, row);
            }
        }
        differs
    }

    fn start_afresh(&mut self, at: Moment, host: Host, rows: &[RowChange]) -> bool {
        let mut there: Vec<(SocketRow, bool)> = rows
            .iter()
            .filter_map(|noted| match noted {
                RowChange::There(row, serves) => Some((*row, *serves)),
                RowChange::Gone(_) => None,
            })
            .collect();
        there
            .sort_by_cached_key(|(row, _)| (row.state != TcpState::Listen, row.tuple.connection()));
        let mut differs = !self.lines.is_empty() && self.forget_all_but(host, &there);
        self.lines.reserve(there.len());
        for (row, serves) in there {
            let is_known = self.lines.contains_key(&row.name());
            differs |= self.saw(at, row, serves);
            if let Some(line) = self.lines.get_mut(&row.name()).filter(|_| !is_known) {
                line.found = true;
            }
        }
        differs
    }

    /// Removes the rows that are no longer in the table of that computer.
    fn forget_all_but(&mut self, host: Host, rows: &[(SocketRow, bool)]) -> bool {
        let there: HashSet<SocketId> = rows.iter().map(|(row, _)| row.name()).collect();
        let gone = |name: &SocketId| name.host == host && !there.contains(name);
        let gone: Vec<SocketId> = self.lines.keys().copied().filter(gone).collect();
        for name in &gone {
            self.forget(*name);
        }
        !gone.is_empty()
    }

    /// Adds or updates one row.
    fn saw(&mut self, at: Moment, row: SocketRow, serves: bool) -> bool {
        let name = row.name();
        match self.lines.get_mut(&name) {
            Some(line) if line.gone.is_none() && line.row.is_same_socket(&row) => {
                let before = line.row;
                line.saw(row, at);
                let listens = |row: &SocketRow| row.state == TcpState::Listen;
                if listens(&before) != listens(&row) {
                    self.order.remove(name);
                    self.place(&row, serves);
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
                if let Some(other) = other.map(|line| line.row.name()) {
                    self.forget(other);
                }
                self.forget(name);
            }
            None => (),
        }
        self.insert(TableRow::new(row, at), serves);
        true
    }

    fn insert(&mut self, line: TableRow, serves: bool) {
        let row = line.row;
        let alive = line.gone.is_none();
        self.lines.insert(row.name(), line);
        self.place(&row, serves);
        if alive {
            self.recount(&row, None, Some(row.state));
        }
    }

    /// Gives a row its place in the order.
    fn place(&mut self, row: &SocketRow, serves: bool) {
        let kind = self.kind(row, serves);
        self.order.insert(row.name(), kind);
        if let Some(line) = self.lines.get_mut(&row.name()) {
            line.kind = kind;
        }
    }

    fn kind(&self, row: &SocketRow, serves: bool) -> RowKind {
        let (local, remote) = (row.tuple.local.port, row.tuple.remote.port);
        let is_server = || serves || (self.counts.is_listening(local) && local != remote);
        if row.state == TcpState::Listen {
            RowKind::Listener
        } else if !row.tuple.is_connected() || is_server() {
            RowKind::ServerEnd
        } else {
            RowKind::ClientEnd
        }
    }

    /// Whether a row that appeared or changed may still be marked at `now`.
    pub fn is_fresh(&self, now: Moment) -> bool {
        self.touched.is_some_and(|touched| now.since(touched) <= TableRow::FRESH)
    }

    fn forget(&mut self, name: SocketId) {
        let Some(line) = self.lines.remove(&name) else {
            return;
        };
        if line.gone.is_none() {
            self.recount(&line.row, Some(line.row.state), None);
        }
        self.order.remove(name);
    }

    fn recount(&mut self, row: &SocketRow, before: Option<TcpState>, after: Option<TcpState>) {
        let (was_open, is_now) =
            (before.is_some_and(TcpState::is_open), after.is_some_and(TcpState::is_open));
        if was_open != is_now && row.tuple.protocol == Protocol::Tcp {
            self.order.count_open(row.name(), is_now);
        }
        self.counts.moved(row, before, after);
        self.ports.moved(row, before, after);
    }

    /// The inodes of all rows.
    pub(crate) fn inodes(&self) -> impl Iterator<Item = u64> {
        self.lines.values().map(|line| line.row.inode)
    }

    /// The row with that id.
    pub fn get(&self, name: SocketId) -> Option<&TableRow> {
        self.lines.get(&name)
    }

    /// The row of the other end, if it is in the table.
    pub fn mirror(&self, name: SocketId) -> Option<&TableRow> {
        if name.tuple.is_to_itself() || !name.tuple.is_connected() {
            return None;
        }
        let same = self.lines.get(&SocketId { tuple: name.tuple.mirrored(), ..name });
        same.or_else(|| self.lines.get(&self.order.other_end(name)?))
    }

    /// The row of the other end, in the table or among the closed rows.
    pub(crate) fn other_line(&self, name: SocketId) -> Option<&TableRow> {
        let other = name.tuple.mirrored().canonical();
        let born = self.lines.get(&name).map(|line| line.born);
        let closed = || {
            let lines = self.closed_rows().iter().rev();
            let is_it = |line: &&TableRow| {
                let went = line.gone.map(|gone| gone.at);
                line.row.tuple.canonical() == other && went >= born
            };
            lines.filter(|line| line.row.name() != name).find(is_it)
        };
        self.mirror(name).or_else(closed)
    }

    /// Whether the connection is half-open: the other end left by a RST, and this one does not know (RFC 9293, section 3.5.1).
    pub fn is_half_open(&self, line: &TableRow) -> bool {
        let is_there = line.gone.is_none() && line.row.tuple.is_connected();
        let is_alone = |name| {
            let other = self.mirror(name);
            other.is_some_and(|other| other.gone.is_some() && other.sent_rst())
        };
        is_there && line.row.state.is_open() && (line.left_alone || is_alone(line.row.name()))
    }

    /// Whether a poll of either end showed that both closed at once.
    pub fn closed_at_once(&self, line: &TableRow) -> bool {
        let other = self.other_line(line.row.name());
        line.closed_at_once() || other.is_some_and(TableRow::closed_at_once)
    }

    /// Whether the row is the client's end of its connection.
    pub fn is_client(&self, name: SocketId) -> bool {
        self.lines.get(&name).is_some_and(TableRow::is_client)
    }

    /// All rows in order.
    pub fn in_order(&self) -> impl DoubleEndedIterator<Item = &TableRow> {
        self.places().filter_map(|place| self.lines.get(&place.name))
    }

    /// The places of all rows in order, without a look-up of the rows.
    pub(crate) fn places(&self) -> impl DoubleEndedIterator<Item = &RowPlace> {
        self.order.places()
    }

    /// How many TCP rows are in that state.
    pub fn count(&self, state: TcpState) -> u32 {
        self.counts.of(state)
    }

    /// Whether a TCP socket is listening on that port.
    pub fn is_listening(&self, port: Port) -> bool {
        self.counts.is_listening(port)
    }

    /// How many rows there are, ghosts included.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many connections are open; TIME_WAIT does not count.
    pub fn connections(&self) -> usize {
        self.order.open()
    }
}
