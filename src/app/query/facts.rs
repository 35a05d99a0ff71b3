//! The conditions under which something happened, as far as they were seen.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::app::model::{Account, Fact, FinOrder, RowNow, RowOutcome, Rows, Verb};
use crate::app::query::peers::is_stranger;
use crate::app::query::port_holders::holders;
use crate::app::{State, TableRow};
use crate::tcp::{
    CloseKind, Delivery, Errno, Flags, Moment, Protocol, Segment, ServerCloses, SocketId, TcpState,
    TimerKind,
};

/// A send() is reported at most so long after its segment was seen on the wire.
const TOGETHER: Duration = Duration::from_millis(500);
/// A look may show a row only so long after it was there.
const SEEN_LATE: Duration = Duration::from_millis(500);

pub(crate) fn account(state: &State, verb: Verb, ends: [SocketId; 2], bytes: u32) -> Account {
    let [own, other] = ends;
    let unknown = RowOutcome { before: None, after: RowNow::Unseen };
    let mut account = Account {
        verb,
        protocol: own.tuple.protocol,
        who: name(state, own),
        whom: name(state, other),
        rows: [unknown; 2],
        facts: BTreeSet::new(),
        at: [own.tuple.local, own.tuple.remote],
        number: bytes,
        detail: String::new(),
    };
    let is_tcp = own.tuple.protocol == Protocol::Tcp;
    account.learn([(is_tcp && own.tuple.is_to_itself(), Fact::ToItself)]);
    if verb.is_end() {
        account.learn(at_once(state, verb, ends));
    }
    account
}

pub(crate) fn rows(state: &State, ends: [SocketId; 2]) -> Rows {
    ends.map(|end| {
        let line = state.sockets.get(end).filter(|line| !line.told)?;
        Some((line.row.state, line.row.inode))
    })
}

/// How the program at an end is called: a computer of ours, the server, another program with its address, or the address.
fn name(state: &State, end: SocketId) -> String {
    let other = state.other_end(end);
    let is_servers = state.server.ends.contains(end)
        || (state.clients.whose(end).is_none() && state.is_with_our_server(other));
    if is_servers {
        return String::from("the server");
    }
    let is_others = state.server.ends.contains(other) && is_stranger(state, other);
    let (ip, at) = (end.tuple.local.ip, end.tuple.local.canonical());
    let ours = state.clients.whose(end).map(|computer| computer.name.as_str());
    match ours.or(state.clients.name_of(ip)).filter(|_| !is_others) {
        Some(ours) => ours.to_owned(),
        None => match state.peer_name(ip, other) {
            name if name == at.ip.to_string() => at.to_string(),
            name => format!("{name} ({at})"),
        },
    }
}

/// Whether this only follows from a recent action at the other end, whose sentence covers it.
pub(crate) fn follows(state: &State, end: SocketId, verb: Verb, window: Duration) -> bool {
    let Some(end) = state.own_end(end) else { return false };
    let was_just_ended = end.other_ended.is_some_and(|at| state.now.since(at) < window);
    let is_ordered = state.own_end(state.other_end(end.socket.name));
    let is_ordered = is_ordered.is_some_and(|other| other.ordered.is_some());
    verb != Verb::Fin && (was_just_ended || is_ordered)
}

fn at_once(state: &State, verb: Verb, [own, other]: [SocketId; 2]) -> [(bool, Fact); 14] {
    let known = state.own_end(own);
    let is_clients = state.clients.holder_of(own).is_some();
    let has_unread =
        |end| state.sockets.get(end).is_some_and(|line: &TableRow| line.row.unread() > 0);
    let other_line = state.sockets.other_line(own);
    let other_left_unread = has_unread(other) || other_line.is_some_and(TableRow::closed_unread);
    let is_unaccepted = is_clients && state.is_with_our_server(own) && !state.was_accepted(own);
    let is_broken = matches!(verb, Verb::Broken(_));
    let was_closed = other_line.and_then(|line| line.ending) == Some(CloseKind::Close);
    let arrived_late = verb == Verb::Broken(Errno::ECONNRESET)
        && is_clients
        && state.was_accepted(own)
        && was_closed
        && !other_left_unread;
    let others_state = other_line.map(|line| line.row.state);
    let keeps_open = [own, other].into_iter().any(|end| {
        let policy = state.server.ends.get(end).and_then(|end| end.policy);
        policy.is_some_and(|policy| policy.closes == ServerCloses::Never)
    });
    [
        (known.is_some_and(|end| !end.answered), Fact::Unanswered),
        (known.is_some_and(|end| end.half_closed == Some(FinOrder::First)), Fact::FinBefore),
        (state.peer_has_closed(own), Fact::PeerFin),
        (has_unread(own), Fact::Unread),
        (other_left_unread, Fact::OtherUnread),
        (is_unaccepted, Fact::NotAccepted),
        (is_broken && others_state == Some(TcpState::SynReceived), Fact::InSynRecv),
        (is_broken && others_state.is_some(), Fact::WasQueued),
        (is_broken && is_unaccepted && has_its_listener(state, own), Fact::ListenerOld),
        (state.is_half_open(own), Fact::HalfOpen),
        (keeps_open, Fact::KeepsOpen),
        (arrived_late, Fact::LateData),
        (is_broken && was_stray(state, other), Fact::StrayRst),
        (is_broken && was_forged(state, other), Fact::Forged),
    ]
}

pub(crate) fn look(state: &State, account: &mut Account, ends: [SocketId; 2], opened: Moment) {
    let [own, other] = ends;
    let [fin, rst] = [Flags::FIN, Flags::RST]
        .map(|flag| fate(state, own, opened, |segment| segment.flags.has(flag)));
    let before_fin = stands_before_its_fin(state, own).filter(|_| fin.is_none());
    account.learn([
        (state.listening_rows().any(|line| line.gone.is_none()), Fact::Listening),
        (fin == Some(Delivery::OnTheWay), Fact::FinWaits),
        (is_lost(fin), Fact::FinLost),
        (before_fin.is_some(), Fact::FinQueued),
        (rst == Some(Delivery::OnTheWay), Fact::RstWaits),
        (is_lost(rst), Fact::RstLost),
    ]);
    if state.server.ends.contains(other) {
        account.facts.remove(&Fact::NotAccepted);
    }
    account.number = before_fin.unwrap_or(account.number);
}

/// What became of the newest such segment that an end has sent over the lab's wire about that time or later.
pub(super) fn fate(
    state: &State,
    end: SocketId,
    since: Moment,
    is_it: impl Fn(&Segment) -> bool,
) -> Option<Delivery> {
    let tuple = end.tuple.canonical();
    let newest_first = state.lab.crossings.iter().rev();
    let mut new = newest_first.take_while(|crossing| since.since(crossing.sent) < TOGETHER);
    let is_own = |segment: &Segment| (segment.from, segment.tuple) == (end.host, tuple);
    let found = new.find(|crossing| is_own(&crossing.segment) && is_it(&crossing.segment));
    found.map(|crossing| crossing.fate)
}

pub(super) fn is_lost(fate: Option<Delivery>) -> bool {
    matches!(fate, Some(Delivery::Lost(..)))
}

/// How many bytes stand in its Send-Q before a FIN: a kernel whose data was not acknowledged in time sends that again, and nothing new
/// meanwhile.
fn stands_before_its_fin(state: &State, end: SocketId) -> Option<u32> {
    let line = state.sockets.get(end).filter(|line| line.gone.is_none() && line.has_sent_fin())?;
    let timer = line.row.timer?;
    let is_timed_out = timer.kind == TimerKind::Retransmit && timer.tries > 0;
    // The FIN counts as one byte.
    let before = line.row.queues.send.saturating_sub(1);
    (state.lab.is_up() && is_timed_out && before > 0).then_some(before)
}

/// Whether the last RST of that end came from a kernel that has no such connection: then there is nothing to acknowledge (RFC 9293, section
/// 3.5.2).
fn was_stray(state: &State, end: SocketId) -> bool {
    last_reset(state, end).is_some_and(|reset| !reset.flags.has(Flags::ACK))
}

/// Whether another computer sent the last RST of that end, whose address the lab gave to its own computer.
fn was_forged(state: &State, end: SocketId) -> bool {
    let is_known = state.lab.host_of(end.tuple.local.ip) == Some(end.host);
    is_known && last_reset(state, end).is_some_and(|reset| reset.from != end.host)
}

fn last_reset(state: &State, end: SocketId) -> Option<&Segment> {
    let tuple = end.tuple.canonical();
    let newest_first = state.lab.crossings.iter().rev();
    let mut segments = newest_first.map(|crossing| &crossing.segment);
    segments.find(|segment| segment.tuple == tuple && segment.flags.has(Flags::RST))
}

/// Whether the listener still stands that was there when the client was connected: one that came since has another accept queue.
fn has_its_listener(state: &State, client: SocketId) -> bool {
    let since = state.own_end(client).map(|end| end.since.plus(SEEN_LATE));
    let called = state.other_end(client);
    let rows = holders(state, called.host, called.tuple.local, Protocol::Tcp);
    let mut lines = rows.iter().filter_map(|name| state.sockets.get(*name));
    let is_its = |line: &TableRow| line.row.state == TcpState::Listen && Some(line.born) <= since;
    state.server.will_listen() && lines.any(is_its)
}
