//! What the person does with the lab's wire.

use std::time::Duration;

use crate::app::verbs::only_say;
use crate::app::{Effect, Lab, State, Tone, crossings, words};
use crate::tcp::{Fate, Flags, LabOrder, Moment, Protocol, Segment, TcpState, WireNews, WireOrder};

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
        needed
            .map(|(_, order)| Effect::Lab(LabOrder::Wire(order)))
            .collect()
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
        sent.filter(|crossing| crossing.fate_by(then) == Fate::OnTheWay)
            .count()
    }
}

/// Carries out a wish about the wire; without the lab there is none.
pub(crate) fn handle(state: &mut State, wish: WireKey) -> Vec<Effect> {
    if !state.lab.is_up() {
        let what = match wish {
            WireKey::Hold => "hold",
            WireKey::Step => "let a segment through",
            WireKey::Delay => "slow down",
            WireKey::Lose => "lose a segment on",
            WireKey::Cut => "cut",
        };
        let text = format!(
            "there is no wire to {what}: on loopback segments never leave the kernel. N starts the lab, which has one"
        );
        return only_say(state, text);
    }
    state.lab.script = None;
    let (order, text) = match wish {
        WireKey::Hold => hold(state),
        WireKey::Step => match step(state) {
            Ok(done) => done,
            Err(why) => return only_say(state, why),
        },
        WireKey::Delay => slow(state),
        WireKey::Lose => lose(state),
        WireKey::Cut => cut(state),
    };
    state.notices.say(state.now, Tone::Plain, text);
    vec![Effect::Lab(LabOrder::Wire(order))]
}

/// Says that the wire has become full.
pub(crate) fn say_when_full(state: &mut State, news: &[WireNews]) {
    for news in news {
        let WireNews::Full { frames, bytes } = *news else {
            continue;
        };
        let until = if state.lab.wire.held {
            "until h lets go, or o makes room"
        } else {
            "until some have arrived"
        };
        let text = format!(
            "the wire is full: {} of {} MiB wait on it. What is sent now is lost, {until}; TCP sends it again later",
            words::many(frames as u64, "frame", "frames"),
            words::number(bytes as u64 >> 20),
        );
        state.notices.say(state.now, Tone::Warning, text);
    }
}

fn hold(state: &mut State) -> (WireOrder, String) {
    let waiting = state.lab.waiting();
    let wire = &mut state.lab.wire;
    wire.held = !wire.held;
    if wire.held {
        let text = "the wire is held: segments wait on it in their order. o lets one through, h lets all go";
        return (WireOrder::Hold, text.to_owned());
    }
    let text = match waiting {
        0 => "the wire goes on; nothing had waited on it".to_owned(),
        n => format!(
            "the wire goes on: {} that waited on it {} now",
            words::many(n as u64, "segment", "segments"),
            if n == 1 { "goes" } else { "go" },
        ),
    };
    (WireOrder::LetGo, text)
}

/// The order and the sentence; or why nothing can be let through.
fn step(state: &mut State) -> Result<(WireOrder, String), &'static str> {
    if !state.lab.wire.held {
        return Err(
            "the wire is not held: segments go by themselves. h holds it, then o lets one through",
        );
    }
    let oldest = state.lab.oldest_waiting();
    let oldest = oldest.ok_or("nothing waits on the wire: whoever sends next is stopped there")?;
    let (what, number) = (words::segment(state, oldest), oldest.segment.number);
    let text = match state.lab.waiting() {
        1 => format!("{what} goes through; nothing else waits"),
        2 => format!("{what} goes through; 1 more waits behind it"),
        n => format!("{what} goes through; {} more wait behind it", n - 1),
    };
    state.lab.is_to_leave(number);
    Ok((WireOrder::Step, text))
}

fn slow(state: &mut State) -> (WireOrder, String) {
    let delay = state.lab.wire.next_delay();
    state.lab.wire.delay = delay;
    let text = if delay.is_zero() {
        "the wire is as quick as a cable again".to_owned()
    } else {
        format!(
            "every segment takes {} one way from now on; an answer is back after {}",
            words::brief(delay),
            words::brief(delay * 2)
        )
    };
    (WireOrder::Delay(delay), text)
}

fn lose(state: &mut State) -> (WireOrder, String) {
    if state.lab.wire.held
        && let Some(oldest) = state.lab.oldest_waiting()
    {
        let text = format!(
            "{} is lost: {}",
            words::segment(state, oldest),
            after_loss(&oldest.segment)
        );
        let number = oldest.segment.number;
        state.lab.is_to_leave(number);
        state.lab.wire.loses += 1;
        return (WireOrder::DropNext, text);
    }
    state.lab.wire.loses += 1;
    let text = match state.lab.wire.loses {
        1 => "the next segment will be lost, whoever sends it".to_owned(),
        n => format!("the next {n} segments will be lost, whoever sends them"),
    };
    (WireOrder::DropNext, text)
}

/// What follows when a segment is lost.
fn after_loss(segment: &Segment) -> &'static str {
    if segment.tuple.protocol == Protocol::Udp {
        "UDP does not notice, and nobody sends it again"
    } else if segment.flags.has(Flags::RST) {
        "nobody sends an RST again, so the other end hears nothing of it"
    } else if crossings::is_sent_again(segment) {
        "its sender waits for an answer, and sends it again"
    } else {
        "an ACK alone is not sent again; who waits for it sends its own segment again"
    }
}

fn cut(state: &mut State) -> (WireOrder, String) {
    state.lab.wire.cut = !state.lab.wire.cut;
    if state.lab.wire.cut {
        let stays = if state.sockets.count(TcpState::Established) > 0 {
            "Connections stay ESTABLISHED; B mends it"
        } else if state.sockets.count(TcpState::SynSent) > 0 {
            "SYN_SENT stays, and its SYN is sent again; B mends it"
        } else {
            "B mends it"
        };
        let text =
            format!("the cable is cut: every segment is lost, and neither kernel is told. {stays}");
        (WireOrder::Cut, text)
    } else {
        state.lab.wire.loses = 0;
        let mut rows = state.sockets.in_order();
        let half_open = if rows.any(|line| state.sockets.is_half_open(line)) {
            ". A RST is not: whoever missed one stays, half-open, and is told when it sends"
        } else {
            ""
        };
        let text = format!(
            "the cable is mended: what was not acknowledged is sent again when its timer runs out{half_open}"
        );
        (WireOrder::Mend, text)
    }
}
