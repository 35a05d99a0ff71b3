//! The last failure: the rows in the way, and the remedies, which are tried where they can be.

use crate::app::actions::{connect, rewind, verbs};
use crate::app::explain::failure::connect_error;
use crate::app::explain::failure::remedies::listen;
use crate::app::model::failure::ROWS;
use crate::app::model::{Attempt, Failure, Verdict};
use crate::app::query::failure;
use crate::app::query::failure::longest_wait;
use crate::app::query::port_holders::holders;
use crate::app::{Effect, Overlay, State};
use crate::tcp::{Command, Errno, Probe, Protocol, SocketId, SyscallError};

/// Shows the last failure and tries its remedies.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    let last = state.notices.case.as_ref().map(|case| case.at);
    if failure::datagram_refused(state).is_some_and(|at| Some(at) > last) {
        let text = "The last failure was a refused datagram: no socket had that UDP port.";
        return state.only_say(text);
    }
    if last.is_none() {
        return state.only_say("Nothing has failed yet. y explains the next failure.");
    }
    // Rows and remedies are as of now, not of the past that is shown.
    if state.is_past() {
        rewind::live(state);
    }
    find_blocking_rows(state);
    let Some(case) = &state.notices.case else {
        return vec![];
    };
    let remedies = listen::of(state, case);
    let probes = remedies.iter().filter_map(|remedy| match remedy.verdict {
        Verdict::Trying(probe) => Some(probe),
        Verdict::Works(_) | Verdict::Fails(..) | Verdict::NotTried(_) => None,
    });
    let probes: Vec<Probe> = probes.collect();
    if let Some(case) = &mut state.notices.case {
        case.remedies = remedies;
    }
    state.ui.overlay = Some(Overlay::Why(0));
    if probes.is_empty() {
        return vec![];
    }
    vec![Effect::Run(Command::Try(probes))]
}

/// Notes the result of a remedy.
pub(crate) fn tried(state: &mut State, probe: Probe, outcome: Result<(), SyscallError>) {
    let Some(case) = &mut state.notices.case else {
        return;
    };
    for remedy in &mut case.remedies {
        if remedy.verdict == Verdict::Trying(probe) {
            remedy.verdict = match outcome {
                Ok(()) => Verdict::Works(probe),
                Err(why) => Verdict::Fails(probe, why),
            };
        }
    }
}

/// Retries the failed call.
pub(crate) fn retry(state: &mut State) -> Vec<Effect> {
    let Some(case) = &mut state.notices.case else {
        return vec![];
    };
    case.waits = false;
    let asked = case.asked.clone();
    // A delayed retry must not close another overlay.
    if matches!(state.ui.overlay, Some(Overlay::Why(_))) {
        state.ui.overlay = None;
    }
    match asked {
        Attempt::Listen(_) if state.server.will_listen() => {
            state.only_say("Already listening. Press l to stop.")
        }
        Attempt::Listen(spec) => verbs::start_listening(state, spec),
        Attempt::Connect(spec, _) => connect::call(state, spec).1,
    }
}

/// Retries once TIME_WAIT is over, or cancels that.
pub(crate) fn wait(state: &mut State) -> Vec<Effect> {
    find_blocking_rows(state);
    let left = longest_wait(state);
    let is_in_the_way = left.is_some();
    let left = left.filter(|_| state.waiting_helps());
    let Some(case) = &mut state.notices.case else {
        return vec![];
    };
    let text = match (case.waits, left) {
        (true, _) => {
            case.waits = false;
            String::from("Automatic retry is off. Press y twice to retry.")
        }
        (false, None) if is_in_the_way => {
            String::from("TIME_WAIT is not the only problem here; waiting won't help.")
        }
        (false, None) => String::from("TIME_WAIT is not the problem here; waiting won't help."),
        (false, Some(seconds)) => {
            case.waits = true;
            format!("Retrying automatically in {seconds} s, when TIME_WAIT is over.")
        }
    };
    state.say(text);
    vec![]
}

/// Updates the rows in the way; when no TIME_WAIT is left, retries if that was asked for.
pub(crate) fn tick(state: &mut State) -> Vec<Effect> {
    let waits = state.notices.case.as_ref().is_some_and(|case| case.waits);
    if !waits && !matches!(state.ui.overlay, Some(Overlay::Why(_))) {
        return vec![];
    }
    find_blocking_rows(state);
    if !waits || longest_wait(state).is_some() {
        return vec![];
    }
    state.say("TIME_WAIT is over. Retrying now.");
    retry(state)
}

/// Finds the rows that are in the way now.
fn find_blocking_rows(state: &mut State) {
    let Some(case) = &state.notices.case else {
        return;
    };
    let mut rows = blocking_rows(state, case);
    rows.truncate(ROWS);
    if let Some(case) = &mut state.notices.case {
        case.rows = rows;
    }
}

fn blocking_rows(state: &State, case: &Failure) -> Vec<SocketId> {
    match &case.asked {
        Attempt::Listen(spec) if case.why.errno == Errno::EADDRINUSE => {
            holders(state, spec.host, spec.at, Protocol::Tcp)
        }
        Attempt::Listen(_) => Vec::new(),
        Attempt::Connect(spec, to) => {
            let mut rows = connect_error::connect_failed(state, spec, *to, case.why).1;
            // A listener that came later is not the cause.
            let was_there = |name: &SocketId| {
                let line = state.sockets.get(*name);
                line.is_some_and(|line| line.born <= case.at)
            };
            rows.retain(|name| case.why.errno != Errno::ECONNREFUSED || was_there(name));
            rows
        }
    }
}
