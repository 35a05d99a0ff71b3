//! Failed calls. A poll may soon show more rows in the way, or who holds them: then the notice of the failure is amended.

use std::time::Duration;

use crate::app::query::refusal;
use crate::app::{Attempt, Failure, State};
use crate::tcp::{Errno, SyscallError};

/// A poll shows them within this time.
const WHILE: Duration = Duration::from_secs(1);

/// Notes a failure, without saying anything.
pub(crate) fn note(state: &mut State, asked: Attempt, why: SyscallError) {
    let at = state.now;
    let (seen, rows) = refusal::look(state, at, &asked, why);
    let case = Failure { at, asked, why, seen, rows, remedies: Vec::new(), waits: false };
    state.notices.case = Some(case);
}

pub(crate) fn tell(state: &mut State) {
    if let Some(case) = &mut state.notices.case {
        case.at = state.now;
        let (seen, rows) = (case.seen.clone(), case.rows.clone());
        state.notices.blame(state.now, seen, &rows);
    }
}

/// Looks again at a failure of a moment ago.
pub(crate) fn look_again(state: &mut State) {
    let Some(case) = &state.notices.case else { return };
    let (at, errno) = (case.at, case.why.errno);
    let has_rows = matches!(errno, Errno::EADDRINUSE | Errno::EADDRNOTAVAIL | Errno::EAGAIN);
    if !has_rows || state.now.since(at) >= WHILE {
        return;
    }
    let (seen, rows) = refusal::look(state, at, &case.asked, case.why);
    let is_more = (rows.len(), seen.has("Owned")) > (case.rows.len(), case.seen.has("Owned"));
    if is_more {
        state.notices.amend_failure(at, &seen, &rows);
        if let Some(case) = &mut state.notices.case {
            (case.seen, case.rows) = (seen, rows);
        }
    }
}
