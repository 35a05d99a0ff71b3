//! What other programs do: whether it is not this program after all, and how they are called.

use std::time::Duration;

use crate::app::model::account::episodes::Cause;
use crate::app::query::names::{listener_name, program_name};
use crate::app::{Account, Attempt, Fact, OtherVerb, State, TableRow, Verb};
use crate::tcp::{Owner, SocketId, TcpState};

/// What makes a call of ours fail is seen within this time.
const REPORTED: Duration = Duration::from_secs(1);

/// Names the programs: their processes are looked for only once their rows are shown.
pub(crate) fn look(state: &State, account: &mut Account, [own, other]: [SocketId; 2]) {
    let Verb::Other(verb) = account.verb else { return };
    account.who = match verb {
        OtherVerb::Refused => state.computer_name(own.host),
        OtherVerb::Listen | OtherVerb::Stop => {
            let line = state.sockets.get(own);
            line.map_or_else(|| account.who.clone(), |line| listener_name(state, line))
        }
        OtherVerb::Connect | OtherVerb::End => program_name(state, own),
    };
    let listens = listener_of(state, other).filter(|_| !is_named(state, other));
    account.whom = match listens.and_then(|line| owner(state, line)) {
        Some(owner) => format!("{} ({})", owner.program, other.tuple.local.canonical()),
        None => program_name(state, other),
    };
    account.detail = own.tuple.local.at(&state.sockets.interfaces.suffix(own));
    let several = account.number > 1;
    account.learn([
        (several, Fact::Several),
        (several && are_of_several(state, verb, own), Fact::SeveralPrograms),
    ]);
}

/// Whether several processes hold the LISTEN rows that came, or went, together with that one.
fn are_of_several(state: &State, verb: OtherVerb, first: SocketId) -> bool {
    let at = |line: &TableRow| {
        let gone = line.gone.map(|gone| gone.at);
        let moment = if verb == OtherVerb::Stop { gone } else { Some(line.in_state_since()) };
        (line.row.host, line.row.tuple, line.row.interface, moment)
    };
    let Some(first) = state.sockets.get(first).map(at) else { return false };
    let rows = state.sockets.in_order().take_while(|line| line.row.state == TcpState::Listen);
    let rows = rows.filter(|line| at(line) == first);
    let owners = rows.filter_map(|line| owner(state, line));
    let mut programs = owners.map(|owner| (owner.pid, &owner.program));
    let one = programs.next();
    programs.any(|other| Some(other) != one)
}

/// Whether the process behind each of these rows is known, or never will be.
pub(crate) fn are_named(state: &State, ends: [SocketId; 2]) -> bool {
    ends.iter().filter_map(|end| state.sockets.get(*end)).all(|line| {
        let (name, inode) = (line.row.name(), line.row.inode);
        inode == 0 || is_named(state, name) || state.sockets.hidden.contains(&inode)
    })
}

fn is_named(state: &State, end: SocketId) -> bool {
    state.sockets.get(end).is_some_and(|line| owner(state, line).is_some())
}

/// The listening row that a connect() to that end reaches: those rows come first.
fn listener_of(state: &State, end: SocketId) -> Option<&TableRow> {
    let lines = state.sockets.in_order();
    let mut listen = lines.take_while(|line| line.row.state == TcpState::Listen);
    listen.find(|line| {
        let at = line.row.tuple.local;
        let is_there = at.ip.is_unspecified() || at.canonical() == end.tuple.local.canonical();
        line.row.host == end.host && at.port == end.tuple.local.port && is_there
    })
}

/// Whether other sentences tell of it: one of these sockets is our own, waits for our accept(), or is why a call of ours has just failed.
pub(crate) fn are_told_of(state: &State, cause: &Cause) -> bool {
    let [own, other] = cause.ends;
    let is_ours = |name| {
        let line = state.sockets.get(name);
        let is_owned = |line| owner(state, line).is_some_and(|owner| state.is_own(owner));
        state.ends.get(name).is_some()
            || state.ends.last_holder(name).is_some()
            || state.servers.with(name).is_some()
            || state.is_held(name)
            || line.is_some_and(|line| line.ending.is_some() || is_owned(line))
    };
    let has_our_listener = || {
        let listens = |end| state.servers.at(|place| place.has(end)).is_some();
        let is_with_it = |end| state.is_with_our_server(end);
        (listens(own) || listens(other)) && (is_with_it(own) || is_with_it(other))
    };
    is_ours(own)
        || is_ours(other)
        || has_our_listener()
        || (cause.verb == Verb::Other(OtherVerb::Refused) && was_our_call(state, own))
        || is_blamed(state, cause)
}

/// Whether a connect() of ours has failed, or is under way, that an RST answered.
fn was_our_call(state: &State, client: SocketId) -> bool {
    state.sockets.log.of(client.tuple.connection(), state.now).next().is_some()
}

/// Whether a sentence has just named it as the reason why a call of ours failed.
fn is_blamed(state: &State, cause: &Cause) -> bool {
    let [own, other] = cause.ends;
    let failed = state.notices.failure.as_ref();
    failed.filter(|it| state.now.since(it.at) < REPORTED).is_some_and(|failure| {
        let to = if let Attempt::Connect(_, to) = failure.asked { to } else { None };
        let is_answer = cause.verb == Verb::Other(OtherVerb::Refused);
        failure.rows.contains(&own) || (is_answer && to == Some(other.tuple.local))
    })
}

/// Whether one of these sockets may be ours, not reported yet: no other process is known to own it.
pub(crate) fn may_be_ours(state: &State, cause: &Cause) -> bool {
    let [client, server] = cause.ends;
    let is_answer = cause.verb == Verb::Other(OtherVerb::Refused);
    (state.clients.may_hold(client) && !is_named(state, client))
        || (state.servers.are_awaited() && !is_answer && !is_named(state, server))
}

fn owner<'a>(state: &'a State, line: &TableRow) -> Option<&'a Owner> {
    state.sockets.last_owner(line)
}
