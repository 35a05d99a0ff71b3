//! Events of the listening sockets.

use std::time::Duration;

use crate::app::actions::{expect, lab};
use crate::app::events::{episodes, refusal};
use crate::app::model::account::episodes::Cause;
use crate::app::model::{Attempt, ListenAddress, Statement, Topic, Verb};
use crate::app::query::peers::{is_foreign_peer, is_stranger};
use crate::app::query::watched::wanted;
use crate::app::query::{opening_facts, refusal as refusal_facts};
use crate::app::{Effect, Holder, Server, State};
use crate::tcp::{
    Accepting, CloseKind, Host, ListenSpec, ListenerId, OwnSocket, SocketId, SyscallError,
};

pub(crate) fn listening(
    state: &mut State,
    spec: &ListenSpec,
    sockets: Vec<OwnSocket>,
) -> Vec<Effect> {
    for socket in &sockets {
        state.sockets.own(socket, state.machine.pid);
    }
    let (names, count) = (sockets.iter().map(|socket| socket.name).collect(), sockets.len());
    let new_port = state.servers.ports.insert(spec.at.port);
    state.servers.places.insert(ListenAddress::of(spec));
    let mut effects = Vec::from_iter(new_port.then(|| Effect::Watch(wanted(state))));
    effects.push(Effect::Lookup(names));
    let Some(server) = state.servers.answered(spec, true) else { return effects };
    server.held = spec.accepting == Accepting::Held;
    server.pause = None;
    server.accepted_on = vec![0; count];
    server.sockets = sockets;
    server.running = Some(spec.clone());
    let is_in_lab = spec.host != Host::THIS;
    let what = Statement::new("listening")
        .with("at", spec.at)
        .with("sockets", count)
        .when("Several", count > 1)
        .when("OwnHostOnly", is_in_lab && spec.at.ip.to_canonical().is_loopback())
        .when("Held", spec.accepting == Accepting::Held);
    state.say(what);
    effects.extend(lab::connect_from_all_ports(state));
    effects
}

pub(crate) fn failed(state: &mut State, spec: &ListenSpec, why: SyscallError) {
    state.servers.answered(spec, false);
    state.lab.plan = None;
    refusal::note(state, Attempt::Listen(spec.clone()), why);
    refusal::tell(state);
}

pub(crate) fn stopped(state: &mut State, id: ListenerId, why: Option<SyscallError>) -> Vec<Effect> {
    let Some(server) = state.servers.get(id) else { return vec![] };
    let (at, was_listening) = (server.at(), server.is_listening());
    let names: Vec<SocketId> = server.sockets.iter().map(|socket| socket.name).collect();
    for name in &names {
        state.sockets.ended(state.now, *name, (CloseKind::Close, None), |_| true);
    }
    if let Some(why) = why {
        let what = Statement::new("listener-ended").with("why", why);
        state.warn(what.with_some("at", state.one_of_several(at)));
    } else if let Some(name) = names.first().filter(|_| was_listening) {
        let number = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let cause = Cause { verb: Verb::Stop, ends: [*name; 2], ordered: None, number };
        episodes::begin(state, &cause);
    }
    if let Some(server) = state.servers.get_mut(id) {
        server.sockets.clear();
        server.running = None;
        server.held = false;
        server.pause = None;
    }
    vec![Effect::Lookup(names)]
}

pub(crate) fn held(state: &mut State, id: ListenerId, held: bool) {
    let Some(server) = state.servers.get_mut(id) else { return };
    server.held = held;
    let at = server.at();
    let what = Statement::new(if held { "accept-held" } else { "accept-resumed" });
    state.say(what.with_some("at", state.one_of_several(at)));
}

pub(crate) fn accepted(state: &mut State, socket: OwnSocket, (id, member): (ListenerId, usize)) {
    let name = socket.name;
    let waited = state.sockets.get(name).is_some_and(|line| line.held == 0);
    let is_strangers = is_foreign_peer(state, name);
    let policy = state.servers.get(id).map_or_else(|| state.policy(name), Server::policy);
    let mut is_held = false;
    if let Some(server) = state.servers.get_mut(id) {
        server.pause = None;
        server.totals.accepted += 1;
        if let Some(accepted) = server.accepted_on.get_mut(member) {
            *accepted += 1;
        }
        is_held = server.held;
    }
    let client = state.ends.get(state.other_end(name));
    let stays_open = client.is_some_and(|client| client.half_closed.is_some());
    let end = state.ends.add(Holder::Server(id), socket, state.now);
    end.stays_open = stays_open;
    (end.answered, end.policy, end.is_strangers) = (true, Some(policy), is_strangers);
    state.sockets.own(&socket, state.machine.pid);
    expect::reading_of_call(state, name);
    let has_closed = waited && opening_facts::had_closed(state, name);
    if is_held || has_closed || is_stranger(state, name) {
        let ends = [name, state.other_end(name)];
        let cause = Cause { verb: Verb::Accept, ends, ordered: None, number: socket.fd };
        episodes::begin(state, &cause);
    }
}

pub(crate) fn accept_failed(
    state: &mut State,
    id: ListenerId,
    why: SyscallError,
    (pause, times): (Duration, u32),
) {
    let until = state.now.plus(pause);
    let Some(server) = state.servers.get_mut(id) else { return };
    server.pause = Some((why, until));
    let at = server.at();
    let what = refusal_facts::of_accept(why, pause, times);
    let what = what.with("server", state.server_name(at));
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
