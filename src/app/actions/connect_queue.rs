//! Connects that wait until earlier ones are answered.

use crate::app::model::{BurstProgress, Clients};
use crate::app::{Effect, State};
use crate::tcp::{Burst, Command, ConnectId, ConnectSpec};

/// The most single connects that may be unanswered; further ones are queued, and alike ones merged.
pub(crate) const UNANSWERED: usize = 8;

/// The most orders in the queue.
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
    spec.id = clients.next_order();
    let id = spec.id;
    clients.waiting.push_back((spec, burst));
    Some(id)
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
        clients.orders.insert(spec.id, burst.count);
        if burst.count > 1 {
            let computer = clients.caller(spec.host, spec.from);
            clients.under_way = Some(BurstProgress {
                id: spec.id,
                asked: burst.count,
                computer,
                protocol: spec.protocol,
                ever: clients.computers[computer].ends.ever(),
                ..BurstProgress::default()
            });
        }
        effects.push(Effect::Run(Command::Connect(spec, burst)));
    }
    effects
}
