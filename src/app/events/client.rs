//! Events of clients while they connect.

use std::time::Duration;

use crate::app::actions::{expect, myth};
use crate::app::events::{episodes, refusal};
use crate::app::model::account::episodes::Cause;
use crate::app::query::opening_facts;
use crate::app::{Attempt, Clients, Holder, OpenEnd, State, Verb};
use crate::tcp::{
    Burst, ConnectId, ConnectSpec, Endpoint, OwnSocket, Protocol, SocketId, SyscallError,
};

pub(crate) fn connecting(state: &mut State, socket: OwnSocket) {
    client_end(state, socket);
    answered(state, socket.order);
    // A burst in the lab is reported in one sentence.
    if !(state.lab.is_up() && state.clients.under_way.is_some()) {
        begin(state, Verb::Call, socket.name);
    }
}

pub(crate) fn connected(state: &mut State, socket: OwnSocket) {
    // UDP never waits for an answer: each connect counts, exact copies too.
    let is_udp = socket.name.tuple.protocol == Protocol::Udp;
    let is_news = is_udp || !state.ends.client_holds(socket.name);
    client_end(state, socket).answered = true;
    expect::reading_of_call(state, socket.name);
    if is_news {
        answered(state, socket.order);
    }
    let progress = state.clients.under_way.as_mut();
    if let Some(progress) = progress.filter(|burst| socket.order == Some(burst.id)) {
        progress.opened += 1;
        // Sorted, not in the order of the answers: it shows how the kernel picks.
        progress.ports.insert(socket.name.tuple.local.port);
        if progress.ports.len() > 5 {
            progress.ports.pop_last();
        }
    } else {
        begin(state, Verb::Connect, socket.name);
    }
    myth::answered(state, socket.order, Ok(socket.name));
}

fn begin(state: &mut State, verb: Verb, client: SocketId) {
    let ends = [client, state.other_end(client)];
    episodes::begin(state, &Cause { verb, ends, ordered: None, number: 0 });
}

/// One connection of an order was answered, or its SYN was sent; queued ones may continue.
fn answered(state: &mut State, order: Option<ConnectId>) {
    if !state.clients.are_paced() {
        state.awaited.answered = state.now;
    }
    let Clients { orders, under_way, .. } = &mut state.clients;
    if let Some(id) = order {
        match orders.get_mut(&id) {
            Some(order) if under_way.as_ref().is_some_and(|burst| burst.id == id) => {
                order.left = order.left.saturating_sub(1);
            }
            Some(_) | None => drop(orders.remove(&id)),
        }
    }
}

/// A client's connect failed; `name` and `to` are known as far as it got.
pub(crate) fn failed(
    state: &mut State,
    spec: &ConnectSpec,
    (name, to): (Option<SocketId>, Option<Endpoint>),
    why: SyscallError,
) {
    let was_on_its_way = name.is_some_and(|name| {
        state.episodes.drop_call(name);
        state.ends.remove(name, state.now).is_some()
    });
    if !was_on_its_way {
        answered(state, Some(spec.id));
    }
    refusal::note(state, Attempt::Connect(spec.clone(), to), why);
    match state.clients.under_way.as_mut().filter(|burst| burst.id == spec.id) {
        Some(progress) => progress.refused = true,
        None => refusal::tell(state),
    }
    myth::answered(state, Some(spec.id), Err(why));
}

pub(crate) fn burst_begun(state: &mut State, id: ConnectId, burst: Burst, whole_range: bool) {
    // A reset gives orders up whose sockets are on their way.
    let under_way = state.clients.under_way.as_mut();
    let Some(progress) = under_way.filter(|progress| progress.id == id) else { return };
    progress.whole_range = whole_range;
    let under_way = state.clients.under_way.as_ref();
    let what = under_way.and_then(|progress| opening_facts::burst_begun(state, progress, burst));
    if let Some(what) = what {
        state.say(what);
    }
}

pub(crate) fn burst_ended(
    state: &mut State,
    id: ConnectId,
    (opened, asked): (u32, u32),
    took: Duration,
) {
    state.clients.orders.remove(&id);
    if let Some(mut progress) = state.clients.under_way.take_if(|burst| burst.id == id) {
        progress.opened = opened;
        state.say(opening_facts::burst_ended(state, &progress, asked, took));
        let failure = state.notices.failure.as_ref();
        let is_its = failure.is_some_and(|failure| matches!(failure.asked, Attempt::Connect(..)));
        if progress.refused && is_its {
            refusal::tell(state);
        }
    }
}

/// Records which computer owns a client's end.
fn client_end(state: &mut State, socket: OwnSocket) -> &mut OpenEnd {
    let (host, ip) = (socket.name.host, socket.name.tuple.local.ip);
    let computer = state.clients.caller(host, Some(ip));
    state.sockets.own(&socket, state.machine.pid);
    let end = state.ends.add(Holder::Client(computer), socket, state.now);
    end.is_elsewhere = state.clients.index_of(ip) != Some(computer);
    end
}
