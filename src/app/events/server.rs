//! Events of the listening sockets.

use std::time::Duration;

use crate::app::actions::{expect, lab};
use crate::app::events::{episodes, refusal};
use crate::app::model::account::episodes::Cause;
use crate::app::model::{Attempt, ListenAddress, Statement, Topic, Verb};
use crate::app::query::peers::{is_foreign_peer, is_stranger};
use crate::app::query::watched::wanted;
use crate::app::query::{opening_facts, refusal as refusal_facts};
use crate::app::{Effect, Holder, State};
use crate::tcp::{Accepting, CloseKind, Host, ListenSpec, OwnSocket, SocketId, SyscallError};

pub(crate) fn listening(
    state: &mut State,
    spec: ListenSpec,
    sockets: Vec<OwnSocket>,
) -> Vec<Effect> {
    let is_in_lab = spec.host != Host::THIS;
    let what = Statement::new("listening")
        .with("at", spec.at)
        .with("sockets", sockets.len())
        .when("Several", sockets.len() > 1)
        .when("OwnHostOnly", is_in_lab && spec.at.ip.to_canonical().is_loopback())
        .when("Held", spec.accepting == Accepting::Held);
    state.say(what);
    let listener = &mut state.server;
    listener.ordered = listener.ordered.saturating_sub(1);
    listener.held = spec.accepting == Accepting::Held;
    listener.pause = None;
    let new_port = listener.ports.insert(spec.at.port);
    listener.places.insert(ListenAddress::of(&spec));
    listener.running = Some(spec);
    for socket in &sockets {
        state.sockets.own(socket, state.machine.pid);
    }
    let names = sockets.iter().map(|socket| socket.name).collect();
    state.server.sockets = sockets;
    let watch = new_port.then(|| Effect::Watch(wanted(state)));
    let mut effects: Vec<Effect> = watch.into_iter().chain([Effect::Lookup(names)]).collect();
    effects.extend(lab::connect_from_all_ports(state));
    effects
}

pub(crate) fn failed(state: &mut State, spec: &ListenSpec, why: SyscallError) {
    state.server.ordered = state.server.ordered.saturating_sub(1);
    state.lab.plan = None;
    refusal::note(state, Attempt::Listen(spec.clone()), why);
    refusal::tell(state);
}

pub(crate) fn stopped(state: &mut State, why: Option<SyscallError>) -> Vec<Effect> {
    let names: Vec<SocketId> = state.server.sockets.drain(..).map(|socket| socket.name).collect();
    for name in &names {
        state.sockets.ended(state.now, *name, (CloseKind::Close, None), |_| true);
    }
    let was_reset = state.server.running.take().is_none();
    state.server.held = false;
    state.server.pause = None;
    if let Some(why) = why {
        state.warn(Statement::new("listener-ended").with("why", why));
    } else if let Some(name) = names.first().filter(|_| !was_reset) {
        let number = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let cause = Cause { verb: Verb::Stop, ends: [*name; 2], ordered: None, number };
        episodes::begin(state, &cause);
    }
    vec![Effect::Lookup(names)]
}

pub(crate) fn held(state: &mut State, held: bool) {
    state.server.held = held;
    state.say(if held { "accept-held" } else { "accept-resumed" });
}

pub(crate) fn accepted(state: &mut State, socket: OwnSocket) {
    state.server.pause = None;
    state.server.totals.accepted += 1;
    let policy = state.policy(socket.name);
    let waited = state.sockets.get(socket.name).is_some_and(|line| line.held == 0);
    let is_strangers = is_foreign_peer(state, socket.name);
    let end = state.ends.add(Holder::Server, socket, state.now);
    (end.answered, end.policy, end.is_strangers) = (true, Some(policy), is_strangers);
    state.sockets.own(&socket, state.machine.pid);
    let name = socket.name;
    expect::reading_of_call(state, name);
    let has_closed = waited && opening_facts::had_closed(state, name);
    if state.server.held || has_closed || is_stranger(state, name) {
        let ends = [name, state.other_end(name)];
        let cause = Cause { verb: Verb::Accept, ends, ordered: None, number: socket.fd };
        episodes::begin(state, &cause);
    }
}

pub(crate) fn accept_failed(state: &mut State, why: SyscallError, pause: Duration, times: u32) {
    state.server.pause = Some((why, state.now.plus(pause)));
    let what = refusal_facts::of_accept(why, pause, times);
    state.notices.count(state.now, Topic::AcceptFailed(why.call), what, times);
}

/// Records the programs at the other ends: their rows may be gone when a sentence names them.
pub(crate) fn know_strangers(state: &mut State) {
    let State { ends, sockets, machine, .. } = state;
    ends.learn_programs(|end| {
        let owner = sockets.owners.get(&sockets.mirror(end)?.row.inode)?;
        (owner.pid != machine.pid).then(|| owner.program.clone())
    });
}
