//! What happened, as values without words: who did it, what the calls returned, how both rows changed, and what else was seen.

use std::collections::BTreeSet;

use crate::tcp::{Errno, Port, Protocol, TcpState};

/// One thing that happened to a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What was done, or happened.
    pub verb: Verb,
    /// TCP or UDP.
    pub protocol: Protocol,
    /// Name of the end that did it, or that it happened to.
    pub who: String,
    /// Name of the other end.
    pub whom: String,
    /// The rows of both ends, in that order.
    pub rows: [RowOutcome; 2],
    /// The conditions that were seen.
    pub facts: BTreeSet<Fact>,
    /// The ports of both ends.
    pub ports: [Port; 2],
    /// The bytes, or the seconds, that it is about.
    pub number: u32,
}

/// What was done, or happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// close() returned.
    Close,
    /// close() with `SO_LINGER` 0 returned.
    Abort,
    /// shutdown(`SHUT_WR`) returned.
    HalfClose,
    /// A call failed as the connection was over.
    Broken(Errno),
    /// Another program's FIN arrived: read() returned 0.
    Fin,
    /// The kernel answered data for a closed end with RST.
    LateData,
    /// A row left TIME_WAIT too early.
    CutShort,
}

/// How a row changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowOutcome {
    /// Its state before; `None` where no look had shown the row.
    pub before: Option<TcpState>,
    /// What the last look shows.
    pub after: RowNow,
}

/// What a look shows of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowNow {
    /// Nothing: the table cannot be read, or never had the row.
    Unseen,
    /// It is in that state.
    In(TcpState),
    /// It is gone.
    Gone,
}

/// A condition that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// One socket is both ends.
    ToItself,
    /// connect() had not returned.
    Unanswered,
    /// This end had sent its FIN before.
    FinBefore,
    /// The other end's FIN had arrived before.
    PeerFin,
    /// The other end closed, too.
    BothClosed,
    /// The row had unread data.
    Unread,
    /// The other row had unread data.
    OtherUnread,
    /// accept() has not returned the other end.
    NotAccepted,
    /// The other row was in `SYN_RECV`.
    InSynRecv,
    /// The other row was complete.
    WasQueued,
    /// The listener that was there when the connection was made still is.
    ListenerOld,
    /// The LISTEN row is there.
    Listening,
    /// The other end was gone by RST before.
    HalfOpen,
    /// The server closes only when it is told to.
    KeepsOpen,
    /// Data arrived after an end had closed.
    LateData,
    /// The RST that came acknowledges nothing: its sender has no such connection.
    StrayRst,
    /// The FIN is on the wire.
    FinWaits,
    /// The wire lost the FIN.
    FinLost,
    /// The FIN was not sent yet: bytes before it are sent again first.
    FinQueued,
    /// The RST is on the wire.
    RstWaits,
    /// The wire lost the RST.
    RstLost,
}

impl Fact {
    /// All of them.
    pub const ALL: [Fact; 21] = [
        Fact::ToItself,
        Fact::Unanswered,
        Fact::FinBefore,
        Fact::PeerFin,
        Fact::BothClosed,
        Fact::Unread,
        Fact::OtherUnread,
        Fact::NotAccepted,
        Fact::InSynRecv,
        Fact::WasQueued,
        Fact::ListenerOld,
        Fact::Listening,
        Fact::HalfOpen,
        Fact::KeepsOpen,
        Fact::LateData,
        Fact::StrayRst,
        Fact::FinWaits,
        Fact::FinLost,
        Fact::FinQueued,
        Fact::RstWaits,
        Fact::RstLost,
    ];
}
