//! The actions on the lab's wire.

use crate::app::actions::only_say;
use crate::app::explain::wire;
use crate::app::keys::WireKey;
use crate::app::model::wire::{next_delay, orders_to_reset};
use crate::app::model::{ScriptGoal, Tone, segments};
use crate::app::{Effect, State, format};
use crate::tcp::{Flags, Protocol, Segment, TcpState, WireOrder};

/// Holds the wire.
pub(crate) fn hold(state: &mut State) -> Effect {
    Effect::Lab(state.lab.order(WireOrder::Hold))
}

/// Delivers the oldest held segment.
pub(crate) fn deliver_oldest(state: &mut State) -> Effect {
    state.lab.oldest_is_to_leave();
    Effect::Lab(state.lab.order(WireOrder::Step))
}

/// Ends every hold, delay and loss.
pub(crate) fn reset(state: &mut State) -> Vec<Effect> {
    let orders = orders_to_reset(state.lab.wire);
    orders.map(|order| Effect::Lab(state.lab.order(order))).collect()
}

/// Runs an action on the wire. A count is the number of segments to deliver or drop.
pub(crate) fn run(state: &mut State, wish: WireKey, count: Option<u32>) -> Vec<Effect> {
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
    // A script holds the wire as it needs it; the myth needs none.
    state.script.take_if(|script| script.goal != ScriptGoal::Myth);
    let many = count.map_or(1, |count| count.max(1) as usize);
    let (order, times, text) = match wish {
        WireKey::Hold => once(hold_or_release(state)),
        WireKey::Step => match step(state, many) {
            Ok(done) => done,
            Err(why) => return only_say(state, why),
        },
        WireKey::Delay => once(slow(state)),
        WireKey::Lose => lose(state, many),
        WireKey::Cut if state.lab.wire.cut => once(mend(state)),
        WireKey::Cut => once(cut(state)),
    };
    state.notices.say(state.now, Tone::Plain, text);
    (0..times).map(|_| Effect::Lab(state.lab.order(order))).collect()
}

/// An order to give once, and the sentence.
fn once((order, text): (WireOrder, String)) -> (WireOrder, usize, String) {
    (order, 1, text)
}

fn hold_or_release(state: &State) -> (WireOrder, String) {
    if !state.lab.wire.held {
        let text = "the wire is held: segments wait on it in their order. o lets one through, h lets all go";
        return (WireOrder::Hold, text.to_owned());
    }
    let text = match state.lab.waiting() {
        0 => "the wire goes on; nothing had waited on it".to_owned(),
        n => format!(
            "the wire goes on: {} that waited on it {} now",
            format::many(n as u64, "segment", "segments"),
            if n == 1 { "goes" } else { "go" },
        ),
    };
    (WireOrder::LetGo, text)
}

/// The order, how often to give it, and the sentence; or why nothing can be delivered.
fn step(state: &mut State, many: usize) -> Result<(WireOrder, usize, String), &'static str> {
    if !state.lab.wire.held {
        return Err(
            "the wire is not held: segments go by themselves. h holds it, then o lets one through",
        );
    }
    if state.lab.waiting() == 0 {
        return Err("nothing waits on the wire: whoever sends next is stopped there");
    }
    let oldest = oldest(state);
    let times = many.min(state.lab.waiting());
    for _ in 0..times {
        state.lab.oldest_is_to_leave();
    }
    let (what, them) = match times {
        1 => (format!("{oldest} goes through"), "it"),
        n => {
            let n = format::number(n as u64);
            (format!("{n} segments go through, {oldest} first"), "them")
        }
    };
    let text = match state.lab.waiting() {
        0 => format!("{what}; nothing else waited"),
        1 => format!("{what}; 1 more waits behind {them}"),
        n => format!("{what}; {} more wait behind {them}", format::number(n as u64)),
    };
    Ok((WireOrder::Step, times, text))
}

fn slow(state: &State) -> (WireOrder, String) {
    let delay = next_delay(state.lab.wire);
    let text = if delay.is_zero() {
        "the wire is as quick as a cable again".to_owned()
    } else {
        format!(
            "every segment takes {} one way from now on; an answer is back after {}",
            format::brief(delay),
            format::brief(delay * 2)
        )
    };
    (WireOrder::Delay(delay), text)
}

fn lose(state: &mut State, many: usize) -> (WireOrder, usize, String) {
    let asked = u32::try_from(many).unwrap_or(u32::MAX).min(MOST_LOST);
    if state.lab.wire.held && state.lab.waiting() > 0 {
        let first = oldest(state);
        let follows = state.lab.oldest_waiting().map(|oldest| &oldest.segment);
        let follows = follows.map_or("if it carried something, it is sent again", after_loss);
        let times = (asked as usize).min(state.lab.waiting());
        for _ in 0..times {
            state.lab.oldest_is_to_leave();
        }
        let text = match times {
            1 => format!("{first} is lost: {follows}"),
            n => {
                let n = format::number(n as u64);
                format!("{n} segments are lost, {first} first")
            }
        };
        return (WireOrder::DropNext, times, text);
    }
    let text = match state.lab.wire.drop_next.saturating_add(asked) {
        1 => "the next segment will be lost, whoever sends it".to_owned(),
        n => {
            let n = format::number(u64::from(n));
            format!("the next {n} segments will be lost, whoever sends them")
        }
    };
    (WireOrder::DropNext, asked as usize, text)
}

/// The oldest held segment: `laptop's SYN`.
fn oldest(state: &State) -> String {
    let oldest = state.lab.oldest_waiting();
    oldest.map_or_else(|| String::from("the oldest one"), |crossing| wire::segment(state, crossing))
}

/// The most segments that one key drops.
const MOST_LOST: u32 = 1000;

/// The effect of losing a segment.
fn after_loss(segment: &Segment) -> &'static str {
    if segment.is_refusal {
        "nobody sends it again, so who sent the datagram never hears that it was refused"
    } else if segment.tuple.protocol == Protocol::Udp {
        "UDP does not notice, and nobody sends it again"
    } else if segment.flags.has(Flags::RST) {
        "nobody sends an RST again, so the other end hears nothing of it"
    } else if segments::is_sent_again(segment) {
        "its sender waits for an answer, and sends it again"
    } else {
        "an ACK alone is not sent again; who waits for it sends its own segment again"
    }
}

fn cut(state: &State) -> (WireOrder, String) {
    let stays = if state.sockets.count(TcpState::Established) > 0 {
        "Connections stay ESTABLISHED; B mends it"
    } else if state.sockets.count(TcpState::SynSent) > 0 {
        "SYN_SENT stays, and its SYN is sent again; B mends it"
    } else {
        "B mends it"
    };
    let waited = match state.lab.waiting() {
        0 => String::new(),
        1 => String::from(" So is the one that waited on it."),
        n => format!(" So are the {n} that waited on it."),
    };
    let text = format!(
        "the cable is cut: every segment is lost, and neither kernel is told.{waited} {stays}"
    );
    (WireOrder::Cut, text)
}

fn mend(state: &State) -> (WireOrder, String) {
    let lost_no_more =
        if state.lab.wire.drop_next > 0 { ", and nothing is to be lost any more" } else { "" };
    let mut rows = state.sockets.in_order();
    let half_open = if rows.any(|line| state.sockets.is_half_open(line)) {
        ". A RST is not: whoever missed one stays, half-open, and is told when it sends"
    } else {
        ""
    };
    let text = format!(
        "the cable is mended: what was not acknowledged is sent again when its timer runs out{lost_no_more}{half_open}"
    );
    (WireOrder::Mend, text)
}
