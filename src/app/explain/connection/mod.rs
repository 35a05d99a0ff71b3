//! One connection, or one socket without a peer, in words: `assets/words/rows.txt`.

pub(crate) mod commands;

use crate::app::explain::words;
use crate::app::format::many;
use crate::app::query::server_side;
use crate::app::{GoneReason, PathStep, Role, State, StatePath, Statement, TableRow};
use crate::tcp::{Protocol, TcpState, Timer, TimerKind};

/// What the socket is; who connected, and who closed first.
pub(crate) fn sentences(state: &State, line: &TableRow, mirror: Option<&TableRow>) -> Vec<String> {
    let (row, table) = (&line.row, state.seen());
    if !row.tuple.is_connected() {
        return vec![words(&seen(state, line, "lone-row").with("port", row.tuple.local.port))];
    }
    let is_client = |line: &&TableRow| table.is_client(line.row.name());
    let client = [Some(line), mirror].into_iter().flatten().find(is_client);
    let tuple = client.map_or(row.tuple.mirrored(), |line| line.row.tuple);
    let role = client.map(|line| Role::of(state, &line.row));
    let who = if let Some(Role::Client(name) | Role::Other(name)) = role {
        format!("{name} ({})", tuple.local.ip)
    } else {
        tuple.local.ip.to_string()
    };
    let alive = mirror.filter(|line| line.gone.is_none());
    let is_waiting = |line: &TableRow| line.row.state == TcpState::TimeWait;
    let what = seen(state, line, "this-row")
        .when("OtherTimeWait", alive.is_some_and(is_waiting))
        .when("OtherLives", alive.is_some());
    let was_reset = |line: &TableRow| line.gone.is_some_and(|gone| gone.why == GoneReason::Reset);
    let other = table.other_line(row.name());
    let is_others_first =
        mirror.is_some_and(TableRow::closed_first) || line.was(TcpState::CloseWait);
    let history = seen(state, line, "row-history")
        .with("who", who)
        .with("to", tuple.remote)
        .with("port", tuple.local.port)
        .when("OtherUnread", other.is_some_and(TableRow::closed_unread))
        .when("OtherKnown", other.is_some())
        .when("Reset", was_reset(line) || mirror.is_some_and(was_reset))
        .when("First", line.closed_first())
        .when("OtherFirst", is_others_first)
        .when("ByClient", line.closed_first() == table.is_client(row.name()));
    vec![words(&what), words(&history)]
}

/// What is seen of a row, for the texts under that key.
fn seen(state: &State, line: &TableRow, key: &'static str) -> Statement {
    let (row, table) = (&line.row, state.seen());
    Statement::new(key)
        .when(row.state.name(), true)
        .when("Gone", line.gone.is_some())
        .when("Told", line.told)
        .when("udp", row.tuple.protocol == Protocol::Udp)
        .when("Connected", row.tuple.is_connected())
        .when("ToItself", row.tuple.is_to_itself())
        .when("HalfOpen", table.is_half_open(line))
        .when("AtOnce", table.closed_at_once(line))
        .when("Unaccepted", server_side::is_unaccepted(state, line))
}

/// What the state means for this row.
pub(crate) fn meaning(state: &State, line: &TableRow) -> String {
    words(&seen(state, line, "row-meaning").with("meaning", line.row.state.meaning()))
}

/// What became of the other end, which the table does not have.
pub(crate) fn missing(state: &State, line: &TableRow) -> String {
    let ip = line.row.tuple.remote.ip.to_canonical();
    let is_here = state.machine.is_own(ip);
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
pub(crate) fn timer_ends(state: TcpState, kind: TimerKind, left: String) -> [String; 3] {
    let (long, brief) = match kind {
        TimerKind::TimeWait if state == TcpState::FinWait2 => {
            ("then the kernel waits no longer for a FIN", "FIN_WAIT2")
        }
        TimerKind::Retransmit => ("then retransmission", "retransmission"),
        TimerKind::KeepAlive => ("then a keepalive probe", "keepalive"),
        TimerKind::TimeWait => ("then the 5-tuple is free", "TIME_WAIT"),
        TimerKind::ZeroWindowProbe => ("then a window probe", "window probe"),
    };
    [format!("{left}, {long}"), format!("{left}: {brief}"), left]
}

/// Recv-Q, the longest words first.
pub(crate) fn received(state: &State, line: &TableRow) -> Vec<String> {
    let (row, unread) = (&line.row, line.row.unread());
    let what = seen(state, line, "recv-q")
        .with("data", unread)
        .when("OnlyFin", unread == 0)
        .when("Fin", row.may_hold_a_fin());
    in_words(line, what, "recv-q-brief", row.queues.recv)
}

/// Send-Q, the longest words first.
pub(crate) fn sent(state: &State, line: &TableRow) -> Vec<String> {
    let count = line.row.queues.send;
    let is_fin_unacknowledged =
        matches!(line.row.state, TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck);
    let fin = is_fin_unacknowledged.then_some("FIN");
    let flag = if line.row.state == TcpState::SynSent { Some("SYN") } else { fin };
    let what = seen(state, line, "send-q")
        .with("before", count.saturating_sub(1))
        .with_some("flag", flag)
        .when("One", count == 1);
    in_words(line, what, "send-q-brief", count)
}

/// Rows in TIME_WAIT, or gone, have no queues.
fn in_words(line: &TableRow, what: Statement, brief: &'static str, count: u32) -> Vec<String> {
    if line.gone.is_some() || line.row.state == TcpState::TimeWait {
        return Vec::new();
    }
    let what = what.with("count", count).when("Zero", count == 0);
    let brief = Statement { key: brief, ..what.clone() };
    let size = (line.row.state != TcpState::Listen).then(|| format!("{count} B"));
    [words(&what), words(&brief)].into_iter().chain(size).collect()
}

/// The cause of the last transition of an end, called `who`: in a few words, in a sentence, and in a shorter one. The sentences say what is
/// inferred.
pub(crate) fn last_transition(
    line: &TableRow,
    path: &StatePath,
    who: &str,
) -> (String, [String; 2]) {
    if line.gone.is_some_and(|gone| gone.why == GoneReason::Unknown) {
        let short = format!("{who}: gone, last seen in {}", line.row.state);
        let long =
            format!("{short}. No poll saw TIME_WAIT, so the table does not show how it ended.");
        return (format!("{who}: gone"), [long, short]);
    }
    if let Some(cause) = path.cut_short {
        let short = format!("{who}: {cause}, from {} straight to CLOSED", line.row.state);
        let is_timeout = line.gone.is_some_and(|gone| gone.why.is_timeout());
        let why =
            if is_timeout { "is a limit of the kernel's own" } else { "can happen in any state" };
        let long = format!("{short}. It {why}, so the diagram has no arrow for it.");
        return (format!("{who}: {cause}"), [long, short]);
    }
    let Some(PathStep { arrow, .. }) = path.last() else {
        let at = format!("{who} is in {}.", path.at);
        return (who.to_owned(), [at.clone(), at]);
    };
    let cause = arrow.cause();
    let mut long = format!("{who}, {} → {}: {cause}.", arrow.from, arrow.to);
    let mut short = long.clone();
    let unseen: Vec<&str> = path.unseen(line).into_iter().map(TcpState::name).collect();
    if !unseen.is_empty() {
        long = format!("{long} Inferred, too brief to be polled: {}.", unseen.join(", "));
        let count = many(unseen.len() as u64, "state", "states");
        short = format!("{short} Inferred: {count}.");
    }
    (format!("{who}: {cause}"), [long, short])
}
