//! News of the listening sockets.

use std::time::Duration;

use crate::app::actions::use_up_ports;
use crate::app::explain::failure::bind_error;
use crate::app::explain::{accept, listen};
use crate::app::model::{Caller, Place, Tone, Topic, Wish};
use crate::app::query::failure;
use crate::app::query::peers::{is_nobodys_of_ours, is_stranger};
use crate::app::state::{look_at_both, wanted};
use crate::app::{Effect, State, format};
use crate::tcp::{Accepting, ListenSpec, OwnSocket, Refusal, RowName};

pub(crate) fn listening(
    state: &mut State,
    spec: ListenSpec,
    sockets: Vec<OwnSocket>,
) -> Vec<Effect> {
    let text = listen::listening(&spec, sockets.len());
    state.notices.say(state.now, Tone::Plain, text);
    let listener = &mut state.listener;
    listener.ordered = listener.ordered.saturating_sub(1);
    listener.held = spec.accepting == Accepting::Held;
    listener.pause = None;
    let new_port = listener.ports.insert(spec.at.port);
    listener.places.insert(Place::of(&spec));
    listener.running = Some(spec);
    for socket in &sockets {
        state.sockets.own(socket, state.machine.pid);
    }
    let names = sockets.iter().map(|socket| socket.name).collect();
    state.listener.sockets = sockets;
    let watch = new_port.then(|| Effect::Watch(wanted(state)));
    let mut effects: Vec<Effect> = watch.into_iter().chain([Effect::Look(names)]).collect();
    effects.extend(use_up_ports::call_all(state));
    effects
}

pub(crate) fn failed(state: &mut State, spec: &ListenSpec, why: Refusal) -> Vec<Effect> {
    state.listener.ordered = state.listener.ordered.saturating_sub(1);
    state.lab.plan = None;
    let (text, rows) = bind_error::listen_failed(state, spec, why);
    if !bind_error::is_settled(state, &rows) {
        state.listener.refused = Some((state.now, spec.clone(), why));
    }
    state.notices.blame(state.now, text, rows.clone());
    failure::refused(state, Wish::Listen(spec.clone()), why, rows);
    vec![]
}

/// Explains a refusal better, now that more is known of the rows to blame.
pub(crate) fn explain_again(state: &mut State) {
    const WHILE: Duration = Duration::from_secs(1);
    let known = state.listener.refused.take();
    let Some((at, spec, why)) = known.filter(|(at, ..)| state.now.since(*at) < WHILE) else {
        return;
    };
    let (text, rows) = bind_error::listen_failed(state, &spec, why);
    let is_settled = bind_error::is_settled(state, &rows);
    let is_last = state.notices.reword_last(at, text, rows);
    if is_last && !is_settled {
        state.listener.refused = Some((at, spec, why));
    }
}

pub(crate) fn stopped(state: &mut State, why: Option<Refusal>) -> Vec<Effect> {
    let waiting = state.waiting_for_accept();
    let sockets = state.listener.sockets.len();
    let names: Vec<RowName> = state.listener.sockets.drain(..).map(|socket| socket.name).collect();
    let was_reset = state.listener.running.take().is_none();
    state.listener.held = false;
    state.listener.pause = None;
    if was_reset && why.is_none() {
        return vec![Effect::Look(names)];
    }
    let (tone, text) = why.map_or_else(
        || (Tone::Plain, listen::stopped_listening(sockets, state.listener.ends.len(), waiting)),
        |why| (Tone::Warning, format!("the listener ended by itself: {why}")),
    );
    state.notices.say(state.now, tone, text);
    vec![Effect::Look(names)]
}

pub(crate) fn held(state: &mut State, held: bool) -> Vec<Effect> {
    state.listener.held = held;
    let text = if held {
        "accept() is held: whoever calls is connected by the kernel all the same, and waits in the accept queue."
    } else {
        "accept() goes on: whoever waited gets a socket of its own now."
    };
    state.notices.say(state.now, Tone::Plain, text);
    vec![]
}

pub(crate) fn accepted(state: &mut State, socket: OwnSocket) -> Vec<Effect> {
    let tuple = socket.name.tuple;
    state.listener.pause = None;
    state.listener.totals.accepted += 1;
    let promise = state.listener.promise(socket.name);
    let waited = state.sockets.get(socket.name).is_some_and(|line| line.held == 0);
    let caller =
        if is_nobodys_of_ours(state, socket.name) { Caller::Stranger } else { Caller::Ours };
    let ends = &mut state.listener.ends;
    ends.accept(socket, state.now, promise);
    ends.change(socket.name, |end| end.caller = caller);
    state.sockets.own(&socket, state.machine.pid);
    if state.listener.held {
        let text = accept::while_held(state, &socket);
        state.notices.say(state.now, Tone::Plain, text);
    } else if waited && accept::has_hung_up(state, socket.name) {
        let text = accept::hung_up(state, &socket);
        let many =
            |n| format!("{} who waited had hung up before accept().", format::number(u64::from(n)));
        state.notices.count(state.now, Topic::Came, text, many);
    } else if is_stranger(state, socket.name) {
        let text = format!(
            "{} connected: accept() returned a socket of its own, descriptor {}. LISTEN did not change.",
            tuple.remote.canonical(),
            socket.fd
        );
        let many = |n| {
            format!(
                "{} connections came, the last one from {}.",
                format::number(n),
                tuple.remote.canonical()
            )
        };
        state.notices.count(state.now, Topic::Came, text, |n| many(u64::from(n)));
    }
    look_at_both(state, socket.name)
}

pub(crate) fn accept_failed(state: &mut State, why: Refusal, pause: Duration) -> Vec<Effect> {
    state.listener.pause = Some((why, state.now.plus(pause)));
    let text = accept::accept_failed(why, pause);
    let many = |n| format!("accept() failed, or turned somebody away, {n} times: {}", why.reason());
    state.notices.count(state.now, Topic::AcceptFailed, text, many);
    vec![]
}

/// Remembers which programs are at the other ends: their rows will be gone, or be the kernel's, when there is more to say of them.
pub(crate) fn know_strangers(state: &mut State) {
    let State { listener, sockets, machine, .. } = state;
    listener.ends.learn_programs(|end| {
        let owner = sockets.owners.get(&sockets.mirror(end)?.row.inode)?;
        (owner.pid != machine.pid).then(|| owner.program.clone())
    });
}
