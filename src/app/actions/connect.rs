//! Connecting: how many connections, from where, within which limits.

use crate::app::actions::connect_queue::{UNANSWERED, connect_waiting, enqueue};
use crate::app::actions::only_say;
use crate::app::model::{Statement, Tone};
use crate::app::query::descriptors::DescriptorBudget;
use crate::app::query::lab_tables;
use crate::app::query::watched::wanted;
use crate::app::{Effect, State};
use crate::tcp::{Burst, ConnectId, ConnectSpec, Port};

pub(crate) fn connect(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let asked = match count {
        None => state.clients.burst.count,
        Some(0) => {
            return only_say(state, "count-of-0");
        }
        Some(n) => n,
    };
    if let Some(why) = lab_tables::on_the_way(state) {
        return only_say(state, why);
    }
    let spec = state.clients.next_spec(state.server.callable());
    if spec.to.port == Port::ANY {
        return only_say(state, "no-destination");
    }
    let to_ourselves = spec.to.endpoint().is_some_and(|to| state.is_our_server(to));
    let room = DescriptorBudget::of(state, to_ourselves);
    if room.calls() == 0 {
        return only_say(state, room.none());
    }
    let burst = Burst { count: asked.min(room.calls()), every: state.clients.burst.every };
    if burst.count < asked {
        let what = room.fewer(asked);
        state.notices.say(state.now, Tone::Warning, what);
    }
    let port = spec.to.port;
    let was_free = state.clients.waiting.is_empty();
    if enqueue(&mut state.clients, spec, burst).is_none() {
        return only_say(state, "queue-taken");
    }
    let mut effects = Vec::from_iter(watch(state, port));
    effects.extend(connect_waiting(state));
    if was_free && !state.clients.waiting.is_empty() {
        let what = Statement::new("queued")
            .with("unanswered", UNANSWERED)
            .when("Many", state.clients.orders.len() >= UNANSWERED);
        state.notices.say(state.now, Tone::Plain, what);
    }
    effects
}

/// Opens one connection as `spec` says; also returns the order's id, if there was room for it.
pub(crate) fn call(state: &mut State, spec: ConnectSpec) -> (Option<ConnectId>, Vec<Effect>) {
    if let Some(why) = lab_tables::on_the_way(state) {
        return (None, only_say(state, why));
    }
    let watch = watch(state, spec.to.port);
    let order = enqueue(&mut state.clients, spec, Burst::ONE);
    (order, Vec::from_iter(watch))
}

/// Watches the rows at a port that is connected to for the first time.
fn watch(state: &mut State, port: Port) -> Option<Effect> {
    let is_new = state.clients.called.insert(port) && !state.server.watches(port);
    is_new.then(|| Effect::Watch(wanted(state)))
}
