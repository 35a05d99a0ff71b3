//! The rows of a lesson.

use crate::app::{LessonProgress, State};
use crate::tcp::{SocketRow, TcpState};

/// The rows of the lesson: those at the demonstration's ports that were not there before.
pub(crate) fn lesson_rows(state: &State) -> impl Iterator<Item = &SocketRow> {
    let strangers = state.lesson.as_ref().map(|progress| &progress.strangers);
    let lines = state.sockets.in_order().filter(|line| line.gone.is_none());
    lines.map(|line| &line.row).filter(move |row| {
        let name = row.name();
        state.is_at_the_demos_port(name) && strangers.is_none_or(|them| !them.contains(&name))
    })
}

/// The rows of the lesson, and those whose TIME_WAIT was over since its sockets were made.
pub(super) fn rows_without_haste<'a>(
    state: &'a State,
    progress: &'a LessonProgress,
) -> Vec<&'a SocketRow> {
    let mut rows: Vec<&SocketRow> = lesson_rows(state).collect();
    let is_used_again = |row: &&SocketRow| {
        let line = state.sockets.get(row.name());
        line.is_some_and(|line| line.gone.is_none())
    };
    rows.extend(progress.play.expired.iter().filter(|row| !is_used_again(row)));
    rows
}

/// A row in one line, as netstat prints it.
pub(crate) fn in_netstats_words(row: &SocketRow) -> String {
    let v6 = if row.tuple.local.ip.is_ipv6() { "6" } else { "" };
    let is_listening = row.state == TcpState::Listen;
    let remote = if is_listening { String::from("*") } else { row.tuple.remote.to_string() };
    format!("{}{v6} {} {remote} {}", row.tuple.protocol, row.tuple.local, row.state)
}
