use std::time::Duration;

use crate::app::State;
use crate::app::explain::failure::connect_error;
use crate::app::model::Attempt;
use crate::app::model::failure::ROWS;
use crate::tcp::{Errno, Protocol};

/// For so long a look may bring them.
const WHILE: Duration = Duration::from_secs(1);

/// The sentence about a refused call comes only now, after all that was ordered with it.
pub(crate) fn told_now(state: &mut State) {
    let case = state.notices.case.as_mut();
    let calls = |wish: &Attempt| matches!(wish, Attempt::Connect(..));
    if let Some(case) = case.filter(|case| calls(&case.asked)) {
        case.at = state.now;
    }
    blame_again(state);
}

/// Blames the rows, too, that have been seen since, where it is rows that something ran short for: who listens only after nobody did
/// explains no refusal.
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
