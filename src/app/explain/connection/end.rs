//! The state and the timer of one end.

use crate::app::explain::connection::seen;
use crate::app::explain::words;
use crate::app::format::many;
use crate::app::{GoneReason, State, TableRow};
use crate::tcp::{Timer, TimerKind};

/// What the state means for this row.
pub(crate) fn meaning(state: &State, line: &TableRow) -> String {
    words(&seen(state, line, "row-meaning").with("meaning", line.row.state.meaning()))
}

/// What became of the other end, which the table does not have.
pub(crate) fn missing(state: &State, line: &TableRow) -> String {
    let ip = line.row.tuple.remote.ip.to_canonical();
    let is_here = ip.is_loopback() || state.machine.addresses.contains(&ip);
    let is_refused = line.gone.is_some_and(|gone| gone.why == GoneReason::Refused);
    let what = seen(state, line, "other-row").when("Refused", is_refused);
    words(&what.when("Elsewhere", !is_here && state.lab.host_of(ip).is_none()))
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
