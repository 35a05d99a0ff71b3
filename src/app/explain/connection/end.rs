//! The state and the timer of one end.

use crate::app::format::many;
use crate::app::{GoneReason, State, TableRow};
use crate::tcp::{Protocol, TcpState, Timer, TimerKind};

pub(crate) fn meaning(state: &State, line: &TableRow) -> &'static str {
    let row = &line.row;
    if line.gone.is_some() && line.told {
        "not seen in the table, only in our own calls"
    } else if line.gone.is_some() {
        "the last state seen"
    } else if state.seen().is_half_open(line) {
        "open, as far as this end knows"
    } else if row.tuple.protocol == Protocol::Udp && row.tuple.is_connected() {
        // UDP has no states; the kernel shows one anyway.
        "connect() only stored the destination"
    } else if row.tuple.protocol == Protocol::Udp {
        "receives datagrams from any address"
    } else if row.state == TcpState::TimeWait && state.seen().closed_at_once(line) {
        "both ends closed at once; the kernel reserves the 5-tuple for 60 s"
    } else {
        row.state.meaning()
    }
}

/// What became of the other end, which the table does not have.
pub(crate) fn missing(state: &State, line: &TableRow) -> &'static str {
    let tuple = line.row.tuple;
    let ip = tuple.remote.ip.to_canonical();
    let is_here = ip.is_loopback() || state.machine.addresses.contains(&ip);
    if tuple.is_to_itself() {
        return "this same row";
    }
    if !is_here && state.lab.host_of(ip).is_none() {
        return "on another machine";
    }
    match (tuple.protocol, line.row.state, line.gone.map(|gone| gone.why)) {
        (Protocol::Udp, _, Some(GoneReason::Refused)) => "no socket had that port",
        (Protocol::Udp, _, _) => "no socket is connected to this one",
        (Protocol::Tcp, TcpState::SynSent, Some(_)) => "never had a row",
        (Protocol::Tcp, TcpState::SynSent, None) => "no row yet",
        (Protocol::Tcp, _, _) => "gone",
    }
}

/// How often the kernel has retried without an answer; the next try is in `left`.
pub(crate) fn tries(timer: Timer, left: &str) -> Option<String> {
    let what = match timer.kind {
        _ if timer.tries == 0 => return None,
        TimerKind::ZeroWindowProbe => "window probed",
        TimerKind::Retransmit => "resent",
        TimerKind::KeepAlive | TimerKind::TimeWait => return None,
    };
    let often = many(timer.tries.into(), "time", "times");
    Some(format!("{what} {often}, no answer; next in {left}"))
}

/// What the kernel does when the timer ends, with `left` to go; the longest words first.
pub(crate) fn timer_ends(kind: TimerKind, left: String) -> [String; 3] {
    let (long, brief) = match kind {
        TimerKind::Retransmit => ("then retransmission", "retransmission"),
        TimerKind::KeepAlive => ("then a keepalive probe", "keepalive"),
        TimerKind::TimeWait => ("then the 5-tuple is free", "TIME_WAIT"),
        TimerKind::ZeroWindowProbe => ("then a window probe", "window probe"),
    };
    [format!("{left}, {long}"), format!("{left}: {brief}"), left]
}
