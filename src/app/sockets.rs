pub(crate) mod ports;

use std::collections::{HashMap, HashSet, VecDeque};

use crate::app::Sight;
use crate::app::counts::{Counts, is_open};
use crate::app::line::{Gone, Line};
use crate::app::order::{Order, Part, Place};
use crate::app::parting;
use crate::tcp::{
    Change, Ending, Moment, OwnSocket, Owner, Port, Protocol, RowName, SocketRow, TcpState,
};

/// The kernel's table as it was last seen, in the order in which connections were born; both ends of one stand together.
#[derive(Clone, Debug, Default)]
pub struct Sockets {
    lines: HashMap<RowName, Line>,
    order: Order,
    counts: Counts,
    ports: ports::Ports,
    ghosts: VecDeque<(RowName, Moment)>,
    /// Who holds which inode.
    pub owners: HashMap<u64, Owner>,
    /// Where the rows come from: `sock_diag` or `procfs`.
    pub source: &'static str,
    /// Whether the kernel said at the last look that rows may be missing.
    pub torn: bool,
    /// Why the table could not be read, and since when.
    pub blind: Option<(Moment, String)>,
    touched: Option<Moment>,
}

impl Sockets {
    /// Takes what a look at the kernel's table brought. `serves` tells which rows are the end of a server of ours.
    pub fn see(&mut self, at: Moment, sight: &Sight, serves: impl Fn(RowName) -> bool) {
        self.source = sight.source;
        self.torn = sight.torn;
        self.blind = None;
        self.touched = Some(at);
        self.forget_owners();
        if sight.afresh {
            self.start_afresh(at, &sight.changes, &serves);
            return;
        }
        // What vanished comes last: why it did may show in the state of its other end.
        for change in &sight.changes {
            if let Change::Appeared(row) | Change::Moved { to: row, .. } = change {
                self.saw(at, *row, &serves);
            }
        }
        for change in &sight.changes {
            if let Change::Vanished(row) = change {
                self.vanished(at, row);
            }
        }
    }

    fn start_afresh(&mut self, at: Moment, changes: &[Change], serves: &impl Fn(RowName) -> bool) {
        let mut rows: Vec<SocketRow> = changes
            .iter()
            .filter_map(|change| match change {
                Change::Appeared(row) | Change::Moved { to: row, .. } => Some(*row),
                Change::Vanished(_) => None,
            })
            .collect();
        rows.sort_by_cached_key(|row| (row.state != TcpState::Listen, row.tuple.connection()));
        if !self.lines.is_empty() {
            self.forget_all_but(&rows);
        }
        self.lines.reserve(rows.len());
        for row in rows {
            self.saw(at, row, serves);
        }
    }

    fn forget_all_but(&mut self, rows: &[SocketRow]) {
        let there: HashSet<RowName> = rows.iter().map(SocketRow::name).collect();
        let known: Vec<RowName> = self.lines.keys().copied().collect();
        for name in known.into_iter().filter(|name| !there.contains(name)) {
            self.forget(name);
        }
    }

    /// Takes one row as the kernel shows it now.
    fn saw(&mut self, at: Moment, row: SocketRow, serves: &impl Fn(RowName) -> bool) {
        let name = row.name();
        match self.lines.get_mut(&name) {
            Some(line) if line.gone.is_none() && line.row.is_same_socket(&row) => {
                let before = line.row.state;
                line.saw(row, at);
                if (before == TcpState::Listen) != (row.state == TcpState::Listen) {
                    self.order.remove(name);
                    self.order.insert(name, self.part(&row, serves));
                }
                self.recount(&row, Some(before), Some(row.state));
            }
            Some(_) => {
                // A new connection took over the five numbers: it has a birth of its own.
                let other = self.mirror(name).filter(|line| line.gone.is_some());
                if let Some(other) = other.map(|line| line.row.name()) {
                    self.forget(other);
                }
                self.forget(name);
                self.insert(Line::new(row, at), serves);
            }
            None => self.insert(Line::new(row, at), serves),
        }
    }

    fn insert(&mut self, line: Line, serves: &impl Fn(RowName) -> bool) {
        let (row, name) = (line.row, line.row.name());
        let alive = line.gone.is_none();
        self.order.insert(name, self.part(&row, serves));
        self.lines.insert(name, line);
        if alive {
            self.recount(&row, None, Some(row.state));
        }
    }

    fn part(&self, row: &SocketRow, serves: &impl Fn(RowName) -> bool) -> Part {
        let (local, remote) = (row.tuple.local.port, row.tuple.remote.port);
        let is_server =
            || serves(row.name()) || (self.counts.is_listening(local) && local != remote);
        if row.state == TcpState::Listen {
            Part::Listener
        } else if !row.tuple.is_connected() || is_server() {
            Part::ServerEnd
        } else {
            Part::ClientEnd
        }
    }

    /// Marks a row as gone: it stays as a ghost for a while, with the reason.
    fn vanished(&mut self, at: Moment, last: &SocketRow) {
        let name = last.name();
        let alive = |line: &&Line| line.gone.is_none() && line.row.is_same_socket(last);
        let Some(line) = self.lines.get(&name).filter(alive) else {
            return;
        };
        let why = parting::why_gone(self, line);
        let row = line.row;
        self.recount(&row, Some(row.state), None);
        if let Some(line) = self.lines.get_mut(&name) {
            line.gone = Some(Gone { at, why });
            self.ghosts.push_back((name, at));
        }
    }

    /// Remembers what one of our own ends was told about its end. A connection that no look ever showed gets a line that says so.
    pub fn ended(
        &mut self,
        at: Moment,
        name: RowName,
        how: Ending,
        serves: impl Fn(RowName) -> bool,
    ) {
        if let Some(line) = self.lines.get_mut(&name) {
            line.ending = Some(how);
            return;
        }
        let line = Line::told(name, how, at);
        self.insert(line, &serves);
        self.ghosts.push_back((name, at));
    }

    /// Takes ghosts away whose time is over; says whether there were any.
    pub fn lay_ghosts(&mut self, now: Moment) -> bool {
        let before = self.ghosts.len();
        while let Some((name, at)) = self.ghosts.front().copied() {
            if now.since(at) < Line::GHOST {
                break;
            }
            self.ghosts.pop_front();
            // The same five numbers may have come back, and gone again, since.
            if self
                .lines
                .get(&name)
                .and_then(|line| line.gone)
                .is_some_and(|gone| gone.at == at)
            {
                self.forget(name);
            }
        }
        before != self.ghosts.len()
    }

    /// When the next ghost's time is over.
    pub fn next_ghost(&self) -> Option<Moment> {
        self.ghosts.front().map(|(_, at)| at.plus(Line::GHOST))
    }

    /// Whether a row appeared or changed so shortly before `now` that it is still marked.
    pub fn is_fresh(&self, now: Moment) -> bool {
        self.touched
            .is_some_and(|touched| now.since(touched) <= Line::FRESH)
    }

    fn forget(&mut self, name: RowName) {
        let Some(line) = self.lines.remove(&name) else {
            return;
        };
        if line.gone.is_none() {
            self.recount(&line.row, Some(line.row.state), None);
        }
        self.order.remove(name);
    }

    fn recount(&mut self, row: &SocketRow, before: Option<TcpState>, after: Option<TcpState>) {
        let (was_open, is_now) = (before.is_some_and(is_open), after.is_some_and(is_open));
        if was_open != is_now && row.tuple.protocol == Protocol::Tcp {
            self.order.count_open(row.name(), is_now);
        }
        self.counts.moved(row, before, after);
        self.ports.moved(row, before, after);
    }

    /// Drops owners of sockets that are long gone, once they outnumber the rest.
    fn forget_owners(&mut self) {
        if self.owners.len() > OWNERS + 2 * self.lines.len() {
            let held: HashSet<u64> = self.lines.values().map(|line| line.row.inode).collect();
            self.owners.retain(|inode, _| held.contains(inode));
        }
    }

    /// Takes note of a descriptor of our own.
    pub fn own(&mut self, socket: &OwnSocket, pid: u32) {
        let owner = Owner {
            pid,
            program: String::from("fivetuple"),
            fd: socket.fd,
        };
        self.owners.insert(socket.inode, owner);
    }

    /// The line of that name.
    pub fn get(&self, name: RowName) -> Option<&Line> {
        self.lines.get(&name)
    }

    /// The line of the other end of the same connection, if it stands in the table.
    pub fn mirror(&self, name: RowName) -> Option<&Line> {
        let mirrored = name.tuple.mirrored();
        if mirrored == name.tuple || !name.tuple.is_connected() {
            return None;
        }
        let same = self.lines.get(&RowName {
            tuple: mirrored,
            ..name
        });
        same.or_else(|| self.lines.get(&self.order.other_end(name)?))
    }

    /// Whether the row is the client's end of its connection, as far as ports that listen tell.
    pub fn is_client(&self, name: RowName) -> bool {
        self.order.is_client(name)
    }

    /// Every line in its order.
    pub fn in_order(&self) -> impl DoubleEndedIterator<Item = &Line> {
        self.places()
            .filter_map(|place| self.lines.get(&place.name))
    }

    /// Where every line stands, in order: quicker than the lines themselves.
    pub(crate) fn places(&self) -> impl DoubleEndedIterator<Item = &Place> {
        self.order.places()
    }

    /// How many rows of TCP the kernel has in that state.
    pub fn count(&self, state: TcpState) -> u32 {
        self.counts.of(state)
    }

    /// Whether somebody listens at that port.
    pub fn is_listening(&self, port: Port) -> bool {
        self.counts.is_listening(port)
    }

    /// How many lines there are, ghosts too.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many connections are open: two ends of one count once, TIME_WAIT does not count.
    pub fn connections(&self) -> usize {
        self.order.open()
    }
}

/// So many owners are kept in any case.
const OWNERS: usize = 1024;
