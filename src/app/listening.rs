//! News of the listening sockets.

use std::time::Duration;

use crate::app::heard::look_at_both;
use crate::app::places::Place;
use crate::app::update::wanted;
use crate::app::{
    Caller, Effect, Line, State, Tone, Topic, Wish, admitted, blame, ports_form, standing, why,
    words,
};
use crate::tcp::{Accepting, ListenSpec, OwnSocket, Refusal, RowName};

pub(crate) fn listening(
    state: &mut State,
    spec: ListenSpec,
    sockets: Vec<OwnSocket>,
) -> Vec<Effect> {
    let text = standing::listening(&spec, sockets.len());
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
    effects.extend(ports_form::call_all(state));
    effects
}

pub(crate) fn failed(state: &mut State, spec: &ListenSpec, why: Refusal) -> Vec<Effect> {
    state.listener.ordered = state.listener.ordered.saturating_sub(1);
    state.lab.plan = None;
    let (text, rows) = blame::listen_failed(state, spec, why);
    if !blame::is_settled(state, &rows) {
        state.listener.refused = Some((state.now, spec.clone(), why));
    }
    state.notices.blame(state.now, text, rows.clone());
    why::refused(state, Wish::Listen(spec.clone()), why, rows);
    vec![]
}

/// Explains a refusal better, now that more is known of the rows to blame.
pub(crate) fn explain_again(state: &mut State) {
    const WHILE: Duration = Duration::from_secs(1);
    let known = state.listener.refused.take();
    let Some((at, spec, why)) = known.filter(|(at, ..)| state.now.since(*at) < WHILE) else {
        return;
    };
    let (text, rows) = blame::listen_failed(state, &spec, why);
    let is_settled = blame::is_settled(state, &rows);
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
        || (Tone::Plain, standing::stopped_listening(sockets, state.listener.ends.len(), waiting)),
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
        let text = admitted::while_held(state, &socket);
        state.notices.say(state.now, Tone::Plain, text);
    } else if waited && admitted::has_hung_up(state, socket.name) {
        let text = admitted::hung_up(state, &socket);
        let many =
            |n| format!("{} who waited had hung up before accept().", words::number(u64::from(n)));
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
                words::number(n),
                tuple.remote.canonical()
            )
        };
        state.notices.count(state.now, Topic::Came, text, |n| many(u64::from(n)));
    }
    look_at_both(state, socket.name)
}

pub(crate) fn accept_failed(state: &mut State, why: Refusal, pause: Duration) -> Vec<Effect> {
    state.listener.pause = Some((why, state.now.plus(pause)));
    let text = words::accept_failed(why, pause);
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

/// Whether the other end of an accepted connection belongs to another program or machine.
pub(crate) fn is_stranger(state: &State, end: RowName) -> bool {
    let ip = end.tuple.remote.ip;
    let is_computers = state.clients.index_of(ip).is_some();
    if is_computers && state.lab.is_up() {
        // Any program on a computer of the lab has its address.
        let known = state.own_end(end);
        return known.is_some_and(|end| end.caller == Caller::Stranger);
    }
    !is_computers && is_nobodys_of_ours(state, end)
}

/// Whether no client of ours has the other end, or had it, and none is awaited.
fn is_nobodys_of_ours(state: &State, end: RowName) -> bool {
    let other = state.other_end(end);
    let told = |line: &Line| line.ending.is_some();
    let had_it = || state.sockets.mirror(end).is_some_and(told);
    state.clients.awaited == 0 && state.clients.whose(other).is_none() && !had_it()
}
