use std::time::Duration;

use crate::app::table::gone_reason::{Gone, GoneReason};
use crate::tcp::{
    CloseKind, Errno, Host, Moment, Protocol, SocketId, SocketRow, TcpState, TimerKind,
};

/// A row of the kernel's socket table with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct TableRow {
    /// The row as it was last seen.
    pub row: SocketRow,
    /// When it was first seen.
    pub(crate) born: Moment,
    /// When its state last changed.
    pub changed: Moment,
    /// When anything of it last changed that a column shows; a timer that runs down is no change.
    pub(crate) touched: Moment,
    /// When it was last read: its timer counts down from there.
    pub read: Moment,
    /// When and why it left the kernel's table.
    pub gone: Option<Gone>,
    /// The number of its connection, which both ends share.
    pub(super) birth: u64,
    /// Whether it is the client's end, by the listening ports.
    pub(crate) is_client: bool,
    /// Whether the first poll already showed it, so that it is older than `born`.
    pub found: bool,
    /// Whether no poll ever showed it: it is known from our own calls.
    pub told: bool,
    /// How our own end was closed, as its calls reported.
    pub ending: Option<CloseKind>,
    /// Whether the other end left by a RST, and its ghost has left the screen, while this end is still there.
    pub peer_reset_unseen: bool,
    /// The inode of the last process that owned it; 0 where none ever did.
    pub held: u64,
    /// The states before the present one.
    pub state_history: Vec<Sighting>,
}

/// A state in which a row was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The state.
    pub state: TcpState,
    /// Since when, as polls showed it.
    pub since: Moment,
}

/// What is lit: the rows that the last verb changed, until the next verb; what changes later by itself, for a while.
#[derive(Clone, Copy, Debug)]
pub struct Spotlight {
    /// What changed before is not lit.
    pub(crate) from: Moment,
    /// What changed until then stays lit.
    pub(crate) until: Moment,
    /// The moment that is shown.
    pub(crate) now: Moment,
}

impl Spotlight {
    /// How long after a verb its effects come; what changes later has another cause.
    const EFFECTS: Duration = Duration::from_secs(2);
    /// A state that follows so soon after the row appeared is no change, but how it appeared.
    const AT_ONCE: Duration = Duration::from_millis(300);

    pub(crate) fn after(verb: Moment, now: Moment) -> Spotlight {
        Spotlight { from: verb, until: verb.plus(Spotlight::EFFECTS), now }
    }

    /// Whether something that changed at that time is lit.
    pub(crate) fn is_on(&self, at: Moment) -> bool {
        at >= self.from && (at <= self.until || self.fades_later(at))
    }

    /// Whether it is lit now, and will not be some time later.
    pub(crate) fn fades_later(&self, at: Moment) -> bool {
        at > self.until && self.now.since(at) < TableRow::GHOST_TIME
    }
}

/// How a row is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Appeared, and is lit.
    New,
    /// Changed, and is lit.
    Changed,
    /// Put forward by the step of a lesson, and lit.
    PutForward,
    /// No longer in the kernel's table.
    Gone,
    /// Known from our own calls only.
    Told,
    /// Nothing new.
    Plain,
}

impl TableRow {
    /// How long a row that is gone stays on the screen.
    pub const GHOST_TIME: Duration = Duration::from_secs(5);

    /// A row that is seen for the first time.
    pub fn new(row: SocketRow, at: Moment) -> TableRow {
        TableRow {
            row,
            born: at,
            changed: at,
            touched: at,
            read: at,
            gone: None,
            birth: 0,
            is_client: true,
            found: false,
            told: false,
            ending: None,
            peer_reset_unseen: false,
            held: row.inode,
            state_history: Vec::new(),
        }
    }

    /// The row of a closed connection that no poll ever showed; our own calls show the state it had `reached`.
    pub(crate) fn told(name: SocketId, reached: TcpState, how: CloseKind, at: Moment) -> TableRow {
        let row = SocketRow { host: name.host, ..SocketRow::new(name.tuple, reached) };
        let why = match how {
            CloseKind::Close | CloseKind::Abort if reached == TcpState::SynSent => {
                GoneReason::NeverConnected
            }
            CloseKind::Abort if name.tuple.protocol == Protocol::Udp => GoneReason::Unknown,
            CloseKind::Abort | CloseKind::Broken(Errno::ECONNRESET) => GoneReason::Reset,
            CloseKind::Broken(Errno::ECONNREFUSED) => GoneReason::Refused,
            CloseKind::Close | CloseKind::Broken(_) => GoneReason::Unknown,
        };
        TableRow {
            told: true,
            ending: Some(how),
            gone: Some(Gone { at, why }),
            ..TableRow::new(row, at)
        }
    }

    /// Updates the row.
    pub fn saw(&mut self, row: SocketRow, at: Moment) {
        if row.state != self.row.state {
            let since = self.in_state_since();
            self.state_history.push(Sighting { state: self.row.state, since });
            self.changed = at;
        }
        let shown = |row: &SocketRow| (row.state, row.queues, row.inode);
        if shown(&row) != shown(&self.row) {
            self.touched = at;
        }
        if row.inode != 0 {
            self.held = row.inode;
        }
        self.row = row;
        self.read = at;
        self.told = false;
        self.gone = None;
    }

    pub(super) fn place(&self) -> RowPlace {
        let (listens_not, name) = (self.row.state != TcpState::Listen, self.row.name());
        RowPlace { listens_not, birth: self.birth, is_client: self.is_client, name }
    }

    /// Since when it is in its present state, as polls showed it.
    pub fn in_state_since(&self) -> Moment {
        if self.state_history.is_empty() { self.born } else { self.changed }
    }

    /// Whether it is lit: it appeared, changed, or left the table.
    pub fn is_lit(&self, light: Spotlight) -> bool {
        let touched = self.gone.map_or(self.touched, |gone| gone.at);
        let was_found = self.found && touched == self.born;
        !was_found && light.is_on(touched)
    }

    /// Its mark: among those that are lit a change counts more than that it is new.
    pub fn mark(&self, light: Spotlight) -> Mark {
        if self.told {
            Mark::Told
        } else if self.gone.is_some() {
            Mark::Gone
        } else if !self.is_lit(light) {
            Mark::Plain
        } else if self.born >= light.from && self.changed.since(self.born) < Spotlight::AT_ONCE {
            Mark::New
        } else {
            Mark::Changed
        }
    }

    /// Whether the kernel has it as far as is known: a listener that we closed is gone before a poll shows it.
    pub(crate) fn is_there(&self) -> bool {
        let has_stopped = self.row.state == TcpState::Listen && self.ending.is_some();
        self.gone.is_none() && !has_stopped
    }

    /// The time left on its timer at `now`.
    pub fn time_left(&self, now: Moment) -> Option<Duration> {
        Some(self.row.timer?.left.saturating_sub(now.since(self.read)))
    }

    pub(crate) fn states(&self) -> impl Iterator<Item = TcpState> {
        self.state_history.iter().map(|sighting| sighting.state).chain([self.row.state])
    }

    /// Whether it was ever seen in `state`.
    pub fn was(&self, state: TcpState) -> bool {
        self.states().any(|seen| seen == state)
    }

    /// Whether this end sent the first FIN, as its states show.
    pub fn closed_first(&self) -> bool {
        self.states().any(TcpState::closed_first)
    }

    pub(crate) fn has_sent_fin(&self) -> bool {
        self.states().any(TcpState::has_sent_fin)
    }

    /// Whether its kernel waits until the other end's window has room for the next segment: nothing is in flight, and what is in its Send-Q
    /// was not sent yet.
    pub(crate) fn probes_window(&self) -> bool {
        self.row.timer.is_some_and(|timer| timer.kind == TimerKind::ZeroWindowProbe)
    }

    /// Whether its program closed it with unread data: the kernel sends RST instead of FIN (RFC 2525, section 2.17).
    pub fn closed_unread(&self) -> bool {
        self.ending == Some(CloseKind::Close) && self.row.unread() > 0
    }

    /// Whether this end sent a RST: it was aborted, or closed with unread data.
    pub fn sent_rst(&self) -> bool {
        self.ending == Some(CloseKind::Abort) || self.closed_unread()
    }

    /// Whether this end sent a RST on request, or received one.
    pub fn was_reset(&self) -> bool {
        matches!(self.ending, Some(CloseKind::Abort | CloseKind::Broken(Errno::ECONNRESET)))
    }
}

/// The place of a row: listening sockets first, then connections by birth, the server's end of each before the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowPlace {
    listens_not: bool,
    birth: u64,
    pub(crate) is_client: bool,
    pub(crate) name: SocketId,
}

/// The key of a row. An address belongs to one computer of the lab, so the key of the other end follows from the five-tuple alone; but each
/// computer has a loopback of its own.
pub(super) fn key(name: SocketId) -> SocketId {
    let is_of_all = name.tuple.is_connected() && !name.tuple.local.ip.to_canonical().is_loopback();
    SocketId { host: if is_of_all { Host::THIS } else { name.host }, ..name }
}

#[derive(Clone, Debug)]
pub(crate) enum TableEvent {
    Polled {
        /// The computer whose whole table this is, if it is.
        afresh: Option<Host>,
        rows: Box<[RowChange]>,
    },
    Ended {
        name: SocketId,
        how: CloseKind,
        /// The state that it had at least reached, by its own calls.
        reached: Option<TcpState>,
        serves: bool,
    },
    GhostsRemoved,
}

impl TableEvent {
    /// The rows that a poll showed.
    pub(super) fn rows(&self) -> &[RowChange] {
        if let TableEvent::Polled { rows, .. } = self { rows } else { &[] }
    }
}

/// A row as a poll showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowChange {
    pub(crate) row: SocketRow,
    pub(crate) is_gone: bool,
    pub(crate) serves: bool,
}
