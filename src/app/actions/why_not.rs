//! The last failure: the rows in the way, and the remedies, which are tried where they can be.

use crate::app::actions::{connect, rewind, verbs};
use crate::app::query::failure::wait_left;
use crate::app::query::refusal::remedies;
use crate::app::query::{failure, refusal};
use crate::app::{Attempt, Effect, Overlay, Server, State, Statement, Verdict};
use crate::tcp::{Command, ListenSpec, Probe, SyscallError};

/// Shows the last failure and tries its remedies.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    let last = state.notices.failure.as_ref().map(|failure| failure.at);
    if failure::datagram_refused(state).is_some_and(|at| Some(at) > last) {
        return state.only_say("datagram-was-refused");
    }
    if last.is_none() {
        return state.only_say("nothing-failed");
    }
    // Rows and remedies are as of now, not of the past that is shown.
    if state.is_past() {
        rewind::live(state);
    }
    look(state);
    let Some(failure) = &state.notices.failure else { return vec![] };
    let remedies = remedies::of(state, failure);
    let probes = remedies.iter().filter_map(|remedy| {
        if let Verdict::Trying(probe) = remedy.verdict { Some(probe) } else { None }
    });
    let probes: Vec<Probe> = probes.collect();
    if let Some(failure) = &mut state.notices.failure {
        failure.remedies = remedies;
    }
    state.ui.overlay = Some(Overlay::Why(0));
    if probes.is_empty() {
        return vec![];
    }
    vec![Effect::Run(Command::Probe(probes))]
}

pub(crate) fn tried(state: &mut State, probe: Probe, outcome: Result<(), SyscallError>) {
    let Some(failure) = &mut state.notices.failure else { return };
    for remedy in &mut failure.remedies {
        if remedy.verdict == Verdict::Trying(probe) {
            remedy.verdict = match outcome {
                Ok(()) => Verdict::Works(probe),
                Err(why) => Verdict::Fails(probe, why),
            };
        }
    }
}

pub(crate) fn retry(state: &mut State) -> Vec<Effect> {
    let Some(failure) = &mut state.notices.failure else { return vec![] };
    failure.waits = false;
    let asked = failure.asked.clone();
    // A delayed retry must not close another overlay.
    if matches!(state.ui.overlay, Some(Overlay::Why(_))) {
        state.ui.overlay = None;
    }
    let listens = |spec: &ListenSpec| state.servers.get(spec.id).is_some_and(Server::will_listen);
    match asked {
        Attempt::Listen(spec) if listens(&spec) => state.only_say("already-listening"),
        Attempt::Listen(spec) => verbs::start_listening(state, spec),
        Attempt::Connect(spec, _) => connect::call(state, spec).1,
    }
}

pub(crate) fn wait(state: &mut State) -> Vec<Effect> {
    look(state);
    let left = wait_left(state);
    let is_in_the_way = left.is_some();
    let left = left.filter(|_| state.waiting_helps());
    let Some(failure) = &mut state.notices.failure else { return vec![] };
    let what = Statement::new("retry-later").when("TimeWait", is_in_the_way);
    let what = what.when("Reused", failure.seen.has("delay"));
    let what = match left {
        _ if failure.waits => what.when("Off", true),
        Some(left) => what.with("left", left),
        None => what,
    };
    failure.waits = !failure.waits && left.is_some();
    state.only_say(what)
}

/// Updates the rows in the way; when no TIME_WAIT is left, retries if that was asked for.
pub(crate) fn tick(state: &mut State) -> Vec<Effect> {
    let waits = state.notices.failure.as_ref().is_some_and(|failure| failure.waits);
    if !waits && !matches!(state.ui.overlay, Some(Overlay::Why(_))) {
        return vec![];
    }
    look(state);
    if !waits || wait_left(state).is_some() {
        return vec![];
    }
    let failure = state.notices.failure.as_ref();
    let is_reused = failure.is_some_and(|failure| failure.seen.has("delay"));
    state.say(Statement::new("retrying").when("Reused", is_reused));
    retry(state)
}

fn look(state: &mut State) {
    let failure = state.notices.failure.as_ref();
    let seen = failure.map(|failure| refusal::look(state, failure.at, &failure.asked, failure.why));
    if let (Some(failure), Some(seen)) = (&mut state.notices.failure, seen) {
        (failure.seen, failure.rows) = seen;
    }
}
