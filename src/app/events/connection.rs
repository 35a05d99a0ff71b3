//! Events of established connections: data, and how they end.

use std::time::Duration;

use crate::app::events::episodes;
use crate::app::model::account::episodes::Cause;
use crate::app::query::names::end_name;
use crate::app::query::peers::is_stranger;
use crate::app::query::refusal::of_later_call;
use crate::app::{
    Effect, FinOrder, Holder, LoggedEvent, Server, State, Statement, Topic, Verb, format,
};
use crate::tcp::{CloseKind, Command, Errno, SocketId, SyscallError, TcpState, escape};

const SHOWN: usize = 48;

pub(crate) fn received(state: &mut State, end: SocketId, bytes: u64, first: &[u8]) {
    let is_servers = state.ends.server_holds(end);
    let (key, whose) =
        if is_servers { ("received-by-server", state.other_end(end)) } else { ("received", end) };
    let who = end_name(state, whose);
    let more = if bytes > SHOWN as u64 { "..." } else { "" };
    let what = Statement::new(key)
        .with("who", who)
        .with("bytes", format::number(bytes))
        .with("first", escape(&first[..first.len().min(SHOWN)]) + more)
        .with_some("at", state.one_of_several(end.tuple.local))
        .when("ToItself", end.tuple.is_to_itself());
    state.ends.change(end, |end| end.has_read = true);
    let part_of_the_call = is_servers && is_of_the_call(state, end) && !is_stranger(state, end);
    if let Some(server) = holder(state, end) {
        server.totals.received += bytes;
        server.last_payload = Some((end, first.to_vec()));
    }
    if !part_of_the_call {
        state.notices.count(state.now, Topic::Received, what, 1);
    }
}

pub(crate) fn sent(state: &mut State, end: SocketId, bytes: u64) {
    let is_servers = state.ends.server_holds(end);
    if let Some(server) = holder(state, end) {
        server.totals.sent += bytes;
    }
    // The reader reports the server's answers and a connect's own payload.
    if state.is_half_open(end) || !(is_servers || is_of_the_call(state, end)) {
        let ends = [end, state.other_end(end)];
        let number = u32::try_from(bytes).unwrap_or(u32::MAX);
        episodes::begin(state, &Cause { verb: Verb::Send, ends, ordered: None, number });
    }
}

/// The server that holds that end.
fn holder(state: &mut State, end: SocketId) -> Option<&mut Server> {
    let Some(Holder::Server(id)) = state.ends.last_holder(end) else { return None };
    state.servers.get_mut(id)
}

pub(crate) fn call_failed(state: &mut State, end: SocketId, why: SyscallError) {
    let half_closed = state.ends.get(end).is_some_and(|end| end.half_closed.is_some());
    let what = of_later_call(end_name(state, end), why)
        .when("OwnFin", why.errno == Errno::EPIPE && half_closed);
    state.notices.count(state.now, Topic::Refused, what, 1);
}

pub(crate) fn peer_closed(state: &mut State, end: SocketId) {
    if state.ends.server_holds(end) && is_stranger(state, end) {
        let ends = [state.other_end(end), end];
        episodes::begin(state, &Cause { verb: Verb::Fin, ends, ordered: None, number: 0 });
    }
    state.ends.change(end, |end| end.peer_closed = true);
}

pub(crate) fn half_closed(state: &mut State, end: SocketId) {
    ends(state, end, Verb::HalfClose);
    let place = if state.peer_has_closed(end) { FinOrder::Second } else { FinOrder::First };
    state.ends.change(end, |end| end.half_closed = Some(place));
}

/// One of our ends closed or sent its FIN: the sentence follows once the effect was seen.
fn ends(state: &mut State, end: SocketId, verb: Verb) {
    let is_broken = matches!(verb, Verb::Broken(_));
    let other = state.other_end(end);
    let before = state.ends.get(end).and_then(|end| end.before).filter(|_| !is_broken);
    episodes::begin(state, &Cause { verb, ends: [end, other], ordered: before, number: 0 });
    let at = state.now;
    state.ends.change(end, |end| end.before = None);
    state.ends.change(other, |other| other.other_ended = Some(at));
}

/// Whether the connection is so new that its payload belongs to the key that made it, and no key has sent more.
fn is_of_the_call(state: &State, end: SocketId) -> bool {
    const MOMENT: Duration = Duration::from_millis(300);
    /// The same where nothing is in the way, on a machine that is busy.
    const BUSY: Duration = Duration::from_secs(1);
    let was_sent = |end| state.ends.get(end).is_some_and(|end| end.was_sent);
    let most = if state.is_quick() { BUSY } else { MOMENT };
    let is_young = state.ends.get(end).is_none_or(|end| state.now.since(end.since) < most);
    is_young && !was_sent(end) && !was_sent(state.other_end(end))
}

pub(crate) fn closed(state: &mut State, end: SocketId, how: CloseKind) -> Vec<Effect> {
    if !end.tuple.is_connected() {
        // A listening socket, or one that was never connected: the listener's event covers it.
        return vec![];
    }
    state.episodes.drop_call(end);
    let reached = reached(state, end);
    let ordered = state.ends.get(end).and_then(|end| end.ordered);
    let is_one_of_many = state.clients.ordered > 1 && ordered == Some(how);
    state.clients.closed += u64::from(is_one_of_many);
    // A reset has reported the end already.
    if state.ends.get(end).is_some() {
        let verb = match how {
            CloseKind::Close => Verb::Close,
            CloseKind::Abort => Verb::Abort,
            CloseKind::Broken(errno) => Verb::Broken(errno),
        };
        ends(state, end, verb);
    }
    let at = state.now;
    state.ends.remove(end, at);
    let State { servers, clients, ends, sockets, .. } = state;
    sockets.ended(at, end, (how, reached), |end| State::is_servers(servers, clients, ends, end));
    let other = state.other_end(end);
    let stayed = state.ends.get(other).is_some_and(|other| other.stays_open);
    state.ends.change(other, |other| other.stays_open = false);
    Vec::from_iter(stayed.then_some(Effect::Run(Command::CloseWithPeer(other))))
}

/// The state an end reached at least, from its own calls; `None` if there were none.
fn reached(state: &State, end: SocketId) -> Option<TcpState> {
    let answered = |is_answered| {
        if is_answered { TcpState::Established } else { TcpState::SynSent }
    };
    if let Some(known) = state.ends.get(end) {
        return Some(answered(known.answered));
    }
    // A failed connect is forgotten already.
    let events = state.sockets.log.of(end.tuple.connection(), state.now);
    let own = events.filter(|(_, name, _)| *name == end);
    let is_answer = |event| matches!(event, LoggedEvent::Connected | LoggedEvent::Accepted);
    let opens = own.map(|(.., event)| event);
    let last = opens.filter(|event| *event == LoggedEvent::Connecting || is_answer(*event)).last();
    last.map(|event| answered(is_answer(event)))
}
