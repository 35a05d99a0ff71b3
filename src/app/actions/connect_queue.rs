use std::collections::VecDeque;

use crate::app::model::BurstProgress;
use crate::app::{Effect, State};
use crate::tcp::{Burst, Command, ConnectSpec};

/// So many calls, made one by one, may be unanswered before further ones wait: what a key that sticks asks for is made as few orders.
pub(crate) const UNANSWERED: u32 = 8;

/// So many different orders may wait.
const IN_LINE: usize = 32;

/// Puts calls in line behind those that wait: with the last of them where they are alike; whether there is room.
pub(crate) fn wait_in_line(
    waiting: &mut VecDeque<(ConnectSpec, Burst)>,
    spec: ConnectSpec,
    burst: Burst,
) -> bool {
    let is_full = waiting.len() == IN_LINE;
    match waiting.back_mut() {
        Some((same, last)) if *same == spec && last.every == burst.every => {
            last.count = last.count.saturating_add(burst.count);
        }
        _ if is_full => return false,
        _ => waiting.push_back((spec, burst)),
    }
    true
}

/// Makes the calls that waited, as far as they need not wait any longer: single ones while few are unanswered, several when none is.
///
/// So it is always known whose an answer is, and the sockets never have more than a few orders.
pub(crate) fn call_waiting(state: &mut State) -> Vec<Effect> {
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
