//! What happened, as values without words: who did it, what the calls returned, how both rows changed, and what else was seen.

pub(crate) mod episodes;

use std::collections::BTreeSet;

use crate::tcp::{Endpoint, Errno, Protocol, TcpState};

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
    /// The addresses of both ends.
    pub at: [Endpoint; 2],
    /// What it is about, counted: bytes, seconds, connections or LISTEN rows; of accept() the descriptor.
    pub number: u32,
    /// Bytes in its Send-Q, and in the other row's Recv-Q.
    pub queued: [u32; 2],
    /// A range, an address or a time that it is about.
    pub detail: String,
}

impl Account {
    /// Whether the last ACK of the handshake has not arrived.
    pub(crate) fn is_half_open(&self) -> bool {
        let is_waiting = self.rows[1].after == RowNow::In(TcpState::SynReceived);
        self.verb == Verb::Connect && is_waiting && self.rows[0].after != RowNow::Gone
    }

    /// Whether it is known what keeps that ACK.
    pub(crate) fn waits_for_ack(&self) -> bool {
        let known = [Fact::AckWaits, Fact::AckLost, Fact::QueueFull];
        known.iter().any(|fact| self.facts.contains(fact))
    }

    /// Notes which of these facts hold by now, and which do not.
    pub(crate) fn learn<const N: usize>(&mut self, facts: [(bool, Fact); N]) {
        for (holds, fact) in facts {
            if holds {
                self.facts.insert(fact);
            } else {
                self.facts.remove(&fact);
            }
        }
    }
}

/// What was done, or happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// connect() is under way.
    Call,
    /// connect() succeeded.
    Connect,
    /// The last ACK of the handshake arrived.
    Ack,
    /// The listening sockets are closed.
    Stop,
    /// accept() returned a connection.
    Accept,
    /// write() took data.
    Send,
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
    /// The kernel waited no longer for the other end, and no process waited for it.
    TimedOut,
    /// Another program did something on a port that is watched.
    Other(OtherVerb),
}

/// What another program was seen to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OtherVerb {
    /// It listens.
    Listen,
    /// It stopped listening.
    Stop,
    /// It connected to another one.
    Connect,
    /// Its connection with another one is ending, or over.
    End,
    /// An RST answered its SYN.
    Refused,
}

impl Verb {
    /// Whether it is about the end of a connection or of the listener.
    pub(crate) const fn is_end(self) -> bool {
        match self {
            Verb::Call | Verb::Connect | Verb::Ack | Verb::Accept | Verb::Send | Verb::Other(_) => {
                false
            }
            Verb::Stop
            | Verb::Close
            | Verb::Abort
            | Verb::HalfClose
            | Verb::Broken(_)
            | Verb::Fin
            | Verb::LateData
            | Verb::CutShort
            | Verb::TimedOut => true,
        }
    }
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

macro_rules! facts {
    ($($(#[$doc:meta])* $fact:ident,)*) => {
        /// A condition that was seen.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fact {
            $($(#[$doc])* $fact,)*
        }

        impl Fact {
            /// All of them.
            pub const ALL: &[Fact] = &[$(Fact::$fact),*];

            /// Its name in the table of texts.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Fact::$fact => stringify!($fact),)*
                }
            }
        }
    };
}

facts! {
    /// One socket is both ends.
    ToItself,
    /// There are several servers of ours.
    OneOfSeveral,
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
    /// The server's end was in `SYN_RECV`.
    InSynRecv,
    /// The other row was complete.
    WasQueued,
    /// The listener that was there when the connection was made still is.
    ListenerOld,
    /// The LISTEN row is there.
    Listening,
    /// The listener was closed before the sentence was written.
    ListenerGone,
    /// The other end was gone by RST before.
    HalfOpen,
    /// The server closes only on command.
    KeepsOpen,
    /// An end stays open, as the other was half-closed on command.
    StaysOpen,
    /// Data arrived after an end had closed.
    LateData,
    /// The RST that came acknowledges nothing: its sender has no such connection.
    StrayRst,
    /// Another computer than that of the other end sent the RST, with its address.
    Forged,
    /// The FIN is on the wire.
    FinWaits,
    /// The wire lost the FIN.
    FinLost,
    /// The FIN was not sent yet: bytes before it are not acknowledged.
    FinQueued,
    /// The RST is on the wire.
    RstWaits,
    /// The wire lost the RST.
    RstLost,
    /// The accept queue of the server is full.
    QueueFull,
    /// The wire lost the SYN.
    SynLost,
    /// The link of the other computer is down.
    NoLink,
    /// The wire is held.
    WireHeld,
    /// The cable is cut.
    WireCut,
    /// Every segment takes a while.
    WireSlow,
    /// The call does not leave this machine.
    Within,
    /// No computer on the link has the address.
    NoSuchHost,
    /// The handshake's last ACK is on the wire.
    AckWaits,
    /// The wire lost that ACK.
    AckLost,
    /// accept() is held.
    Held,
    /// A row in TIME_WAIT had its 5-tuple.
    Reused,
    /// The server is ours.
    Ours,
    /// It is not.
    Foreign,
    /// A server has more than one connection, or more than one LISTEN row.
    Several,
    /// These LISTEN rows are of more than one program.
    SeveralPrograms,
    /// The kernel picked the port from a range that was asked for.
    FromRange,
    /// The port was asked for.
    PortAsked,
    /// The port is the server's, as asked.
    SamePort,
    /// The address that was called is 0.0.0.0 or ::.
    Unspecified,
    /// The connection was reset before accept() returned it.
    WasReset,
    /// The kernel retransmitted and got no answer.
    Retransmitted,
    /// Accepted connections are open.
    Open,
    /// Connections are in the accept queue.
    Queued,
    /// Another program is at the other end.
    Stranger,
    /// Bytes are in its Send-Q.
    OwnQueued,
    /// Bytes are in the other row's Recv-Q.
    OtherQueued,
    /// The other row is gone.
    OtherGone,
    /// Its kernel has sent all that the other end's window allowed, and probes that.
    ZeroWindow,
    /// The data is on the wire.
    DataWaits,
    /// The wire lost the data.
    DataLost,
    /// The server does not read.
    LeavesUnread,
}
