use std::time::Duration;

use crate::app::State;
use crate::app::explain::failure::connect_error;
use crate::app::model::Attempt;
use crate::app::model::failure::ROWS;
use crate::tcp::{Errno, Protocol};

/// A poll may show them within this time.
const WHILE: Duration = Duration::from_secs(1);

/// The sentence about a failed connect comes only now, after the rest of its burst.
pub(crate) fn told_now(state: &mut State) {
    let case = state.notices.case.as_mut();
    let calls = |wish: &Attempt| matches!(wish, Attempt::Connect(..));
    if let Some(case) = case.filter(|case| calls(&case.asked)) {
        case.at = state.now;
    }
    blame_again(state);
}

/// Also blames rows seen since, if rows were the shortage. A listener that appeared after the failure explains nothing.
pub(crate) fn blame_again(state: &mut State) {
    let Some(case) = &state.notices.case else {
        return;
    };
    let (at, Attempt::Connect(spec, to)) = (case.at, &case.asked) else {
        return;
    };
    let is_shortage = match case.why.errno {
        Errno::EADDRNOTAVAIL | Errno::EADDRINUSE => true,
        Errno::EAGAIN => spec.protocol == Protocol::Udp,
        _ => false,
    };
    if !is_shortage || state.now.since(at) >= WHILE || case.rows.len() >= ROWS {
        return;
    }
    let (_, mut rows) = connect_error::connect_failed(state, spec, *to, case.why);
    rows.truncate(ROWS);
    let is_more = rows.len() > case.rows.len();
    if is_more
        && state.notices.blame_last(at, rows.clone())
        && let Some(case) = &mut state.notices.case
    {
        case.rows = rows;
    }
}
