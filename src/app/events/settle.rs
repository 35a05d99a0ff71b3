use std::time::Duration;

use crate::app::State;
use crate::app::events::no_answer::calls_in_vain;
use crate::app::explain::connect;
use crate::app::explain::failure::connect_error;
use crate::app::model::failure::ROWS;
use crate::app::model::{Attempt, Tone};
use crate::app::query::NoAnswer;
use crate::tcp::{Errno, Protocol, TcpState};

/// Explains better why calls are not answered, or answered in vain, now that a look has shown how full the accept queue is.
pub(crate) fn explain_again(state: &mut State) {
    const WHILE: Duration = Duration::from_secs(1);
    blame_again(state);
    let now = state.now;
    let mut calls = std::mem::take(&mut state.clients.unexplained);
    calls.retain(|(at, client)| {
        let is_full = state.silence(*client) == Some(NoAnswer::QueueIsFull);
        let waits = state.own_end(*client).is_some_and(|end| !end.answered);
        if is_full && waits {
            let before = calls_in_vain(state, *client, NoAnswer::WithinOneMachine);
            let better = calls_in_vain(state, *client, NoAnswer::QueueIsFull);
            state.notices.reword(&before, &better);
        }
        waits && !is_full && now.since(*at) < WHILE
    });
    state.clients.unexplained = calls;
    let mut believed = std::mem::take(&mut state.clients.believed);
    believed.retain(|(at, client, told)| {
        let is_alone = state.is_with_our_server(*client) && state.is_alone_in_believing(*client);
        if is_alone {
            let better = connect::connected_alone(told);
            state.notices.reword(told, &better);
        }
        !is_alone && now.since(*at) < WHILE
    });
    state.clients.believed = believed;
    tell_what_is_whole(state);
}

/// Says of connections that were told to be half made that they are whole, now that a look has shown it.
fn tell_what_is_whole(state: &mut State) {
    let mut half_made = std::mem::take(&mut state.clients.half_made);
    half_made.retain(|client| {
        let there = state.sockets.mirror(*client);
        let there = there.filter(|line| line.gone.is_none());
        let is_open = state.own_end(*client).is_some();
        let text = connect::whole(state, *client);
        match there.map(|line| line.row.state) {
            Some(TcpState::Established) if is_open => {
                state.notices.say(state.now, Tone::Plain, text);
                false
            }
            Some(TcpState::SynReceived) | None => is_open,
            Some(_) => false,
        }
    });
    state.clients.half_made = half_made;
}

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
