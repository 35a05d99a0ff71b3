//! Failed calls. A poll may soon show more rows in the way, or who holds them: then the notice of the failure is amended.

use std::time::Duration;

use crate::app::query::refusal;
use crate::app::{Attempt, Failure, State, Statement};
use crate::tcp::{Errno, SocketId, SyscallError};

/// A poll shows them within this time.
const WHILE: Duration = Duration::from_secs(1);

/// Notes a failure, without saying anything.
pub(crate) fn note(state: &mut State, asked: Attempt, why: SyscallError) {
    let at = state.now;
    let (seen, rows) = refusal::look(state, at, &asked, why);
    let failure = Failure { at, asked, why, seen, rows, remedies: Vec::new(), waits: false };
    state.notices.failure = Some(failure);
}

pub(crate) fn tell(state: &mut State) {
    if let Some(failure) = &mut state.notices.failure {
        failure.at = state.now;
        let (seen, rows) = (failure.seen.clone(), failure.rows.clone());
        state.notices.blame(state.now, seen, &rows);
    }
}

/// Looks again at a failure of a moment ago.
pub(crate) fn look_again(state: &mut State) {
    let Some(failure) = &state.notices.failure else { return };
    let (at, errno) = (failure.at, failure.why.errno);
    let has_rows = matches!(errno, Errno::EADDRINUSE | Errno::EADDRNOTAVAIL | Errno::EAGAIN);
    if !has_rows || state.now.since(at) >= WHILE {
        return;
    }
    let (seen, rows) = refusal::look(state, at, &failure.asked, failure.why);
    let known =
        |rows: &[SocketId], seen: &Statement| (rows.len(), seen.has("AllUsed"), seen.has("Owned"));
    if known(&rows, &seen) > known(&failure.rows, &failure.seen) {
        state.notices.amend_failure(at, &seen, &rows);
        if let Some(failure) = &mut state.notices.failure {
            (failure.seen, failure.rows) = (seen, rows);
        }
    }
}
