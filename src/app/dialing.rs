//! Orders to connect: how many, from where, and which of them must wait.

use std::collections::VecDeque;

use crate::app::room::Room;
use crate::app::update::wanted;
use crate::app::verbs::only_say;
use crate::app::{Effect, Progress, State, Tone, moving};
use crate::tcp::{Burst, Command, ConnectSpec, Port};

/// So many calls, made one by one, may be unanswered before further ones wait: what a key that sticks asks for is made as few orders.
const UNANSWERED: u32 = 8;
/// So many different orders may wait.
const IN_LINE: usize = 32;

pub(crate) fn connect(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let asked = match count {
        None => state.clients.burst.count,
        Some(0) => {
            return only_say(state, "0c connects nobody; type a number from 1 to 64512 before c");
        }
        Some(n) => n,
    };
    if let Some(why) = moving::on_the_way(state) {
        return only_say(state, why);
    }
    let spec = state.clients.next_spec(state.listener.callable());
    if spec.to.port == Port::ANY {
        return only_say(
            state,
            "there is no port to call yet: press l to listen, or C to say whom to call",
        );
    }
    let to_ourselves = spec.to.endpoint().is_some_and(|to| state.is_our_server(to));
    let room = Room::of(state, to_ourselves);
    if room.calls() == 0 {
        return only_say(state, room.none());
    }
    let burst = Burst { count: asked.min(room.calls()), every: state.clients.burst.every };
    if burst.count < asked {
        let text = room.fewer(asked);
        state.notices.say(state.now, Tone::Warning, text);
    }
    let port = spec.to.port;
    let was_free = state.clients.waiting.is_empty();
    if !wait_in_line(&mut state.clients.waiting, spec, burst) {
        return only_say(
            state,
            "other calls wait already for those under way; r gives all of them up",
        );
    }
    state.clients.awaited = state.clients.awaited.saturating_add(burst.count);
    let mut effects = Vec::from_iter(watch(state, port));
    effects.extend(call_waiting(state));
    if was_free && !state.clients.waiting.is_empty() {
        let text = if state.clients.singles < UNANSWERED {
            "calls are under way: these follow them; r gives them up".to_owned()
        } else {
            format!(
                "{UNANSWERED} calls are unanswered: further ones are made as soon as these are answered"
            )
        };
        state.notices.say(state.now, Tone::Plain, text);
    }
    effects
}

/// Makes one call, whatever the options of the next one are.
pub(crate) fn call(state: &mut State, spec: ConnectSpec) -> Vec<Effect> {
    if let Some(why) = moving::on_the_way(state) {
        return only_say(state, why);
    }
    let watch = watch(state, spec.to.port);
    if wait_in_line(&mut state.clients.waiting, spec, Burst::ONE) {
        state.clients.awaited = state.clients.awaited.saturating_add(1);
    }
    let call = call_waiting(state);
    watch.into_iter().chain(call).collect()
}

/// Has the rows at a port watched that was never called before.
fn watch(state: &mut State, port: Port) -> Option<Effect> {
    let is_new = state.clients.called.insert(port) && !state.listener.watches(port);
    is_new.then(|| Effect::Watch(wanted(state)))
}

/// Puts calls in line behind those that wait: with the last of them where they are alike; whether there is room.
fn wait_in_line(
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
            clients.under_way = Some(Progress::of(burst, caller, spec.protocol, ever));
        }
        effects.push(Effect::Run(Command::Connect(spec, burst)));
    }
    effects
}
