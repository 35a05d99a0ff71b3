use std::time::Duration;

use crate::app::table::RowKind;
use crate::tcp::{CloseKind, Errno, Moment, Protocol, SocketId, SocketRow, TcpState};

/// A row of the kernel's table, and what this program remembers of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// The row as it was last seen.
    pub row: SocketRow,
    /// When it was first seen.
    pub born: Moment,
    /// When it was last seen to differ; timers that only run down do not count.
    pub changed: Moment,
    /// When the row was last read, so that a timer can be counted on from there.
    pub read: Moment,
    /// When and why it went; `None` while the kernel has it.
    pub gone: Option<Gone>,
    /// Listener, server or client, as far as listening ports tell.
    pub(crate) kind: RowKind,
    /// Whether it was there already when its table was first looked at, so that it is older than `born`.
    pub found: bool,
    /// Whether no look at the table ever showed it: our own calls told of it.
    pub told: bool,
    /// What our own end was told about how it ended.
    pub ending: Option<CloseKind>,
    /// Whether the other end sent a RST and its ghost has left, and this one has not heard of it.
    pub left_alone: bool,
    /// The inode by which a process held it last; 0 where none ever did.
    pub held: u64,
    /// The states before the present one.
    pub passed: Vec<Sighting>,
}

/// A state in which a row was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The state.
    pub state: TcpState,
    /// Since when, as far as the looks at the table can tell.
    pub since: Moment,
}

/// When and why a row went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// When.
    pub at: Moment,
    /// Why.
    pub why: GoneReason,
}

/// Why a row is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoneReason {
    /// The server's end closed first.
    ClosedByServer,
    /// The client's end closed first.
    ClosedByClient,
    /// Its program closed it after the other end had closed, and after a wait in CLOSE_WAIT that a look saw.
    ClosedSecond,
    /// A RST ended it.
    Reset,
    /// TIME_WAIT was over.
    TimeWaitOver,
    /// The listening socket was closed.
    Stopped,
    /// Nobody was there.
    Refused,
    /// The connection was never made.
    NeverConnected,
    /// The table does not tell.
    Unknown,
}

impl GoneReason {
    /// The reason in words.
    pub const fn words(self) -> &'static str {
        match self {
            GoneReason::ClosedByServer => "closed by server",
            GoneReason::ClosedByClient => "closed by client",
            GoneReason::ClosedSecond => "closed second",
            GoneReason::Reset => "reset",
            GoneReason::TimeWaitOver => "TIME_WAIT over",
            GoneReason::Stopped => "stopped listening",
            GoneReason::Refused => "refused",
            GoneReason::NeverConnected => "never connected",
            GoneReason::Unknown => "closed",
        }
    }

    /// The same where there is hardly room.
    pub const fn brief(self) -> &'static str {
        match self {
            GoneReason::ClosedByServer => "server closed",
            GoneReason::ClosedByClient => "client closed",
            GoneReason::Stopped => "stopped",
            GoneReason::ClosedSecond
            | GoneReason::Reset
            | GoneReason::TimeWaitOver
            | GoneReason::Refused
            | GoneReason::NeverConnected
            | GoneReason::Unknown => self.words(),
        }
    }
}

/// How a row is marked while it is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Appeared just now.
    New,
    /// Changed just now.
    Changed,
    /// The kernel has it no more.
    Gone,
    /// Only our own calls told of it.
    Told,
    /// Nothing new.
    Plain,
}

impl TableRow {
    /// How long a new or changed row is marked.
    pub const FRESH: Duration = Duration::from_secs(2);
    /// How long a row that is gone stays on the screen.
    pub const GHOST: Duration = Duration::from_secs(5);

    /// A line for a row that is seen for the first time.
    pub fn new(row: SocketRow, at: Moment) -> TableRow {
        TableRow {
            row,
            born: at,
            changed: at,
            read: at,
            gone: None,
            kind: RowKind::ClientEnd,
            found: false,
            told: false,
            ending: None,
            left_alone: false,
            held: row.inode,
            passed: Vec::new(),
        }
    }

    /// A line for a connection that no look ever showed, and that is over: our own calls told of it, and which state it had `reached`.
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

    /// Takes the row as it is now.
    pub fn saw(&mut self, row: SocketRow, at: Moment) {
        if row.state != self.row.state {
            let since = self.passed_since();
            self.passed.push(Sighting { state: self.row.state, since });
            self.changed = at;
        }
        if row.inode != 0 {
            self.held = row.inode;
        }
        self.row = row;
        self.read = at;
        self.told = false;
        self.gone = None;
    }

    /// Since when the row is in its present state, as far as the looks at the table can tell.
    pub fn passed_since(&self) -> Moment {
        if self.passed.is_empty() { self.born } else { self.changed }
    }

    /// Whether it is the client's end of its connection.
    pub fn is_client(&self) -> bool {
        self.kind == RowKind::ClientEnd
    }

    /// How it is to be marked at `now`.
    pub fn mark(&self, now: Moment) -> Mark {
        if self.told {
            Mark::Told
        } else if self.gone.is_some() {
            Mark::Gone
        } else if now.since(self.born) < TableRow::FRESH {
            Mark::New
        } else if now.since(self.changed) < TableRow::FRESH {
            Mark::Changed
        } else {
            Mark::Plain
        }
    }

    /// The time left on its timer at `now`, if one runs.
    pub fn time_left(&self, now: Moment) -> Option<Duration> {
        let timer = self.row.timer?;
        Some(timer.left.saturating_sub(now.since(self.read)))
    }

    /// The states that it was seen in, the present one last.
    pub(crate) fn states(&self) -> impl Iterator<Item = TcpState> {
        self.passed.iter().map(|sighting| sighting.state).chain([self.row.state])
    }

    /// Whether the present state, or one before, is `state`.
    pub fn was(&self, state: TcpState) -> bool {
        self.states().any(|seen| seen == state)
    }

    /// Whether this end sent the first FIN, as far as its states tell.
    pub fn closed_first(&self) -> bool {
        self.states().any(TcpState::closed_first)
    }

    /// Whether a look saw that both ends had sent their FINs at once: neither closed first.
    pub fn closed_at_once(&self) -> bool {
        self.was(TcpState::Closing)
    }

    /// Whether this end has sent its FIN.
    pub fn has_sent_fin(&self) -> bool {
        self.states().any(TcpState::has_sent_fin)
    }

    /// Whether its program closed it with data unread: then the kernel sends RST, and no FIN (RFC 2525, section 2.17).
    pub fn closed_unread(&self) -> bool {
        self.ending == Some(CloseKind::Close) && self.row.unread() > 0
    }

    /// Whether this end went by a RST of its own: it was aborted, or closed with data unread.
    pub fn sent_rst(&self) -> bool {
        self.ending == Some(CloseKind::Abort) || self.closed_unread()
    }

    /// Whether this end was told, or ordered, a RST.
    pub fn was_reset(&self) -> bool {
        matches!(self.ending, Some(CloseKind::Abort | CloseKind::Broken(Errno::ECONNRESET)))
    }
}
