//! The conditions under which something happened, as far as they were seen.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::app::model::{Account, Fact, FinOrder, Row, RowNow, RowOutcome, Rows, Verb};
use crate::app::query::names::end_name;
use crate::app::query::port_holders::shares_port;
use crate::app::{State, TableRow};
use crate::tcp::{
    CloseKind, Delivery, Errno, Flags, Moment, Protocol, Segment, ServerCloses, SocketId, TcpState,
};

/// A send() is reported at most so long after its segment was seen on the wire.
const TOGETHER: Duration = Duration::from_millis(500);
/// The lab's wire reports a segment within this time.
const REPORTED: Duration = Duration::from_millis(100);
/// A look may show a row only so long after it was there.
const SEEN_LATE: Duration = Duration::from_millis(500);

pub(crate) fn account(state: &State, verb: Verb, ends: [SocketId; 2], number: u32) -> Account {
    let [own, other] = ends;
    let unknown = RowOutcome { before: None, after: RowNow::Unseen };
    let mut account = Account {
        verb,
        protocol: own.tuple.protocol,
        who: end_name(state, own),
        whom: end_name(state, other),
        rows: [unknown; 2],
        facts: BTreeSet::new(),
        at: [own.tuple.local, own.tuple.remote],
        number,
        queued: [0; 2],
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
    ends.map(|end| row(state.sockets.get(end)))
}

pub(crate) fn row(line: Option<&TableRow>) -> Option<Row> {
    line.filter(|line| !line.told).map(|line| (line.row.state, line.row.inode))
}

/// Whether this only follows from a recent action at the other end, whose sentence covers it.
pub(crate) fn follows(state: &State, end: SocketId, verb: Verb, window: Duration) -> bool {
    let Some(end) = state.ends.get(end) else { return false };
    let was_just_ended = end.other_ended.is_some_and(|at| state.now.since(at) < window);
    let is_ordered = state.ends.get(state.other_end(end.socket.name));
    let is_ordered = is_ordered.is_some_and(|other| other.ordered.is_some());
    verb != Verb::Fin && (was_just_ended || is_ordered)
}

fn at_once(state: &State, verb: Verb, [own, other]: [SocketId; 2]) -> [(bool, Fact); 16] {
    let known = state.ends.get(own);
    let is_clients = state.ends.client_holds(own);
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
    let [all_stand, are_several] =
        if is_broken && is_unaccepted { old_listeners(state, own) } else { [false; 2] };
    let others_state = other_line.map(|line| line.row.state);
    let keeps_open = [own, other].into_iter().any(|end| {
        let policy = state.ends.get(end).and_then(|end| end.policy);
        policy.is_some_and(|policy| policy.closes == ServerCloses::Never)
    });
    let stays_open = state.ends.get(other).is_some_and(|end| end.stays_open);
    [
        (known.is_some_and(|end| !end.answered), Fact::Unanswered),
        (known.is_some_and(|end| end.half_closed == Some(FinOrder::First)), Fact::FinBefore),
        (state.peer_has_closed(own), Fact::PeerFin),
        (has_unread(own), Fact::Unread),
        (other_left_unread, Fact::OtherUnread),
        (is_unaccepted, Fact::NotAccepted),
        (is_broken && others_state == Some(TcpState::SynReceived), Fact::InSynRecv),
        (is_broken && others_state.is_some(), Fact::WasQueued),
        (all_stand, Fact::ListenerOld),
        (are_several, Fact::Several),
        (state.is_half_open(own), Fact::HalfOpen),
        (keeps_open, Fact::KeepsOpen),
        (stays_open, Fact::StaysOpen),
        (arrived_late, Fact::LateData),
        (is_broken && was_stray(state, other), Fact::StrayRst),
        (is_broken && was_forged(state, other), Fact::Forged),
    ]
}

pub(crate) fn look(state: &State, account: &mut Account, ends: [SocketId; 2], opened: Moment) {
    let [own, other] = ends;
    let [fin, rst] = [Flags::FIN, Flags::RST]
        .map(|flag| fate(state, own, opened, |segment| segment.flags.has(flag)));
    let before_unseen_fin = stands_before_an_unseen_fin(state, own);
    let probes = state.sockets.get(own).is_some_and(TableRow::probes_window);
    // A kernel that probes the window has nothing in flight, and what the lab's wire carries, it reports.
    let is_off_the_wire = other.host != own.host && state.now.since(opened) >= REPORTED;
    let before_fin = before_unseen_fin.filter(|_| probes || is_off_the_wire);
    account.learn([
        (state.has_listen_row(ends), Fact::Listening),
        (fin == Some(Delivery::OnTheWay), Fact::FinWaits),
        (is_lost(fin), Fact::FinLost),
        (before_fin.is_some(), Fact::FinQueued),
        (before_fin.is_some() && probes, Fact::ZeroWindow),
        (rst == Some(Delivery::OnTheWay), Fact::RstWaits),
        (is_lost(rst), Fact::RstLost),
    ]);
    if state.ends.server_holds(other) {
        account.facts.remove(&Fact::NotAccepted);
    }
    if before_unseen_fin.is_some() {
        account.facts.remove(&Fact::FinBefore);
    }
    let has_closed = |line: &TableRow| line.gone.is_some_and(|gone| gone.at >= opened);
    if account.facts.contains(&Fact::ListenerOld) && listeners(state, other).any(has_closed) {
        account.facts.remove(&Fact::ListenerOld);
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
    fates(state, end, since, is_it).next()
}

/// The same of all of them, the newest first.
pub(super) fn fates(
    state: &State,
    end: SocketId,
    since: Moment,
    is_it: impl Fn(&Segment) -> bool,
) -> impl Iterator<Item = Delivery> {
    let tuple = end.tuple.canonical();
    let newest_first = state.lab.crossings.iter().rev();
    let new = newest_first.take_while(move |crossing| since.since(crossing.sent) < TOGETHER);
    let is_own = move |segment: &Segment| (segment.from, segment.tuple) == (end.host, tuple);
    let found = new.filter(move |crossing| is_own(&crossing.segment) && is_it(&crossing.segment));
    found.map(|crossing| crossing.fate)
}

pub(super) fn is_lost(fate: Option<Delivery>) -> bool {
    matches!(fate, Some(Delivery::Lost(..)))
}

/// How many bytes stand in its Send-Q before a FIN that was not seen on the lab's wire: it may not have been sent.
fn stands_before_an_unseen_fin(state: &State, end: SocketId) -> Option<u32> {
    let line = state.sockets.get(end).filter(|line| line.gone.is_none() && line.has_sent_fin())?;
    // The FIN counts as one byte.
    let before = line.row.queues.send.checked_sub(1).filter(|before| *before > 0)?;
    let is_fin = |segment: &Segment| segment.flags.has(Flags::FIN);
    fate(state, end, line.born, is_fin).is_none().then_some(before)
}

/// Whether that end's last RST came from a kernel without such a connection: it has nothing to acknowledge (RFC 9293, section 3.5.2).
fn was_stray(state: &State, end: SocketId) -> bool {
    last_reset(state, end).is_some_and(|reset| !reset.flags.has(Flags::ACK))
}

/// Whether another computer sent the last RST of that end, whose address the lab gave to its own computer. A router only forwards it.
fn was_forged(state: &State, end: SocketId) -> bool {
    let is_known = state.lab.host_of(end.tuple.local.ip) == Some(end.host);
    is_known
        && last_reset(state, end).is_some_and(|last| {
            let mut same = resets(state, end).filter(|reset| reset.seq == last.seq);
            same.all(|reset| reset.from != end.host)
        })
}

fn last_reset(state: &State, end: SocketId) -> Option<&Segment> {
    resets(state, end).next()
}

/// The RSTs of that end on the lab's wire, the newest first.
fn resets(state: &State, end: SocketId) -> impl Iterator<Item = &Segment> {
    let tuple = end.tuple.canonical();
    let segments = state.lab.crossings.iter().rev().map(|crossing| &crossing.segment);
    segments.filter(move |segment| segment.tuple == tuple && segment.flags.has(Flags::RST))
}

/// Whether every listener still stands that was there when the client was connected, and whether there are several: one that came since
/// has another accept queue.
fn old_listeners(state: &State, client: SocketId) -> [bool; 2] {
    let Some(since) = state.ends.get(client).map(|end| end.since) else { return [false; 2] };
    let was_there = |line: &&TableRow| {
        line.born <= since.plus(SEEN_LATE) && line.gone.is_none_or(|gone| gone.at >= since)
    };
    let server = state.server_of(state.other_end(client));
    let (mut count, mut all_stand) = (0, server.will_listen());
    for line in listeners(state, state.other_end(client)).filter(was_there) {
        count += 1;
        all_stand &= line.gone.is_none();
    }
    [all_stand && count > 0, count > 1]
}

/// The listeners at the address of a server's end, those that are gone too: their rows come first.
fn listeners(state: &State, end: SocketId) -> impl Iterator<Item = &TableRow> {
    let in_order = state.sockets.in_order();
    let there = in_order.take_while(|line| line.row.state == TcpState::Listen);
    let gone = state.sockets.closed_rows().iter().filter(|line| line.row.state == TcpState::Listen);
    there
        .chain(gone)
        .filter(move |line| shares_port(&line.row, end.host, end.tuple.local, Protocol::Tcp))
}
