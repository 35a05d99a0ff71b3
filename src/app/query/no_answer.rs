use std::borrow::Cow;
use std::time::Duration;

use crate::app::query::Passage;
use crate::app::{State, format};
use crate::tcp::{Fate, Flags, Loss, RowName};

/// What keeps the answer to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// The accept queue of our server is full.
    QueueIsFull,
    /// The SYN was lost on the wire.
    SynIsLost,
    /// It was lost as the link of the other computer is down.
    NoLink,
    /// The wire is held.
    Held,
    /// The cable is cut.
    Cut,
    /// The wire takes so long one way.
    Slow(Duration),
    /// The call does not leave this machine.
    WithinOneMachine,
    /// It is not known what.
    Unknown,
}

impl Silence {
    /// Why there is no answer, behind the sentence that there is none; `whose` SYN it is that was lost: The, Its.
    pub(crate) fn words(self, whose: &str) -> Cow<'static, str> {
        let text = match self {
            Silence::QueueIsFull => {
                " The accept queue is full, so the server's kernel drops the SYN; it is sent again."
            }
            Silence::SynIsLost => {
                return format!(" {whose} SYN is lost: it is sent again until it is answered.")
                    .into();
            }
            Silence::NoLink => {
                return format!(
                    " {whose} SYN is lost: the link of the computer that it is for is down."
                )
                .into();
            }
            Silence::Held => " The wire is held: o lets one segment through.",
            Silence::Cut => " The cable is cut: nothing arrives until B mends it.",
            Silence::Slow(delay) => {
                return format!(" Every segment takes {} one way.", format::brief(delay)).into();
            }
            Silence::WithinOneMachine => {
                " Within one machine that means: the accept queue is full, lo is down, or a firewall drops it."
            }
            Silence::Unknown => "",
        };
        text.into()
    }
}

impl State {
    /// What keeps the answer to a call that was made just now; nothing where the answer is only on its way.
    pub(crate) fn silence(&self, client: RowName) -> Option<Silence> {
        if self.is_queue_full() && self.is_with_our_server(client) {
            return Some(Silence::QueueIsFull);
        }
        match self.what_the_syn_was_lost_to(client) {
            Some(Loss::NoLink) => return Some(Silence::NoLink),
            Some(Loss::Dropped | Loss::Cut | Loss::Full) | None => (),
        }
        let wire = &self.lab.wire;
        let is_held = wire.held || wire.cut;
        if !is_held && self.passage(client, Flags::SYN) == Passage::Lost {
            return Some(Silence::SynIsLost);
        }
        let is_within = self.other_end(client).host == client.host;
        if self.lab.is_up() && !is_within {
            let may_be_lost = (wire.loses > 0).then_some(Silence::Unknown);
            return self.silence_of_the_wire().or(may_be_lost);
        }
        Some(if self.lab.is_up() || client.tuple.remote.ip.is_loopback() {
            Silence::WithinOneMachine
        } else {
            Silence::Unknown
        })
    }

    /// What keeps the answer to a call that was made a while ago: what was lost then is lost until it is sent again.
    pub(crate) fn long_silence(&self, client: RowName) -> Option<Silence> {
        let known = self.silence(client);
        let was_lost = || self.what_the_syn_was_lost_to(client).is_some();
        match known {
            None | Some(Silence::Slow(_) | Silence::Unknown) if was_lost() => {
                Some(Silence::SynIsLost)
            }
            None | Some(_) => known,
        }
    }

    /// What the lab's wire does to every answer, as it is set.
    pub(crate) fn silence_of_the_wire(&self) -> Option<Silence> {
        let wire = &self.lab.wire;
        if wire.held {
            Some(Silence::Held)
        } else if wire.cut {
            Some(Silence::Cut)
        } else if !wire.delay.is_zero() {
            Some(Silence::Slow(wire.delay))
        } else {
            None
        }
    }

    /// What the newest SYN of a call was lost to on the lab's wire, if it was.
    pub(crate) fn what_the_syn_was_lost_to(&self, client: RowName) -> Option<Loss> {
        let tuple = client.tuple.canonical();
        let mut newest_first = self.lab.crossings.iter().rev();
        let syn = newest_first.find(|crossing| {
            let segment = &crossing.segment;
            segment.tuple == tuple && segment.flags.has(Flags::SYN)
        });
        match syn?.fate {
            Fate::Lost(_, how) => Some(how),
            Fate::OnTheWay | Fate::Arrived(_) => None,
        }
    }
}
