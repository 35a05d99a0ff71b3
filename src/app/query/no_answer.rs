//! Why a connect() has no answer yet.

use std::borrow::Cow;
use std::time::Duration;

use crate::app::query::Transit;
use crate::app::{State, format};
use crate::tcp::{Delivery, DropReason, Flags, SocketId};

/// Why a connect() has no answer yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The accept queue of our server is full.
    QueueIsFull,
    /// The SYN was lost on the wire.
    SynIsLost,
    /// The SYN was lost, as the link of the other computer is down.
    NoLink,
    /// The wire is held.
    Held,
    /// The cable is cut.
    Cut,
    /// The delay of the wire, one way.
    Slow(Duration),
    /// The SYN does not leave this machine.
    WithinOneMachine,
    /// It is not known.
    Unknown,
}

impl NoAnswer {
    /// The reason, to follow the sentence that there is no answer; `which` SYN was lost: The, Its.
    pub(crate) fn words(self, which: &str) -> Cow<'static, str> {
        let text = match self {
            NoAnswer::QueueIsFull => {
                " The accept queue is full, so the server's kernel drops the SYN; the client retransmits it."
            }
            NoAnswer::SynIsLost => {
                return format!(" {which} SYN is lost; the client retransmits it.").into();
            }
            NoAnswer::NoLink => {
                return format!(" {which} SYN is lost: the destination's link is down.").into();
            }
            NoAnswer::Held => " The wire is held. Press o to deliver one segment.",
            NoAnswer::Cut => " The cable is cut. Press B to reconnect it.",
            NoAnswer::Slow(delay) => {
                return format!(" The one-way delay is {}.", format::brief(delay)).into();
            }
            NoAnswer::WithinOneMachine => {
                " Within one machine, the accept queue is full, lo is down, or a firewall drops the SYN."
            }
            NoAnswer::Unknown => "",
        };
        text.into()
    }
}

impl State {
    /// Why a connect() made just now has no answer; `None` where it is only in flight.
    pub(crate) fn silence(&self, client: SocketId) -> Option<NoAnswer> {
        if self.is_queue_full() && self.is_with_our_server(client) {
            return Some(NoAnswer::QueueIsFull);
        }
        match self.what_the_syn_was_lost_to(client) {
            Some(DropReason::NoLink) => return Some(NoAnswer::NoLink),
            Some(DropReason::Dropped | DropReason::Cut | DropReason::Full) | None => (),
        }
        let wire = &self.lab.wire;
        let is_held = wire.held || wire.cut;
        if !is_held && self.passage(client, Flags::SYN) == Transit::Lost {
            return Some(NoAnswer::SynIsLost);
        }
        let is_within = self.other_end(client).host == client.host;
        if self.lab.is_up() && !is_within {
            let may_be_lost = (wire.drop_next > 0).then_some(NoAnswer::Unknown);
            return self.silence_of_the_wire().or(may_be_lost);
        }
        Some(if self.lab.is_up() || client.tuple.remote.ip.is_loopback() {
            NoAnswer::WithinOneMachine
        } else {
            NoAnswer::Unknown
        })
    }

    /// Why a connect() made a while ago has no answer: a lost SYN is lost until it is retransmitted.
    pub(crate) fn long_silence(&self, client: SocketId) -> Option<NoAnswer> {
        let known = self.silence(client);
        let was_lost = || self.what_the_syn_was_lost_to(client).is_some();
        match known {
            None | Some(NoAnswer::Slow(_) | NoAnswer::Unknown) if was_lost() => {
                Some(NoAnswer::SynIsLost)
            }
            None | Some(_) => known,
        }
    }

    /// What the wire's settings do to every answer.
    pub(crate) fn silence_of_the_wire(&self) -> Option<NoAnswer> {
        let wire = &self.lab.wire;
        if wire.held {
            Some(NoAnswer::Held)
        } else if wire.cut {
            Some(NoAnswer::Cut)
        } else if !wire.delay.is_zero() {
            Some(NoAnswer::Slow(wire.delay))
        } else {
            None
        }
    }

    /// Why the newest SYN of a connect() was lost on the wire, if it was.
    pub(crate) fn what_the_syn_was_lost_to(&self, client: SocketId) -> Option<DropReason> {
        let tuple = client.tuple.canonical();
        let mut newest_first = self.lab.crossings.iter().rev();
        let syn = newest_first.find(|crossing| {
            let segment = &crossing.segment;
            segment.tuple == tuple && segment.flags.has(Flags::SYN)
        });
        match syn?.fate {
            Delivery::Lost(_, how) => Some(how),
            Delivery::OnTheWay | Delivery::Arrived(_) => None,
        }
    }
}
