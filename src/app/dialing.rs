//! Orders to connect: how many, from where, and which of them must wait.

use crate::app::update::wanted;
use crate::app::verbs::only_say;
use crate::app::{Effect, State, Tone, words};
use crate::tcp::{Burst, Command, ConnectSpec, Machine, Port};

/// So many calls, made one by one, may be unanswered before further ones wait: what a key that sticks asks for is made as few orders.
const UNANSWERED: u32 = 8;

pub(crate) fn connect(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let asked = match count {
        None => state.clients.burst.count,
        Some(0) => {
            return only_say(
                state,
                "0c connects nobody; type a number from 1 to 64512 before c",
            );
        }
        Some(n) => n,
    };
    let spec = state.clients.next_spec(state.listener.callable());
    if spec.to.port == Port::ANY {
        return only_say(
            state,
            "there is no port to call yet: press l to listen, or C to say whom to call",
        );
    }
    let to_ourselves = spec.to.endpoint().is_some_and(|to| state.is_our_server(to));
    let room = room_for(state, to_ourselves);
    if room == 0 {
        let limit = state.machine.descriptors;
        let text = format!(
            "cannot connect: this program may hold {limit} descriptors (EMFILE), and all are in use; close some (0d closes all)"
        );
        return only_say(state, text);
    }
    let burst = Burst {
        count: asked.min(room),
        every: state.clients.burst.every,
    };
    if burst.count < asked {
        let text = words::fewer(asked, burst.count, state.machine.descriptors, to_ourselves);
        state.notices.say(state.now, Tone::Warning, text);
    }
    if state.clients.under_way.is_some() {
        return follow(state, spec, burst);
    }
    state.clients.awaited = state.clients.awaited.saturating_add(burst.count);
    let mut effects = vec![];
    if state.clients.called.insert(spec.to.port) && !state.listener.serves(spec.to.port) {
        effects.push(Effect::Watch(wanted(state)));
    }
    effects.extend(call(state, spec, burst));
    effects
}

/// Makes a call once more that was refused.
pub(crate) fn again(state: &mut State, spec: ConnectSpec) -> Vec<Effect> {
    if state.clients.under_way.is_some() {
        return follow(state, spec, Burst::ONE);
    }
    state.clients.awaited = state.clients.awaited.saturating_add(1);
    call(state, spec, Burst::ONE).into_iter().collect()
}

fn call(state: &mut State, spec: ConnectSpec, burst: Burst) -> Option<Effect> {
    let clients = &mut state.clients;
    if burst.count == 1 {
        if clients.singles >= UNANSWERED {
            match &mut clients.waiting {
                Some((same, burst)) if *same == spec => burst.count += 1,
                Some(_) => return Some(Effect::Run(Command::Connect(spec, burst))),
                None => {
                    clients.waiting = Some((spec, burst));
                    let text = format!(
                        "{UNANSWERED} calls are unanswered: further ones are made as soon as one of them is answered"
                    );
                    state.notices.say(state.now, Tone::Plain, text);
                }
            }
            return None;
        }
        clients.singles += 1;
    }
    Some(Effect::Run(Command::Connect(spec, burst)))
}

/// Has calls wait for the burst that is under way: one burst follows another.
fn follow(state: &mut State, spec: ConnectSpec, burst: Burst) -> Vec<Effect> {
    let clients = &mut state.clients;
    match &mut clients.waiting {
        Some((same, waiting)) if *same == spec => {
            waiting.count = waiting.count.saturating_add(burst.count);
        }
        Some(_) => {
            return only_say(
                state,
                "other calls wait already for those under way; r gives all of them up",
            );
        }
        None => {
            clients.waiting = Some((spec, burst));
            state.notices.say(
                state.now,
                Tone::Plain,
                "calls are under way: these follow them; r gives them up",
            );
        }
    }
    state.clients.awaited = state.clients.awaited.saturating_add(burst.count);
    vec![]
}

/// Makes the calls that waited, if they need not wait any longer.
pub(crate) fn call_waiting(state: &mut State) -> Option<Effect> {
    if state.clients.singles >= UNANSWERED || state.clients.under_way.is_some() {
        return None;
    }
    let (spec, burst) = state.clients.waiting.take()?;
    call(state, spec, burst)
}

/// How many more connections the descriptors allow; one to our own listener takes two.
fn room_for(state: &State, to_ourselves: bool) -> u32 {
    let used = state.clients.open() + state.listener.ends.len() + state.listener.sockets.len();
    let pending = u64::from(state.clients.awaited) * if to_ourselves { 2 } else { 1 };
    let free = state
        .machine
        .descriptors
        .saturating_sub(Machine::RESERVED_DESCRIPTORS + used as u64 + pending);
    let each = if to_ourselves { 2 } else { 1 };
    u32::try_from(free / each).unwrap_or(u32::MAX)
}
