use std::collections::{BTreeMap, HashMap};

use crate::app::model::Rows;
use crate::tcp::{CloseKind, ListenSpec, Moment, OnData, OwnSocket, ServerCloses, SocketId};

/// The ends of connections that this program holds open, in the order in which they were opened.
#[derive(Clone, Debug, Default)]
pub struct OpenEnds {
    by_age: BTreeMap<u64, OpenEnd>,
    ages: HashMap<SocketId, u64>,
    next: u64,
}

/// One end of a connection that this program holds open.
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
    /// How the user ordered it to close.
    pub ordered: Option<CloseKind>,
    pub(crate) before: Option<Rows>,
    /// Whether another program had the other end when it was accepted.
    pub is_strangers: bool,
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
    pub fn add(&mut self, socket: OwnSocket, since: Moment) -> &mut OpenEnd {
        let age = *self.ages.entry(socket.name).or_insert(self.next);
        self.next = self.next.max(age + 1);
        let new = |older| OpenEnd {
            socket,
            older,
            since,
            peer_closed: false,
            other_ended: None,
            before: None,
            answered: false,
            half_closed: None,
            ordered: None,
            policy: None,
            is_strangers: false,
            program: None,
        };
        let end = self.by_age.entry(age).or_insert_with(|| new(vec![]));
        if end.socket.inode == socket.inode {
            end.since = since;
        } else {
            *end = new([std::mem::take(&mut end.older), vec![end.socket]].concat());
        }
        end
    }

    /// Takes an end out, the newest where there are copies; `None` when it was not there.
    pub fn remove(&mut self, name: SocketId) -> Option<OpenEnd> {
        let age = *self.ages.get(&name)?;
        let end = self.by_age.get_mut(&age)?;
        if let Some(before) = end.older.pop() {
            let gone = end.clone();
            (end.socket, end.ordered) = (before, None);
            return Some(gone);
        }
        self.ages.remove(&name);
        self.by_age.remove(&age)
    }

    /// Records the program at the other end, if `program_of` knows it.
    pub(crate) fn learn_programs(&mut self, program_of: impl Fn(SocketId) -> Option<String>) {
        let unknown = |end: &&mut OpenEnd| end.program.is_none();
        for end in self.by_age.values_mut().filter(unknown) {
            end.program = program_of(end.socket.name);
        }
    }

    pub(crate) fn change(&mut self, name: SocketId, change: impl FnOnce(&mut OpenEnd)) -> bool {
        self.ages.get(&name).and_then(|age| self.by_age.get_mut(age)).map(change).is_some()
    }

    pub(crate) fn ever(&self) -> u64 {
        self.next
    }

    /// The open ones that came when there had been so many, the oldest first.
    pub(crate) fn since(&self, ever: u64) -> impl Iterator<Item = &OpenEnd> {
        self.by_age.range(ever..).map(|(_, end)| end)
    }

    /// The end of that name.
    pub fn get(&self, name: SocketId) -> Option<&OpenEnd> {
        self.by_age.get(self.ages.get(&name)?)
    }

    /// Whether the end is open.
    pub fn contains(&self, name: SocketId) -> bool {
        self.ages.contains_key(&name)
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.ages.len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.ages.is_empty()
    }

    /// The rows of the open ends that have not been ordered to close yet, the newest first.
    pub(crate) fn staying(&self) -> impl Iterator<Item = SocketId> {
        let all = self.by_age.values().rev();
        all.filter(|end| end.ordered.is_none()).map(|end| end.socket.name)
    }

    /// The rows of the open ends, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = SocketId> {
        self.by_age.values().rev().map(|end| end.socket.name)
    }
}
