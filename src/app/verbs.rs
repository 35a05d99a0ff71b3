use crate::app::aim::{chosen_row, clients_meant, either_end_meant, server_ends_meant};
use crate::app::update::wanted;
use crate::app::{Effect, Find, State, Tone, Totals, words};
use crate::tcp::{Accepting, Burst, Command, ConnectSpec, ListenSpec, Port};

/// The largest count that may be typed: as many ports as an unprivileged program can ever use.
pub(crate) const MOST: u32 = 64_512;
/// Descriptors that are kept for everything that is not a connection.
const RESERVED: u64 = 64;

/// Says a sentence, and does nothing else.
fn only_say(state: &mut State, text: impl Into<String>) -> Vec<Effect> {
    state.notices.say(state.now, Tone::Plain, text);
    vec![]
}

pub(crate) fn listen(state: &mut State) -> Vec<Effect> {
    if state.listener.will_listen() {
        state.listener.told_to_stop = true;
        return vec![Effect::Run(Command::StopListening)];
    }
    let spec = state.listener.spec.clone();
    start_listening(state, spec)
}

/// Asks for a listener, and for the rows at its port, so that a refusal can name who is in the way.
pub(crate) fn start_listening(state: &mut State, spec: ListenSpec) -> Vec<Effect> {
    let mut effects = vec![];
    if spec.at.port != Port::ANY && state.listener.ports.insert(spec.at.port) {
        effects.push(Effect::Watch(wanted(state)));
    }
    state.listener.ordered += 1;
    state.listener.told_to_stop = false;
    effects.push(Effect::Run(Command::Listen(spec)));
    effects
}

pub(crate) fn hold(state: &mut State) -> Vec<Effect> {
    if !state.listener.is_listening() {
        let held = state.listener.spec.accepting == Accepting::Held;
        state.listener.spec.accepting = if held {
            Accepting::AtOnce
        } else {
            Accepting::Held
        };
        let text = if held {
            "the listener will accept at once"
        } else {
            "the listener will not call accept() until a or A; press l to listen"
        };
        return only_say(state, text);
    }
    let command = if state.listener.held {
        Command::ResumeAccept
    } else {
        Command::HoldAccept
    };
    vec![Effect::Run(command)]
}

pub(crate) fn accept_one(state: &mut State) -> Vec<Effect> {
    match (state.listener.is_listening(), state.listener.held) {
        (false, _) => only_say(
            state,
            "nobody can be accepted: nothing listens; press l first",
        ),
        (true, false) => only_say(
            state,
            "accept() is called at once for everybody; press a to hold it, then A accepts one",
        ),
        (true, true) => vec![Effect::Run(Command::AcceptOne)],
    }
}

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
    let spec = state.clients.next_spec(state.listener.at());
    if spec.to.port == Port::ANY {
        return only_say(
            state,
            "there is no port to call yet: press l to listen, or C to say whom to call",
        );
    }
    let to_ourselves = state.listener.is_listening() && state.listener.at().port == spec.to.port;
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
    state.clients.awaited = state.clients.awaited.saturating_add(burst.count);
    let mut effects = vec![];
    if state.clients.called.insert(spec.to.port) && !state.listener.serves(spec.to.port) {
        effects.push(Effect::Watch(wanted(state)));
    }
    effects.extend(call(state, spec, burst));
    effects
}

/// So many calls, made one by one, may be unanswered before further ones wait: what a key that sticks asks for is made as few orders.
const UNANSWERED: u32 = 24;

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

/// Makes the calls that waited, if they need not wait any longer.
pub(crate) fn call_waiting(state: &mut State) -> Option<Effect> {
    if state.clients.singles >= UNANSWERED {
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
        .saturating_sub(RESERVED + used as u64 + pending);
    let each = if to_ourselves { 2 } else { 1 };
    u32::try_from(free / each).unwrap_or(u32::MAX)
}

pub(crate) fn close(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = clients_meant(state, count);
    if ends.is_empty() {
        return nothing_meant(state, "disconnect", count);
    }
    announce(state, "closes", ends.len());
    ends.into_iter()
        .map(|end| Effect::Run(Command::Close(end)))
        .collect()
}

pub(crate) fn server_closes(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = server_ends_meant(state, count);
    if ends.is_empty() {
        let text = match chosen_row(state) {
            Some(_) => {
                "the server holds no end of the chosen connection; Esc, then D takes the newest"
            }
            None => "the server has nothing to close: no connection has been accepted",
        };
        return only_say(state, text);
    }
    announce(state, "closes at the server's end", ends.len());
    ends.into_iter()
        .map(|end| Effect::Run(Command::Close(end)))
        .collect()
}

pub(crate) fn abort(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = either_end_meant(state, count);
    if ends.is_empty() {
        return nothing_meant(state, "abort", count);
    }
    announce(state, "aborts", ends.len());
    ends.into_iter()
        .map(|end| Effect::Run(Command::Abort(end)))
        .collect()
}

pub(crate) fn half_close(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = either_end_meant(state, count);
    if ends.is_empty() {
        return nothing_meant(state, "half-close", count);
    }
    ends.into_iter()
        .map(|end| Effect::Run(Command::HalfClose(end)))
        .collect()
}

pub(crate) fn send(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    let ends = either_end_meant(state, count);
    if ends.is_empty() {
        return nothing_meant(state, "send over", count);
    }
    let payload = state.clients.spec.payload.clone();
    if payload.is_empty() {
        return only_say(
            state,
            "there is nothing to send: the payload is empty; press C to write one",
        );
    }
    ends.into_iter()
        .map(|end| Effect::Run(Command::Send(end, payload.clone())))
        .collect()
}

fn nothing_meant(state: &mut State, verb: &str, count: Option<u32>) -> Vec<Effect> {
    let text = match chosen_row(state).filter(|_| count.is_none()) {
        Some(_) => format!(
            "there is nothing to {verb}: no computer of ours holds the chosen row; Esc, then the newest is meant"
        ),
        None => format!(
            "there is nothing to {verb}: no computer has a connection open; press c to connect"
        ),
    };
    only_say(state, text)
}

/// A sentence before many ends are told the same.
fn announce(state: &mut State, verb: &str, ends: usize) {
    if ends > 1 {
        let text = format!("{verb} {} connections", words::number(ends as u64));
        state.notices.say(state.now, Tone::Plain, text);
    }
}

pub(crate) fn reset(state: &mut State) -> Vec<Effect> {
    let open = state.clients.open() + state.listener.ends.len();
    state.desk.selected = None;
    state.desk.find = Find::default();
    state.desk.count = None;
    state.listener.totals = Totals::default();
    state.listener.last_payload = None;
    state.listener.told_to_stop = true;
    state.clients.awaited = 0;
    state.clients.singles = 0;
    state.clients.waiting = None;
    let text = format!(
        "reset: {} closed with RST, so that nothing lingers; nothing listens any more",
        words::many(open as u64, "open end", "open ends"),
    );
    state.notices.say(state.now, Tone::Plain, text);
    vec![
        Effect::Run(Command::StopConnecting),
        Effect::Run(Command::CloseEverything),
    ]
}
