use std::collections::{BTreeMap, HashMap};
use std::ops::RangeBounds;

use foldhash::fast::RandomState;

use crate::app::TableRow;
use crate::app::model::Rows;
use crate::tcp::{
    CloseKind, ListenSpec, ListenerId, Moment, OnData, OwnSocket, ServerCloses, SocketId,
};

/// The ends of connections that this program holds open: those of each holder, in the order in which they were opened.
#[derive(Clone, Debug, Default)]
pub struct OpenEnds {
    by_age: BTreeMap<Holder, BTreeMap<u64, OpenEnd>>,
    places: HashMap<SocketId, (Holder, u64), RandomState>,
    next_age: u64,
    /// Holder and close time of closed ends whose address does not identify the computer.
    closed: HashMap<SocketId, (Holder, Moment), RandomState>,
    pruned: Moment,
}

/// Who holds an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// The client computer of that number.
    Client(usize),
    /// The server of that listener, which accepted it.
    Server(ListenerId),
}

impl Holder {
    /// Where the servers begin, behind the clients; all of them look alike.
    pub const SERVERS: Holder = Holder::Server(ListenerId::FIRST);
}

/// One end of a connection that this program holds open.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenEnd {
    /// Its row and descriptor.
    pub socket: OwnSocket,
    /// Exact copies of it that were opened before (only UDP has them): they are closed after it.
    pub older: Vec<OwnSocket>,
    /// Since when.
    pub since: Moment,
    pub(crate) peer_closed: bool,
    /// When the other end, if it was also ours, was closed or half-closed.
    pub other_ended: Option<Moment>,
    /// What the server promised when it accepted this end; `None` for a client's.
    pub policy: Option<ServerPolicy>,
    /// Whether connect() succeeded, or accept() returned it.
    pub answered: bool,
    /// Whether it has half-closed, and who had sent a FIN by then.
    pub half_closed: Option<FinOrder>,
    /// Whether it stays open though the other end has half-closed, until that closes.
    pub(crate) stays_open: bool,
    /// Whether read() has returned bytes.
    pub(crate) has_read: bool,
    /// Whether the user ordered bytes to be sent.
    pub(crate) was_sent: bool,
    /// How the user ordered it to close.
    pub ordered: Option<CloseKind>,
    pub(crate) before: Option<Rows>,
    /// Whether another program had the other end when it was accepted.
    pub is_strangers: bool,
    /// Whether its address does not identify the computer that holds it.
    pub(crate) is_elsewhere: bool,
    /// The program at the other end if it is not ours, once it is known.
    pub program: Option<String>,
}

/// The place of an end's FIN among both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinOrder {
    /// The other end's FIN had not arrived when it was sent.
    First,
    /// The other end's FIN had arrived.
    Second,
}

/// The policy of a server for a connection, fixed at accept().
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerPolicy {
    /// What it does with received data.
    pub on_data: OnData,
    /// When it closes its end.
    pub closes: ServerCloses,
}

impl From<&ListenSpec> for ServerPolicy {
    fn from(spec: &ListenSpec) -> ServerPolicy {
        ServerPolicy { on_data: spec.on_data, closes: spec.closes }
    }
}

impl OpenEnds {
    /// Adds an end; a known one, or a copy of it, keeps its place.
    pub fn add(&mut self, holder: Holder, socket: OwnSocket, since: Moment) -> &mut OpenEnd {
        let (holder, age) = *self.places.entry(socket.name).or_insert((holder, self.next_age));
        self.next_age = self.next_age.max(age + 1);
        let new = |older| OpenEnd {
            socket,
            older,
            since,
            peer_closed: false,
            other_ended: None,
            before: None,
            answered: false,
            half_closed: None,
            stays_open: false,
            has_read: false,
            was_sent: false,
            ordered: None,
            policy: None,
            is_strangers: false,
            is_elsewhere: false,
            program: None,
        };
        let ends = self.by_age.entry(holder).or_default();
        let end = ends.entry(age).or_insert_with(|| new(vec![]));
        if end.socket.inode == socket.inode {
            end.since = since;
        } else {
            *end = new([std::mem::take(&mut end.older), vec![end.socket]].concat());
        }
        end
    }

    /// Takes a closed end out, the newest where there are copies; `None` when it was not there.
    pub fn remove(&mut self, name: SocketId, now: Moment) -> Option<()> {
        let (holder, age) = *self.places.get(&name)?;
        let ends = self.by_age.get_mut(&holder)?;
        let end = ends.get_mut(&age)?;
        if end.is_elsewhere {
            self.closed.insert(name, (holder, now));
        }
        if let Some(before) = end.older.pop() {
            (end.socket, end.ordered) = (before, None);
        } else {
            ends.remove(&age);
            self.places.remove(&name);
        }
        Some(())
    }

    /// Takes all ends out.
    pub(crate) fn clear(&mut self, now: Moment) {
        self.places.clear();
        for (holder, ends) in std::mem::take(&mut self.by_age) {
            let closed = ends.values().filter(|end| end.is_elsewhere);
            self.closed.extend(closed.map(|end| (end.socket.name, (holder, now))));
        }
    }

    /// Prunes closed ends that have no row and were closed long enough ago.
    pub(crate) fn forget_closed(&mut self, now: Moment, has_row: impl Fn(SocketId) -> bool) {
        if now.since(self.pruned) < TableRow::GHOST_TIME {
            return;
        }
        self.pruned = now;
        let is_recent = |closed: Moment| now.since(closed) < TableRow::GHOST_TIME;
        self.closed.retain(|end, (_, closed)| is_recent(*closed) || has_row(*end));
    }

    /// Records the program at the other end of what the server holds, if `program_of` knows it.
    pub(crate) fn learn_programs(&mut self, program_of: impl Fn(SocketId) -> Option<String>) {
        let ends = self.by_age.range_mut(Holder::SERVERS..).flat_map(|(_, ends)| ends.values_mut());
        for end in ends.filter(|end| end.program.is_none()) {
            end.program = program_of(end.socket.name);
        }
    }

    /// The sockets of all of them.
    pub(crate) fn names(&self) -> impl Iterator<Item = SocketId> {
        self.places.keys().copied()
    }

    pub(crate) fn change(&mut self, name: SocketId, change: impl FnOnce(&mut OpenEnd)) {
        let place = self.places.get(&name);
        let end = place.and_then(|(holder, age)| self.by_age.get_mut(holder)?.get_mut(age));
        end.map(change);
    }

    /// The end of that name.
    pub fn get(&self, name: SocketId) -> Option<&OpenEnd> {
        let (holder, age) = self.places.get(&name)?;
        self.by_age.get(holder)?.get(age)
    }

    fn holder(&self, name: SocketId) -> Option<Holder> {
        self.places.get(&name).map(|(holder, _)| *holder)
    }

    /// Whether a server holds the end.
    pub fn server_holds(&self, name: SocketId) -> bool {
        matches!(self.holder(name), Some(Holder::Server(_)))
    }

    /// Whether a client computer holds the end.
    pub fn client_holds(&self, name: SocketId) -> bool {
        matches!(self.holder(name), Some(Holder::Client(_)))
    }

    /// Who holds the end, or held it until it was closed.
    pub(crate) fn last_holder(&self, name: SocketId) -> Option<Holder> {
        self.holder(name).or_else(|| self.closed.get(&name).map(|(holder, _)| *holder))
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How many of them this holder has.
    pub fn count(&self, holder: Holder) -> usize {
        self.by_age.get(&holder).map_or(0, BTreeMap::len)
    }

    /// The ends of a holder, the newest first.
    pub fn of(&self, holder: Holder) -> impl Iterator<Item = &OpenEnd> {
        self.by_age.get(&holder).into_iter().flat_map(|ends| ends.values().rev())
    }

    /// The rows of the client computers' ends, each computer's newest first.
    pub fn of_clients(&self) -> impl Iterator<Item = SocketId> {
        self.names_of(..Holder::SERVERS)
    }

    /// The rows of the servers' ends, each server's newest first.
    pub fn of_servers(&self) -> impl Iterator<Item = SocketId> {
        self.names_of(Holder::SERVERS..)
    }

    fn names_of(&self, holders: impl RangeBounds<Holder>) -> impl Iterator<Item = SocketId> {
        let ends = self.by_age.range(holders).flat_map(|(_, ends)| ends.values().rev());
        ends.map(|end| end.socket.name)
    }
}
