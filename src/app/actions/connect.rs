//! Connecting: how many connections, from where, within which limits.

use crate::app::model::clients::Unanswered;
use crate::app::query::descriptors::DescriptorBudget;
use crate::app::query::watched::wanted;
use crate::app::{BurstProgress, Clients, Effect, State, Statement, Topic};
use crate::tcp::{Burst, Command, ConnectId, ConnectSpec, Port};

pub(crate) fn connect(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let asked = count.unwrap_or(state.clients.burst.count);
    if count == Some(0) {
        return state.only_say("count-of-0");
    }
    if let Some(why) = state.lab.why_not_now() {
        return state.only_say(why);
    }
    let spec = state.clients.next_spec(state.server().connect_address());
    if spec.to.port == Port::ANY {
        return state.only_say("no-destination");
    }
    let server = spec.to.endpoint().and_then(|to| state.our_server(to));
    let room = DescriptorBudget::of(state, server);
    if room.calls() == 0 {
        return state.only_say(room.none());
    }
    let burst = Burst { count: asked.min(room.calls()), every: state.clients.burst.every };
    if burst.count < asked {
        state.warn(room.fewer(asked));
    }
    let port = spec.to.port;
    let was_free = state.clients.waiting.is_empty();
    if enqueue(&mut state.clients, spec, burst).is_none() {
        return state.only_say("queue-taken");
    }
    let mut effects = Vec::from_iter(watch(state, port));
    effects.extend(connect_waiting(state));
    if was_free && !state.clients.waiting.is_empty() {
        let what = Statement::new("queued")
            .with("unanswered", UNANSWERED)
            .when("Many", state.clients.orders.len() >= UNANSWERED);
        state.say(what);
    }
    effects
}

/// Opens one connection as `spec` says; also returns the order's id, if there was room for it.
pub(crate) fn call(state: &mut State, spec: ConnectSpec) -> (Option<ConnectId>, Vec<Effect>) {
    if let Some(why) = state.lab.why_not_now() {
        return (None, state.only_say(why));
    }
    let watch = watch(state, spec.to.port);
    let order = enqueue(&mut state.clients, spec, Burst::ONE);
    (order, Vec::from_iter(watch))
}

/// Watches the rows at a port that is connected to for the first time.
fn watch(state: &mut State, port: Port) -> Option<Effect> {
    let is_new = state.clients.called.insert(port) && !state.servers.ports.contains(&port);
    is_new.then(|| Effect::Watch(wanted(state)))
}

/// The most single connects that may be unanswered; further ones are queued, and alike ones merged.
pub(crate) const UNANSWERED: usize = 8;

const MOST: usize = 32;

/// Queues connects, merged with the last order where they are alike; returns the order's id, if there is room.
pub(crate) fn enqueue(
    clients: &mut Clients,
    mut spec: ConnectSpec,
    burst: Burst,
) -> Option<ConnectId> {
    if let Some((last, others)) = clients.waiting.back_mut() {
        spec.id = last.id;
        if *last == spec && others.every == burst.every {
            others.count = others.count.saturating_add(burst.count);
            return Some(spec.id);
        }
    }
    if clients.waiting.len() == MOST {
        return None;
    }
    clients.last_order.0 += 1;
    spec.id = clients.last_order;
    clients.waiting.push_back((spec, burst));
    Some(clients.last_order)
}

/// Orders the queued connects whose turn has come: single ones while few are unanswered, a burst when none is.
pub(crate) fn connect_waiting(state: &mut State) -> Vec<Effect> {
    let clients = &mut state.clients;
    let mut effects = vec![];
    while clients.under_way.is_none() {
        let unanswered = clients.orders.len();
        let may_run = |(_, burst): &(ConnectSpec, Burst)| {
            unanswered == 0 || (burst.count == 1 && unanswered < UNANSWERED)
        };
        if !clients.waiting.front().is_some_and(may_run) {
            break;
        }
        let Some((spec, burst)) = clients.waiting.pop_front() else { break };
        if spec.to.endpoint().is_none() {
            let what = Statement::new("resolving")
                .with("who", &clients.computers[clients.caller(spec.host, spec.from)].name)
                .with("name", &spec.to.name);
            state.notices.begin(state.now, Topic::Resolving(spec.id), what);
        }
        let order = Unanswered { left: burst.count, host: spec.host, port: spec.to.port };
        clients.orders.insert(spec.id, order);
        if burst.count > 1 {
            let computer = clients.caller(spec.host, spec.from);
            clients.under_way = Some(BurstProgress {
                id: spec.id,
                asked: burst.count,
                computer,
                protocol: spec.protocol,
                is_paced: !burst.every.is_zero(),
                ..BurstProgress::default()
            });
        }
        effects.push(Effect::Run(Command::Connect(spec, burst)));
    }
    effects
}
