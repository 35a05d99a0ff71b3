//! Connects that wait until earlier ones are answered.

use std::collections::VecDeque;

use crate::app::model::BurstProgress;
use crate::app::{Effect, State};
use crate::tcp::{Burst, Command, ConnectSpec};

/// The most single connects that may be unanswered; further ones are queued, and alike ones merged.
pub(crate) const UNANSWERED: u32 = 8;

/// The most orders in the queue.
const MOST: usize = 32;

/// Queues connects, merged with the last order where they are alike; says whether there is room.
pub(crate) fn enqueue(
    waiting: &mut VecDeque<(ConnectSpec, Burst)>,
    spec: ConnectSpec,
    burst: Burst,
) -> bool {
    let is_full = waiting.len() == MOST;
    match waiting.back_mut() {
        Some((same, last)) if *same == spec && last.every == burst.every => {
            last.count = last.count.saturating_add(burst.count);
        }
        _ if is_full => return false,
        _ => waiting.push_back((spec, burst)),
    }
    true
}

/// Orders the queued connects whose turn has come: single ones while few are unanswered, a burst when none is.
///
/// So it is always known to which order an answer belongs.
pub(crate) fn connect_waiting(state: &mut State) -> Vec<Effect> {
    let clients = &mut state.clients;
    let mut effects = vec![];
    while clients.under_way.is_none() {
        let next = clients.waiting.front().map(|(_, burst)| burst.count);
        let may_call = next.is_some_and(|count| match count {
            1 => clients.singles < UNANSWERED,
            _ => clients.singles == 0,
        });
        if !may_call {
            break;
        }
        let Some((spec, burst)) = clients.waiting.pop_front() else {
            break;
        };
        if burst.count == 1 {
            clients.singles += 1;
        } else {
            let caller = clients.caller(spec.host, spec.from);
            let ever = clients.computers[caller].ends.ever();
            clients.under_way = Some(BurstProgress::of(burst, caller, spec.protocol, ever));
        }
        effects.push(Effect::Run(Command::Connect(spec, burst)));
    }
    effects
}
