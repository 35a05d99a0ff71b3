use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::ops::Deref;

use crate::app::table::{Journal, RowChange, StepKind, TableEvent};
use crate::app::{Past, Table, TableRow};
use crate::tcp::{
    Change, CloseKind, FiveTuple, Host, InterfaceNames, Moment, OwnSocket, Owner, PortRange,
    SocketEvent, SocketId, TableUpdate, TcpState,
};

/// The kernel's table as of the last poll, its history, and the owners of its sockets. It dereferences to the live [`Table`]; the table on
/// the screen may be a past one, see [`Sockets::shown`].
#[derive(Clone, Debug, Default)]
pub struct Sockets {
    live: Table,
    pub(crate) journal: Journal,
    past: Option<Past>,
    /// Whether it is several tables, read one after the other, on a wire without delay.
    pub(crate) are_together: bool,
    /// The events of our own ends.
    pub log: SocketLog,
    /// The last owner of each inode: a row without a process keeps the name of the last one.
    pub owners: HashMap<u64, Owner>,
    /// Inodes whose present owner could not be read.
    pub hidden: HashSet<u64>,
    /// The interfaces that sockets are bound to.
    pub interfaces: InterfaceNames,
    /// Where the rows come from: `sock_diag` or `procfs`.
    pub source: &'static str,
    /// Whether the kernel reported at the last poll that rows may be missing.
    pub interrupted: bool,
    /// The computers whose table could not be read: since when, and why.
    pub blind: BTreeMap<Host, (Moment, String)>,
}

impl Deref for Sockets {
    type Target = Table;

    fn deref(&self) -> &Table {
        &self.live
    }
}

impl Sockets {
    /// An empty table of a machine whose kernel picks ports from `range`.
    pub fn new(range: PortRange) -> Sockets {
        let live = Table::new(range);
        Sockets { journal: Journal::starting(live.clone()), live, ..Sockets::default() }
    }

    /// Counts the used ports of that range from now on.
    pub(crate) fn count_ports_of(&mut self, range: PortRange) {
        if self.live.ports.range != range {
            self.live.count_ports_of(range);
        }
    }

    /// Applies a poll of the kernel's table; `serves` selects the rows of our servers. Returns whether the oldest steps of the history are
    /// dropped from now on.
    pub fn see(
        &mut self,
        at: Moment,
        sight: &TableUpdate,
        serves: impl Fn(SocketId) -> bool,
    ) -> bool {
        self.source = sight.source;
        self.interrupted = sight.interrupted;
        self.blind.remove(&sight.host);
        self.interfaces.learn(sight.host, sight.interfaces.iter().cloned());
        self.forget_owners();
        let noted = |change: &Change| match change {
            Change::Appeared(row) | Change::Moved { to: row, .. } => {
                RowChange { row: *row, is_gone: false, serves: serves(row.name()) }
            }
            Change::Vanished(row) => RowChange { row: *row, is_gone: true, serves: false },
        };
        let look = TableEvent::Polled {
            afresh: sight.afresh.then_some(sight.host),
            rows: sight.changes.iter().map(noted).collect(),
        };
        self.take(at, look)
    }

    /// Records how one of our own sockets was closed, and the state it had `reached` by its own calls.
    pub fn ended(
        &mut self,
        at: Moment,
        name: SocketId,
        (how, reached): (CloseKind, Option<TcpState>),
        serves: impl Fn(SocketId) -> bool,
    ) {
        let serves = serves(name);
        let ended = TableEvent::Ended { name, how, reached, serves };
        self.take(at, ended);
    }

    /// Removes expired ghosts; returns whether there were any.
    pub fn remove_ghosts(&mut self, now: Moment) -> bool {
        let has_some = self.next_ghost().is_some_and(|end| end <= now);
        if has_some {
            self.take(now, TableEvent::GhostsRemoved);
        }
        has_some
    }

    fn take(&mut self, at: Moment, what: TableEvent) -> bool {
        let differs = self.live.take(at, &what);
        let step = match (differs, self.are_together && self.past.is_none()) {
            (false, _) => StepKind::None,
            (true, false) => StepKind::New,
            (true, true) => StepKind::MayGoOn,
        };
        self.journal.note(at, what, step)
    }

    /// The table on the screen: the live one, or a past one.
    pub fn shown(&self) -> &Table {
        self.past.as_ref().map_or(&self.live, |past| &past.table)
    }

    /// The past on the screen, if it is not the live table.
    pub fn past(&self) -> Option<&Past> {
        self.past.as_ref()
    }

    /// The oldest step that is kept, and the newest one.
    pub fn steps(&self) -> (usize, usize) {
        self.journal.steps()
    }

    pub(crate) fn stop(&mut self, at: Moment) {
        self.past = Some(self.journal.stop(at, &self.live));
    }

    /// Shows the live table again; returns whether it was not shown.
    pub(crate) fn go_live(&mut self) -> bool {
        self.past.take().is_some()
    }

    /// Shows the table as it was so many steps before; returns the number of steps taken.
    pub(crate) fn step_back(&mut self, now: Moment, many: usize) -> usize {
        let (oldest, newest) = self.journal.steps();
        let from = self.past.as_ref().map_or(newest, |past| past.step);
        let many = many.min(from.saturating_sub(oldest));
        if many > 0 {
            // The previous past is dropped first: each is as large as the table.
            let entered = self.past.take().map_or(now, |past| past.entered);
            self.past = Some(self.journal.replay(from - many, entered));
        }
        many
    }

    /// Steps towards the present; returns the number of steps taken.
    pub(crate) fn step_forward(&mut self, many: usize) -> usize {
        let Some(past) = &mut self.past else { return 0 };
        (0..many).take_while(|_| self.journal.forward(past)).count()
    }

    /// Drops owners of sockets that are closed, once they outnumber the rest.
    fn forget_owners(&mut self) {
        if self.owners.len() + self.hidden.len() > OWNERS + 2 * self.len() {
            let held: HashSet<u64> = self.live.inodes().collect();
            self.owners.retain(|inode, _| held.contains(inode));
            self.hidden.retain(|inode| held.contains(inode));
        }
    }

    /// The process that holds the socket with this inode now, if it is known.
    pub fn owner(&self, inode: u64) -> Option<&Owner> {
        self.owners.get(&inode).filter(|_| !self.hidden.contains(&inode))
    }

    /// The same by its row; of one that no process holds any more the last that did.
    pub(crate) fn last_owner(&self, line: &TableRow) -> Option<&Owner> {
        match line.row.inode {
            0 => self.owners.get(&line.held),
            inode => self.owner(inode),
        }
    }

    /// Records a descriptor of our own.
    pub fn own(&mut self, socket: &OwnSocket, pid: u32) {
        let owner = Owner::new(pid, b"fivetuple", socket.fd);
        self.owners.insert(socket.inode, owner);
    }
}

const OWNERS: usize = 1024;

/// The last few thousand calls of our own sockets, with their results: they explain the states of a connection.
#[derive(Clone, Debug, Default)]
pub struct SocketLog {
    all: VecDeque<(Moment, SocketId, LoggedEvent)>,
}

/// A call that one end of a connection made, and its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggedEvent {
    /// connect() is under way.
    Connecting,
    /// connect() succeeded.
    Connected,
    /// accept() returned it.
    Accepted,
    /// write() took so many bytes.
    Sent(u64),
    /// read() returned so many bytes.
    Received(u64),
    /// read() returned 0.
    PeerClosed,
    /// shutdown() sent a FIN.
    HalfClosed,
    /// Its descriptor is closed.
    Closed(CloseKind),
}

impl SocketLog {
    const MOST: usize = 4096;

    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are of no single end")]
    pub(crate) fn note(&mut self, at: Moment, event: &SocketEvent) {
        let (name, logged) = match event {
            SocketEvent::Connecting(socket) => (socket.name, LoggedEvent::Connecting),
            SocketEvent::Connected(socket) => (socket.name, LoggedEvent::Connected),
            SocketEvent::Accepted { socket, .. } => (socket.name, LoggedEvent::Accepted),
            SocketEvent::Sent { at, bytes } => (*at, LoggedEvent::Sent(*bytes)),
            SocketEvent::Received { at, bytes, .. } => (*at, LoggedEvent::Received(*bytes)),
            SocketEvent::PeerClosed(name) => (*name, LoggedEvent::PeerClosed),
            SocketEvent::HalfClosed(name) => (*name, LoggedEvent::HalfClosed),
            SocketEvent::Closed { at, how } => (*at, LoggedEvent::Closed(*how)),
            _ => return,
        };
        if self.all.len() == SocketLog::MOST {
            self.all.pop_front();
        }
        self.all.push_back((at, name, logged));
    }

    /// The events of both ends of a connection until then, in the order in which they were reported.
    pub fn of(
        &self,
        connection: FiveTuple,
        until: Moment,
    ) -> impl Iterator<Item = (Moment, SocketId, LoggedEvent)> {
        let ports = [connection.local.port, connection.remote.port];
        let is_it = move |tuple: FiveTuple| {
            ports.contains(&tuple.local.port) && tuple.connection() == connection
        };
        let all = self.all.iter().copied();
        all.filter(move |(at, name, _)| *at <= until && is_it(name.tuple))
    }
}
