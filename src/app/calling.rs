//! News of the clients while they connect.

use std::time::Duration;

use crate::app::heard::look_at_both;
use crate::app::silence::Silence;
use crate::app::{
    Effect, Ends, Progress, State, Tone, Topic, Wish, burst, dialing, myth, refused, why, words,
};
use crate::tcp::{
    Burst, Call, ConnectSpec, Crossing, Endpoint, Errno, Fate, FiveTuple, Flags, Loss, Moment,
    OwnSocket, Protocol, Refusal, RowName, TcpState,
};

pub(crate) fn connecting(state: &mut State, socket: OwnSocket) -> Vec<Effect> {
    client_end(state, socket, Ends::call);
    let waiting = answered(state);
    let to = socket.name.tuple.remote;
    if state.lab.lacks(to.ip) {
        let who = words::client_name(state, socket.name);
        let why =
            "no SYN is sent yet: the kernel asks first who has that address (ARP), and nobody has";
        let text = format!("{who} calls {to}: {why} {} on this link.", to.ip);
        say_in_vain(state, text, Silence::Unknown);
    } else if let Some(silence) = why_no_answer(state, socket.name) {
        let may_be_explained = state.clients.unexplained.len() < UNEXPLAINED;
        if silence == Silence::WithinOneMachine && may_be_explained {
            state.clients.unexplained.push((state.now, socket.name));
        }
        let text = calls_in_vain(state, socket.name, silence);
        say_in_vain(state, text, silence);
    }
    look_at_both(state, socket.name).into_iter().chain(waiting).collect()
}

/// Says of a call that it has no answer yet.
fn say_in_vain(state: &mut State, text: String, silence: Silence) {
    state.notices.count(state.now, Topic::Called, text, |n| {
        let why = silence.words("The last one's");
        format!("{n} calls were made, and none was answered at once.{why}")
    });
}

/// So many calls may be explained better a moment later.
const UNEXPLAINED: usize = 8;

fn calls_in_vain(state: &State, client: RowName, silence: Silence) -> String {
    let who = words::client_name(state, client);
    let whom = client.tuple.remote;
    let why = silence.words("The");
    format!("{who} calls {whom}: SYN is sent, no answer yet.{why}")
}

/// Says of a call whose SYN came to a link that is down that it has no answer: the wire may tell of it after the call is heard of.
pub(crate) fn say_that_there_is_no_link(state: &mut State, number: u64) {
    let mut newest_first = state.lab.crossings.iter().rev();
    let Some(crossing) = newest_first.find(|crossing| crossing.segment.number == number) else {
        return;
    };
    let segment = &crossing.segment;
    let is_same = |before: &&Crossing| {
        before.segment.tuple == segment.tuple && before.segment.flags.has(Flags::SYN)
    };
    let before = newest_first.find(is_same).map(|before| before.fate);
    let was_said = matches!(before, Some(Fate::Lost(_, Loss::NoLink)));
    let client = RowName::connected(segment.from, segment.tuple);
    let waits = state.own_end(client).is_some_and(|end| !end.answered);
    let is_call = segment.flags.has(Flags::SYN) && waits;
    if is_call && !was_said && state.clients.under_way.is_none() {
        let text = calls_in_vain(state, client, Silence::NoLink);
        say_in_vain(state, text, Silence::NoLink);
    }
}

/// Explains better why calls are not answered, or answered in vain, now that a look has shown how full the accept queue is.
pub(crate) fn explain_again(state: &mut State) {
    const WHILE: Duration = Duration::from_secs(1);
    refused::later::blame_again(state);
    let now = state.now;
    let mut calls = std::mem::take(&mut state.clients.unexplained);
    calls.retain(|(at, client)| {
        let is_full = state.silence(*client) == Some(Silence::QueueIsFull);
        let waits = state.own_end(*client).is_some_and(|end| !end.answered);
        if is_full && waits {
            let before = calls_in_vain(state, *client, Silence::WithinOneMachine);
            let better = calls_in_vain(state, *client, Silence::QueueIsFull);
            state.notices.reword(&before, &better);
        }
        waits && !is_full && now.since(*at) < WHILE
    });
    state.clients.unexplained = calls;
    let mut believed = std::mem::take(&mut state.clients.believed);
    believed.retain(|(at, client, told)| {
        let is_alone = state.is_with_our_server(*client) && state.is_alone_in_believing(*client);
        if is_alone {
            let better = words::connected_alone(told);
            state.notices.reword(told, &better);
        }
        !is_alone && now.since(*at) < WHILE
    });
    state.clients.believed = believed;
    tell_what_is_whole(state);
}

/// Says of connections that were told to be half made that they are whole, now that a look has shown it.
fn tell_what_is_whole(state: &mut State) {
    let mut half_made = std::mem::take(&mut state.clients.half_made);
    half_made.retain(|client| {
        let there = state.sockets.mirror(*client);
        let there = there.filter(|line| line.gone.is_none());
        let is_open = state.own_end(*client).is_some();
        let text = words::whole(state, *client);
        match there.map(|line| line.row.state) {
            Some(TcpState::Established) if is_open => {
                state.notices.say(state.now, Tone::Plain, text);
                false
            }
            Some(TcpState::SynReceived) | None => is_open,
            Some(_) => false,
        }
    });
    state.clients.half_made = half_made;
}

/// Why a call is not answered at once; nothing where the answer is only on its way, or many calls of the lab are told together.
fn why_no_answer(state: &State, client: RowName) -> Option<Silence> {
    let are_many = state.lab.is_up() && state.clients.under_way.is_some();
    // To look for the segments of each of thousands would take its time.
    (!are_many).then(|| state.silence(client))?
}

pub(crate) fn connected(state: &mut State, socket: OwnSocket) -> Vec<Effect> {
    // UDP never waits for an answer, so each is a call of its own, exact copies too.
    let is_udp = socket.name.tuple.protocol == Protocol::Udp;
    let is_news = is_udp || state.clients.holder_of(socket.name).is_none();
    client_end(state, socket, Ends::answer);
    let waiting = if is_news { answered(state) } else { vec![] };
    if let Some(progress) = &mut state.clients.under_way {
        progress.opened += 1;
        // In the order in which they were answered one would not see how the kernel picks.
        progress.ports.insert(socket.name.tuple.local.port);
        if progress.ports.len() > 5 {
            progress.ports.pop_last();
        }
    } else {
        let text = words::connected(state, &socket);
        let is_half_made = !is_udp && words::half_made(state, socket.name).is_some();
        if is_half_made && state.clients.half_made.len() < UNEXPLAINED {
            state.clients.half_made.push(socket.name);
        }
        if state.listener.held && !is_udp && state.clients.believed.len() < UNEXPLAINED {
            let told = (state.now, socket.name, text.clone());
            state.clients.believed.push(told);
        }
        state.notices.say(state.now, Tone::Plain, text);
    }
    let local = Some(socket.name.tuple.local);
    let trial = myth::answered(state, local, Ok(socket.name));
    let look = look_at_both(state, socket.name).into_iter();
    look.chain(waiting).chain(trial).collect()
}

/// A call was answered, or is at least on its way; it may have been the one that others wait for.
fn answered(state: &mut State) -> Vec<Effect> {
    let clients = &mut state.clients;
    clients.awaited = clients.awaited.saturating_sub(1);
    if clients.under_way.is_none() {
        clients.singles = clients.singles.saturating_sub(1);
    }
    dialing::call_waiting(state)
}

/// An order for several calls that the sockets did not take is over, with one refusal for all of them.
fn give_up_what_never_began(state: &mut State, why: Refusal) {
    let clients = &mut state.clients;
    let was_not_taken = (why.call, why.errno) == (Call::Socket, Errno::EAGAIN);
    let never_began = |progress: &mut Progress| was_not_taken && !progress.has_begun;
    if let Some(progress) = clients.under_way.take_if(never_began) {
        // The answer itself counts for one.
        clients.awaited = clients.awaited.saturating_sub(progress.asked.saturating_sub(1));
        clients.singles += 1;
    }
}

/// The call of a client, from its own end as far as it was bound to whom it called, was refused.
pub(crate) fn failed(
    state: &mut State,
    spec: &ConnectSpec,
    (local, to): (Option<Endpoint>, Option<Endpoint>),
    why: Refusal,
) -> Vec<Effect> {
    let ends = local.zip(to);
    let name = ends.map(|(local, remote)| {
        RowName::connected(spec.host, FiveTuple { protocol: spec.protocol, local, remote })
    });
    let was_on_its_way = name.is_some_and(|name| state.clients.forget(name, state.now));
    let waiting = if was_on_its_way {
        vec![]
    } else {
        give_up_what_never_began(state, why);
        answered(state)
    };
    let (text, rows) = refused::connect_failed(state, spec, to, why);
    why::refused(state, Wish::Connect(spec.clone(), to), why, rows.clone());
    match &mut state.clients.under_way {
        Some(progress) => progress.refused = Some((text, rows)),
        None => state.notices.blame(state.now, text, rows),
    }
    let trial = myth::answered(state, myth::asked_from(spec), Err(why));
    let look = name.map_or_else(Vec::new, |name| look_at_both(state, name)).into_iter();
    look.chain(waiting).chain(trial).collect()
}

pub(crate) fn burst_begun(state: &mut State, burst: Burst, whole_range: bool) -> Vec<Effect> {
    let clients = &mut state.clients;
    let (computer, protocol) = (clients.chosen, clients.spec.protocol);
    let ever = clients.computer().ends.ever();
    let progress =
        clients.under_way.get_or_insert_with(|| Progress::of(burst, computer, protocol, ever));
    (progress.has_begun, progress.whole_range) = (true, whole_range);
    let under_way = state.clients.under_way.as_ref();
    let text = under_way.and_then(|progress| burst::begun(state, progress, burst));
    if let Some(text) = text {
        state.notices.say(state.now, Tone::Plain, text);
    }
    vec![]
}

pub(crate) fn burst_ended(
    state: &mut State,
    opened: u32,
    asked: u32,
    took: Duration,
) -> Vec<Effect> {
    if opened < asked {
        // The rest was given up, and will not be heard of.
        let waiting = state.clients.waiting.iter();
        state.clients.awaited = waiting.map(|(_, burst)| burst.count).sum();
    }
    state.clients.singles = 0;
    if let Some(mut progress) = state.clients.under_way.take() {
        progress.opened = opened;
        let text = burst::ended(state, &progress, asked, took);
        state.notices.say(state.now, Tone::Plain, text);
        if let Some((why, rows)) = progress.refused {
            state.notices.blame(state.now, why, rows);
            refused::later::told_now(state);
        }
    }
    dialing::call_waiting(state)
}

/// Notes which computer holds a client's end, and how far its call has come.
fn client_end(state: &mut State, socket: OwnSocket, come: fn(&mut Ends, OwnSocket, Moment)) {
    let clients = &mut state.clients;
    let known = clients.computers.iter().position(|computer| computer.ends.contains(socket.name));
    let RowName { host, tuple, .. } = socket.name;
    let owner = known.unwrap_or_else(|| clients.caller(host, Some(tuple.local.ip)));
    come(&mut clients.computers[owner].ends, socket, state.now);
    state.sockets.own(&socket, state.machine.pid);
}
