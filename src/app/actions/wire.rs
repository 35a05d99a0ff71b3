//! The actions on the lab's wire.

use std::time::Duration;

use crate::app::model::{ScriptGoal, Statement};
use crate::app::{Effect, State, WireKey, format};
use crate::tcp::{
    Flags, IcmpMessage, Protocol, Segment, SocketId, TcpState, Timer, TimerKind, WireOrder,
};

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
        (wire.held, WireOrder::Release),
        (!wire.delay.is_zero(), WireOrder::Delay(Duration::ZERO)),
        (wire.cut || wire.drop_next > 0, WireOrder::Reconnect),
        (wire.queues_retransmissions, WireOrder::QueueRetransmissions(false)),
    ];
    let needed = orders.into_iter().filter(|(is_needed, _)| *is_needed);
    needed.map(|(_, order)| Effect::Lab(state.lab.order(order))).collect()
}

/// Runs an action on the wire. A count is the number of segments to deliver or drop.
pub(crate) fn run(state: &mut State, wish: WireKey, count: Option<u32>) -> Vec<Effect> {
    if !state.lab.is_up() {
        let what = match wish {
            WireKey::Hold => "Hold",
            WireKey::Step => "Step",
            WireKey::Delay => "Delay",
            WireKey::Drop => "Lose",
            WireKey::Cut => "Cut",
            WireKey::Retransmissions => "Retransmissions",
        };
        return state.only_say(Statement::new("no-wire").when(what, true));
    }
    // A script holds the wire as it needs it; the myth needs none.
    state.script.take_if(|script| script.goal != ScriptGoal::Myth);
    let many = count.map_or(1, |count| count.max(1) as usize);
    let (order, times, what) = match wish {
        WireKey::Hold => hold_or_release(state),
        WireKey::Step => match step(state, many) {
            Ok(done) => done,
            Err(why) => return state.only_say(why),
        },
        WireKey::Delay => slow(state),
        WireKey::Drop => lose(state, many),
        WireKey::Cut if state.lab.wire.cut => mend(state),
        WireKey::Cut => cut(state),
        WireKey::Retransmissions => {
            let queues = !state.lab.wire.queues_retransmissions;
            let what = Statement::new("wire-retransmissions").when("Queued", queues);
            (WireOrder::QueueRetransmissions(queues), 1, what)
        }
    };
    state.say(what);
    (0..times).map(|_| Effect::Lab(state.lab.order(order))).collect()
}

/// An order, how often to give it, and what to say.
type WireChange = (WireOrder, usize, Statement);

fn hold_or_release(state: &State) -> WireChange {
    if !state.lab.wire.held {
        return (WireOrder::Hold, 1, Statement::new("wire-held"));
    }
    let what = Statement::new("wire-released").count("segments", state.lab.waiting() as u64);
    (WireOrder::Release, 1, what)
}

fn several(what: Statement, name: &'static str, number: usize) -> Statement {
    if number > 1 { what.count(name, number as u64) } else { what }
}

/// Or why nothing can be delivered.
fn step(state: &mut State, many: usize) -> Result<WireChange, &'static str> {
    if !state.lab.wire.held {
        return Err("wire-not-held");
    }
    if state.lab.waiting() == 0 {
        return Err("wire-empty");
    }
    let what = Statement::new("wire-stepped").with("segment", oldest(state));
    let times = let_leave(state, many);
    Ok((WireOrder::Step, times, several(what, "many", times)))
}

fn let_leave(state: &mut State, many: usize) -> usize {
    let times = many.min(state.lab.waiting());
    for _ in 0..times {
        state.lab.oldest_is_to_leave();
    }
    times
}

/// The delays that one key steps through, in milliseconds.
///
/// The kernel retransmits a SYN after 1 s (RFC 6298): a round trip takes clearly less than that, or clearly more.
const DELAYS: [u64; 4] = [0, 100, 400, 2000];

const INITIAL_RTO: Duration = Duration::from_secs(1);

fn slow(state: &State) -> WireChange {
    let delays = DELAYS.map(Duration::from_millis);
    let place = delays.iter().position(|delay| *delay == state.lab.wire.delay);
    let delay = delays[place.map_or(0, |place| place + 1) % DELAYS.len()];
    let what = Statement::new("wire-delay")
        .when("None", delay.is_zero())
        .when("Retransmits", delay * 2 > INITIAL_RTO)
        .with("delay", format::brief(delay))
        .with("round_trip", format::brief(delay * 2));
    (WireOrder::Delay(delay), 1, what)
}

fn lose(state: &mut State, many: usize) -> WireChange {
    let asked = u32::try_from(many).unwrap_or(u32::MAX).min(MOST_LOST);
    if state.lab.wire.held && state.lab.waiting() > 0 {
        let segment = state.lab.oldest_waiting().map(|oldest| kind(&oldest.segment));
        let what = Statement::new("wire-dropped")
            .with("segment", oldest(state))
            .with_some("next", next_retransmission(state).map(format::seconds));
        let what = segment.into_iter().fold(what, |what, kind| what.when(kind, true));
        let times = let_leave(state, asked as usize);
        return (WireOrder::DropNext, times, several(what, "many", times));
    }
    let all = state.lab.wire.drop_next.saturating_add(asked) as usize;
    let what = several(Statement::new("wire-will-drop"), "many", all);
    (WireOrder::DropNext, asked as usize, what)
}

/// The oldest held segment, by its flags and who sent it: `laptop's SYN`.
fn oldest(state: &State) -> String {
    let Some(crossing) = state.lab.oldest_waiting() else { return String::from("the oldest one") };
    let segment = &crossing.segment;
    let again = if crossing.again { "retransmitted " } else { "" };
    let what = match (segment.tuple.protocol, segment.icmp) {
        (Protocol::Tcp, _) if segment.length > 0 => {
            let with = segment.flags.without_data();
            let with = with.map_or_else(String::new, |flags| format!("{flags} with "));
            format!("{with}{} B of data", segment.length)
        }
        (Protocol::Tcp, _) => segment.flags.to_string(),
        (Protocol::Udp, Some(icmp)) => format!("ICMP \"{}\"", icmp.words()),
        (Protocol::Udp, None) if segment.is_fragment => String::from("fragment of a datagram"),
        (Protocol::Udp, None) => String::from("datagram"),
    };
    format!("{}'s {again}{what}", state.computer_name(segment.from))
}

/// When the sender of the oldest held segment sends it again, as its timer says.
fn next_retransmission(state: &State) -> Option<Duration> {
    let segment = &state.lab.oldest_waiting()?.segment;
    let line = state.sockets.get(SocketId::connected(segment.from, segment.tuple))?;
    let is_running = line.row.timer?.kind == TimerKind::Retransmit && line.gone.is_none();
    line.time_left(state.now).filter(|left| is_running && !left.is_zero())
}

const MOST_LOST: u32 = 1000;

fn kind(segment: &Segment) -> &'static str {
    if let Some(icmp) = segment.icmp {
        if icmp == IcmpMessage::PortUnreachable { "Refusal" } else { "Echo" }
    } else if segment.tuple.protocol == Protocol::Udp {
        "Udp"
    } else if segment.flags.has(Flags::RST) {
        "Rst"
    } else if segment.sequence_length() > 0 {
        "SentAgain"
    } else {
        "Ack"
    }
}

fn cut(state: &State) -> WireChange {
    let waiting = state.lab.waiting();
    let what = Statement::new("wire-cut")
        .when("One", waiting == 1)
        .when("Established", state.sockets.count(TcpState::Established) > 0)
        .when("SynSent", state.sockets.count(TcpState::SynSent) > 0);
    (WireOrder::Cut, 1, several(what, "waiting", waiting))
}

fn mend(state: &State) -> WireChange {
    let mut rows = state.sockets.in_order();
    let is_resent = |timer: Timer| timer.kind == TimerKind::Retransmit;
    let waiting = state.sockets.in_order().filter(|line| line.gone.is_none());
    let waiting = waiting.filter(|line| line.row.timer.is_some_and(is_resent));
    let next = waiting.filter_map(|line| line.time_left(state.now)).min();
    let what = Statement::new("wire-mended")
        .with_some("next", next.map(format::seconds))
        .when("Lossy", state.lab.wire.drop_next > 0)
        .when("HalfOpen", rows.any(|line| state.sockets.is_half_open(line)));
    (WireOrder::Reconnect, 1, what)
}
