//! The actions on the lab's wire.

use std::time::Duration;

use crate::app::explain::wire;
use crate::app::model::ScriptGoal;
use crate::app::{Effect, State, WireKey, format};
use crate::tcp::{Flags, Protocol, Segment, TcpState, WireOrder};

pub(crate) fn hold(state: &mut State) -> Effect {
    Effect::Lab(state.lab.order(WireOrder::Hold))
}

pub(crate) fn deliver_oldest(state: &mut State) -> Effect {
    state.lab.oldest_is_to_leave();
    Effect::Lab(state.lab.order(WireOrder::Step))
}

/// Ends every hold, delay and loss.
pub(crate) fn reset(state: &mut State) -> Vec<Effect> {
    let wire = state.lab.wire;
    let orders = [
        (wire.held, WireOrder::LetGo),
        (!wire.delay.is_zero(), WireOrder::Delay(Duration::ZERO)),
        (wire.cut || wire.drop_next > 0, WireOrder::Mend),
    ];
    let needed = orders.into_iter().filter(|(is_needed, _)| *is_needed);
    needed.map(|(_, order)| Effect::Lab(state.lab.order(order))).collect()
}

/// Runs an action on the wire. A count is the number of segments to deliver or drop.
pub(crate) fn run(state: &mut State, wish: WireKey, count: Option<u32>) -> Vec<Effect> {
    if !state.lab.is_up() {
        let what = match wish {
            WireKey::Hold => "hold",
            WireKey::Step => "deliver a segment on",
            WireKey::Delay => "delay",
            WireKey::Lose => "drop a segment on",
            WireKey::Cut => "cut",
        };
        return state.only_say(format!(
            "No wire to {what}: loopback segments never leave the kernel. Press N for the lab, which has a wire."
        ));
    }
    // A script holds the wire as it needs it; the myth needs none.
    state.script.take_if(|script| script.goal != ScriptGoal::Myth);
    let many = count.map_or(1, |count| count.max(1) as usize);
    let (order, times, text) = match wish {
        WireKey::Hold => once(hold_or_release(state)),
        WireKey::Step => match step(state, many) {
            Ok(done) => done,
            Err(why) => return state.only_say(why),
        },
        WireKey::Delay => once(slow(state)),
        WireKey::Lose => lose(state, many),
        WireKey::Cut if state.lab.wire.cut => once(mend(state)),
        WireKey::Cut => once(cut(state)),
    };
    state.say(text);
    (0..times).map(|_| Effect::Lab(state.lab.order(order))).collect()
}

fn once((order, text): (WireOrder, String)) -> (WireOrder, usize, String) {
    (order, 1, text)
}

fn hold_or_release(state: &State) -> (WireOrder, String) {
    if !state.lab.wire.held {
        let text =
            "The wire is held: segments queue in order. Press o to deliver one, h to release all.";
        return (WireOrder::Hold, text.to_owned());
    }
    let text = match state.lab.waiting() {
        0 => "The wire is released. Nothing was queued.".to_owned(),
        n => format!(
            "The wire is released: {} delivered.",
            format::many(n as u64, "segment", "segments"),
        ),
    };
    (WireOrder::LetGo, text)
}

/// The order, how often to give it, and the sentence; or why nothing can be delivered.
fn step(state: &mut State, many: usize) -> Result<(WireOrder, usize, String), &'static str> {
    if !state.lab.wire.held {
        return Err("The wire is not held. Press h to hold it, then o to deliver one segment.");
    }
    if state.lab.waiting() == 0 {
        return Err("Nothing is queued on the wire. The next segment stops there.");
    }
    let (times, oldest) = take_out(state, many);
    let what = match times {
        1 => format!("Delivered {oldest}"),
        n => format!("Delivered {} segments, {oldest} first", format::number(n as u64)),
    };
    let text = match state.lab.waiting() {
        0 => format!("{what}. Nothing else is queued."),
        1 => format!("{what}. 1 more is queued."),
        n => format!("{what}. {} more are queued.", format::number(n as u64)),
    };
    Ok((WireOrder::Step, times, text))
}

/// The delays that one key steps through, in milliseconds.
const DELAYS: [u64; 4] = [0, 100, 500, 2000];

fn slow(state: &State) -> (WireOrder, String) {
    let delays = DELAYS.map(Duration::from_millis);
    let place = delays.iter().position(|delay| *delay == state.lab.wire.delay);
    let delay = delays[place.map_or(0, |place| place + 1) % DELAYS.len()];
    let text = if delay.is_zero() {
        "The wire has no delay again.".to_owned()
    } else {
        format!(
            "One-way delay set to {}, so the round trip takes {}.",
            format::brief(delay),
            format::brief(delay * 2)
        )
    };
    (WireOrder::Delay(delay), text)
}

fn lose(state: &mut State, many: usize) -> (WireOrder, usize, String) {
    let asked = u32::try_from(many).unwrap_or(u32::MAX).min(MOST_LOST);
    if state.lab.wire.held && state.lab.waiting() > 0 {
        let follows = state.lab.oldest_waiting().map(|oldest| after_loss(&oldest.segment));
        let follows = follows.unwrap_or("the sender retransmits it if it carried data");
        let (times, first) = take_out(state, asked as usize);
        let text = match times {
            1 => format!("Dropped {first}: {follows}."),
            n => format!("Dropped {} segments, {first} first.", format::number(n as u64)),
        };
        return (WireOrder::DropNext, times, text);
    }
    let text = match state.lab.wire.drop_next.saturating_add(asked) {
        1 => "The next segment will be dropped, from either end.".to_owned(),
        n => format!(
            "The next {} segments will be dropped, from either end.",
            format::number(u64::from(n))
        ),
    };
    (WireOrder::DropNext, asked as usize, text)
}

/// The oldest held segments are to leave the wire; returns how many there are, and the first: `laptop's SYN`.
fn take_out(state: &mut State, many: usize) -> (usize, String) {
    let oldest = state.lab.oldest_waiting().map(|crossing| wire::segment(state, crossing));
    let times = many.min(state.lab.waiting());
    for _ in 0..times {
        state.lab.oldest_is_to_leave();
    }
    (times, oldest.unwrap_or_else(|| String::from("the oldest one")))
}

const MOST_LOST: u32 = 1000;

fn after_loss(segment: &Segment) -> &'static str {
    if segment.is_refusal {
        "ICMP is not retransmitted, so the sender does not learn of the refusal"
    } else if segment.tuple.protocol == Protocol::Udp {
        "UDP does not notice and does not retransmit"
    } else if segment.flags.has(Flags::RST) {
        "an RST is not retransmitted, so the other end does not learn of it"
    } else if segment.sequence_length() > 0 {
        "its sender retransmits it when no answer comes"
    } else {
        "a bare ACK is not retransmitted; the end waiting for it retransmits"
    }
}

fn cut(state: &State) -> (WireOrder, String) {
    let stays = if state.sockets.count(TcpState::Established) > 0 {
        "Connections stay ESTABLISHED. Press B to reconnect."
    } else if state.sockets.count(TcpState::SynSent) > 0 {
        "SYN_SENT stays and retransmits its SYN. Press B to reconnect."
    } else {
        "Press B to reconnect."
    };
    let waited = match state.lab.waiting() {
        0 => String::new(),
        1 => String::from(" The queued segment is lost too."),
        n => format!(" The {n} queued segments are lost too."),
    };
    let text = format!(
        "The cable is cut: every segment is lost, and neither kernel notices.{waited} {stays}"
    );
    (WireOrder::Cut, text)
}

fn mend(state: &State) -> (WireOrder, String) {
    let lost_no_more =
        if state.lab.wire.drop_next > 0 { " No more segments will be dropped." } else { "" };
    let mut rows = state.sockets.in_order();
    let half_open = if rows.any(|line| state.sockets.is_half_open(line)) {
        " A lost RST is not retransmitted, so that end stays half-open until it sends."
    } else {
        ""
    };
    let text = format!(
        "The cable is reconnected. Unacknowledged segments are retransmitted when their timers expire.{lost_no_more}{half_open}"
    );
    (WireOrder::Mend, text)
}
