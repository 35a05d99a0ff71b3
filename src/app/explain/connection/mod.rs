//! One connection, or one socket without a peer, in words: `assets/words/rows.txt`.

pub(crate) mod commands;
pub(crate) mod end;
pub(crate) mod last_transition;
pub(crate) mod queues;

use crate::app::explain::words;
use crate::app::query::server_side;
use crate::app::{GoneReason, Role, State, Statement, TableRow};
use crate::tcp::{Protocol, TcpState};

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
