//! Episodes: a cause and its effects, reported once they were seen.

use crate::app::model::{Account, Fact, Topic, Verb};
use crate::tcp::{Moment, SocketId, TcpState};

/// What has happened a moment ago: its rows may still change.
#[derive(Clone, Debug, Default)]
pub struct Episodes {
    pub(crate) open: Vec<Episode>,
    /// What other programs seem to do: it may turn out to be of ours.
    pub(crate) undecided: Vec<Cause>,
    pub(crate) next: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Episode {
    pub(crate) id: u64,
    pub(crate) opened: Moment,
    pub(crate) topic: Option<Topic>,
    pub(crate) weight: Weight,
    pub(crate) ends: [SocketId; 2],
    pub(crate) before: [Option<Row>; 2],
    pub(crate) account: Account,
    /// How many alike it stands for.
    pub(crate) count: u32,
    pub(crate) is_told: bool,
    /// Whether its rows were looked up for the sentence.
    pub(crate) is_looked_up: bool,
}

/// A row as far as a close changes it: its state, and the inode by which a process holds it.
pub(crate) type Row = (TcpState, u64);

/// What sets off what, the strongest cause last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// It follows from something else.
    Effect,
    /// It may follow from something at the other end, if that was just now.
    Unordered,
    /// A segment on the wire shows it.
    Shown,
    /// The person ordered it.
    Ordered,
}

#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub verb: Verb,
    /// The end that did it, or that it happened to, and the other.
    pub ends: [SocketId; 2],
    /// Whether the person ordered it; with the rows as the order found them.
    pub ordered: Option<Rows>,
    /// See [`Account::number`].
    pub number: u32,
}

pub(crate) type Rows = [Option<Row>; 2];

impl Episodes {
    /// A call is over: that it had no answer is not told any more.
    pub(crate) fn drop_call(&mut self, client: SocketId) {
        let is_it = |known: &Episode| known.account.verb == Verb::Call && known.ends[0] == client;
        self.open.retain(|known| !is_it(known));
    }

    /// What was reported stays as it is, save a handshake whose last ACK has not arrived.
    pub(crate) fn end_told(&mut self) {
        self.open.retain(|episode| !episode.is_told || episode.account.is_half_open());
    }

    /// Whether a connection is made that is not reported yet.
    pub(crate) fn is_connecting(&self) -> bool {
        let mut open = self.open.iter();
        open.any(|episode| !episode.is_told && episode.account.verb == Verb::Connect)
    }

    pub(crate) fn wait(&self) -> bool {
        self.open.iter().any(|episode| !episode.is_told)
    }
}

impl Cause {
    pub(crate) fn weight(&self) -> Weight {
        match self.verb {
            _ if self.ordered.is_some() => Weight::Ordered,
            Verb::LateData => Weight::Shown,
            Verb::Broken(_) => Weight::Effect,
            Verb::Call
            | Verb::Connect
            | Verb::Ack
            | Verb::Stop
            | Verb::Accept
            | Verb::Send
            | Verb::Close
            | Verb::Abort
            | Verb::HalfClose
            | Verb::Fin
            | Verb::CutShort
            | Verb::TimedOut
            | Verb::Other(_) => Weight::Unordered,
        }
    }
}

impl Episode {
    /// Whether both are about the end of the same connection, or another program's same deed.
    fn is_alike(&self, cause: &Cause) -> bool {
        let are_ends = self.account.verb.is_end() && cause.verb.is_end();
        let is_own_close = self.account.facts.contains(&Fact::PeerFin)
            && (self.account.verb, cause.verb) == (Verb::Accept, Verb::Close);
        let is_others = matches!(cause.verb, Verb::Other(_)) && self.account.verb == cause.verb;
        (are_ends || is_own_close || is_others)
            && cause.ends.iter().all(|end| self.ends.contains(end))
    }

    /// Takes what happened to the same connection just after it as a part of it; whether it is one.
    pub(crate) fn takes(&mut self, cause: &Cause) -> bool {
        let weight = cause.weight();
        if !self.is_alike(cause) || weight > self.weight || weight == Weight::Ordered {
            return false;
        }
        if cause.verb == Verb::Close {
            self.account.facts.insert(Fact::BothClosed);
        } else if cause.verb == Verb::LateData {
            self.account.facts.insert(Fact::LateData);
        }
        true
    }

    /// Whether this was only an effect of that cause, which was reported later.
    pub(crate) fn follows_from(&self, cause: &Cause) -> bool {
        let is_cause = matches!(self.account.verb, Verb::Fin | Verb::Accept);
        let is_effect = self.weight <= Weight::Unordered && !is_cause;
        self.is_alike(cause) && is_effect && self.weight < cause.weight()
    }
}
