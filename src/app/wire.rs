//! The lab's wire as the person holds it, now and in the past.

mod keys;

pub(crate) use keys::{handle, say_what_was_lost};

use std::time::Duration;

use crate::app::{Effect, Lab, State};
use crate::tcp::{Fate, LabOrder, Moment, WireOrder};

/// A wish about the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WireKey {
    /// Hold it, or let it go.
    Hold,
    /// Let one segment through.
    Step,
    /// The next delay.
    Delay,
    /// Lose the next segment.
    Lose,
    /// Cut it, or mend it.
    Cut,
}

/// What is done with the wire now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wire {
    /// Whether it keeps every segment.
    pub held: bool,
    /// How long a segment takes from one computer to the other.
    pub delay: Duration,
    /// Whether it loses every segment.
    pub cut: bool,
    /// How many segments it is still to lose, one after the other.
    pub loses: u32,
}

impl Wire {
    /// The delays that one key goes through, one way.
    pub const DELAYS: [Duration; 4] = [
        Duration::ZERO,
        Duration::from_millis(100),
        Duration::from_millis(500),
        Duration::from_secs(2),
    ];

    /// Whether a segment takes long enough that the tables at both ends differ for a while.
    pub fn is_slow(&self) -> bool {
        self.held || self.cut || !self.delay.is_zero()
    }

    /// Whether it is as quick as a cable, and loses nothing.
    pub(crate) fn is_plain(&self) -> bool {
        !self.is_slow() && self.loses == 0
    }

    /// Why nobody hears anything through it, if that is so.
    pub(crate) const fn why_silent(&self) -> Option<&'static str> {
        match (self.cut, self.held) {
            (true, _) => Some("the cable is cut (B mends it)"),
            (false, true) => Some("the wire is held (h lets go)"),
            (false, false) => None,
        }
    }

    fn next_delay(&self) -> Duration {
        let place = Wire::DELAYS.iter().position(|delay| *delay == self.delay);
        Wire::DELAYS[place.map_or(0, |place| place + 1) % Wire::DELAYS.len()]
    }

    /// What makes a plain wire of it again.
    pub(crate) fn mended(&self) -> Vec<Effect> {
        let orders = [
            (self.held, WireOrder::LetGo),
            (!self.delay.is_zero(), WireOrder::Delay(Duration::ZERO)),
            (self.cut || self.loses > 0, WireOrder::Mend),
        ];
        let needed = orders.into_iter().filter(|(is_needed, _)| *is_needed);
        needed.map(|(_, order)| Effect::Lab(LabOrder::Wire(order))).collect()
    }
}

/// So many changes of what is done with the wire are remembered.
const REMEMBERED: usize = 4096;

impl Lab {
    /// Remembers since when this is done with the wire, so that the past can show it.
    pub(crate) fn remember_wire(&mut self, at: Moment) {
        let before = self.wires.back().map(|(_, wire)| *wire);
        if before.unwrap_or_default() == self.wire {
            return;
        }
        if self.wires.len() == REMEMBERED {
            self.wires.pop_front();
        }
        self.wires.push_back((at, self.wire));
    }
}

impl State {
    /// What was done with the wire at the moment that is shown.
    pub fn wire_then(&self) -> Wire {
        if !self.is_past() {
            return self.lab.wire;
        }
        let then = self.then();
        let mut wires = self.lab.wires.iter().rev();
        let wire = wires.find(|(since, _)| *since <= then);
        wire.map(|(_, wire)| *wire).unwrap_or_default()
    }

    /// How many segments were on the wire at the moment that is shown.
    pub fn waiting_then(&self) -> usize {
        if !self.is_past() {
            return self.lab.waiting();
        }
        let then = self.then();
        let sent = self.lab.crossings.iter();
        let sent = sent.take_while(|crossing| crossing.sent <= then);
        sent.filter(|crossing| crossing.fate_by(then) == Fate::OnTheWay).count()
    }
}

/// Holds the wire.
pub(crate) fn keep(state: &mut State) -> WireOrder {
    state.lab.wire.held = true;
    WireOrder::Hold
}

/// Lets the oldest segment that waits through.
pub(crate) fn let_one_through(state: &mut State) -> WireOrder {
    state.lab.oldest_is_to_leave();
    state.lab.are_ordered(1);
    WireOrder::Step
}

/// Makes a plain wire of it again.
pub(crate) fn make_plain(state: &mut State) -> Vec<Effect> {
    std::mem::take(&mut state.lab.wire).mended()
}
