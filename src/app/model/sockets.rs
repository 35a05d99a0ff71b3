use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Deref;

use crate::app::Table;
use crate::app::model::SocketLog;
use crate::app::table::{Journal, Past, RowChange, StepKind, TableEvent};
use crate::tcp::TableUpdate;
use crate::tcp::{
    Change, CloseKind, Host, Moment, OwnSocket, Owner, PortRange, SocketId, SocketRow, TcpState,
};

/// The kernel's table as it was last seen, what led to it, and who holds its sockets. It reads like the living [`Table`]; what the person
/// looks at may be the past, see [`Sockets::shown`].
#[derive(Clone, Debug, Default)]
pub struct Sockets {
    live: Table,
    journal: Journal,
    past: Option<Past>,
    /// Whether it is several tables, read one after the other, between which nothing takes its time.
    pub(crate) are_together: bool,
    /// What our own ends did.
    pub log: SocketLog,
    /// Who holds which inode.
    pub owners: HashMap<u64, Owner>,
    /// Whose holder was looked for, and could not be seen.
    pub hidden: HashSet<u64>,
    /// Where the rows come from: `sock_diag` or `procfs`.
    pub source: &'static str,
    /// Whether the kernel said at the last look that rows may be missing.
    pub torn: bool,
    /// Whose table could not be read: since when, and why.
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

    /// Takes what a look at the kernel's table brought. `serves` tells which rows are the end of a server of ours. Says whether the oldest
    /// of what is known of the past is being forgotten from now on.
    pub fn see(
        &mut self,
        at: Moment,
        sight: &TableUpdate,
        serves: impl Fn(SocketId) -> bool,
    ) -> bool {
        self.source = sight.source;
        self.torn = sight.torn;
        self.blind.remove(&sight.host);
        self.forget_owners();
        let noted = |change: &Change| match change {
            Change::Appeared(row) | Change::Moved { to: row, .. } => {
                RowChange::There(*row, serves(row.name()))
            }
            Change::Vanished(row) => RowChange::Gone(*row),
        };
        let look = TableEvent::Look {
            afresh: sight.afresh.then_some(sight.host),
            rows: sight.changes.iter().map(noted).collect(),
        };
        self.take(at, look)
    }

    /// Remembers what one of our own ends was told about its end, and which state it had `reached` by its own calls.
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

    /// Takes ghosts away whose time is over; says whether there were any.
    pub fn lay_ghosts(&mut self, now: Moment) -> bool {
        let has_some = self.has_old_ghosts(now);
        if has_some {
            self.take(now, TableEvent::Laid);
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

    /// What is seen from now on is another step than what was seen before.
    pub(crate) fn begin_step(&mut self) {
        self.journal.begin_step();
    }

    /// The table that the person looks at: the living one, or a past one.
    pub fn shown(&self) -> &Table {
        self.past.as_ref().map_or(&self.live, |past| &past.table)
    }

    /// The past that is looked at, if it is not the living table.
    pub fn past(&self) -> Option<&Past> {
        self.past.as_ref()
    }

    /// How many steps were made since the start; and before which of them nothing is known any more.
    pub fn steps(&self) -> (usize, usize) {
        self.journal.steps()
    }

    /// Lets the table that is shown stand still.
    pub(crate) fn stop(&mut self, at: Moment) {
        self.past = Some(self.journal.stop(at, &self.live));
    }

    /// Shows the living table again; says whether it was not.
    pub(crate) fn go_live(&mut self) -> bool {
        self.past.take().is_some()
    }

    /// Shows the table as it was so many steps before; says how many of them there were.
    pub(crate) fn step_back(&mut self, many: usize) -> usize {
        let (oldest, newest) = self.journal.steps();
        let from = self.past.as_ref().map_or(newest, |past| past.step);
        let many = many.min(from.saturating_sub(oldest));
        if many > 0 {
            // The past of before goes first: each is as large as the table.
            self.past = None;
            self.past = Some(self.journal.replay(from - many));
        }
        many
    }

    /// Goes so many steps towards now; says how many of them there were.
    pub(crate) fn step_forward(&mut self, many: usize) -> usize {
        let Some(past) = &mut self.past else { return 0 };
        (0..many).take_while(|_| self.journal.forward(past)).count()
    }

    /// The rows that the last step is about, each as it was before.
    pub(crate) fn last_step(&self) -> Vec<(SocketId, Option<SocketRow>)> {
        let past = self.past.as_ref();
        past.map_or_else(Vec::new, |past| self.journal.last_step(past))
    }

    /// Drops owners of sockets that are long gone, once they outnumber the rest.
    fn forget_owners(&mut self) {
        if self.owners.len() + self.hidden.len() > OWNERS + 2 * self.len() {
            let held: HashSet<u64> = self.live.inodes().collect();
            self.owners.retain(|inode, _| held.contains(inode));
            self.hidden.retain(|inode| held.contains(inode));
        }
    }

    /// Takes note of a descriptor of our own.
    pub fn own(&mut self, socket: &OwnSocket, pid: u32) {
        let owner = Owner { pid, program: String::from("fivetuple"), fd: socket.fd };
        self.owners.insert(socket.inode, owner);
    }
}

/// So many owners are kept in any case.
const OWNERS: usize = 1024;
