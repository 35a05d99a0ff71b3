//! What other programs do at the ports that are watched, as the kernel's rows and the lab's wire show it.

use crate::app::events::episodes::begin;
use crate::app::model::account::episodes::Cause;
use crate::app::query::others;
use crate::app::{OtherVerb, State, Verb};
use crate::tcp::{Change, Flags, Protocol, SocketId, SocketRow, TableUpdate, TcpState};

/// How much may be undecided, as in a burst of connects of ours.
const UNDECIDED: usize = 8192;

/// Begins an account of what the changes of a table show.
pub(crate) fn tell(state: &mut State, update: &TableUpdate) {
    decide(state);
    if update.afresh {
        return;
    }
    for change in &update.changes {
        let Some((row, verb)) = seen(change) else { continue };
        let name = row.name();
        let gone = state.sockets.get(name).and_then(|line| line.gone);
        let is_timeout = gone.is_some_and(|gone| gone.why.is_timeout());
        if row.tuple.protocol != Protocol::Tcp || is_timeout || !state.is_at_the_demos_port(name) {
            continue;
        }
        let is_listeners = row.state == TcpState::Listen;
        let number = if is_listeners { sockets(&update.changes, change) } else { Some(0) };
        let ends = if is_listeners { Some([name; 2]) } else { ends(state, name, verb) };
        if let (Some(ends), Some(number)) = (ends, number) {
            let verb = Verb::Other(verb);
            consider(state, Cause { verb, ends, ordered: None, number });
        }
    }
}

/// Begins an account of what others do. Our own sockets are reported after their rows and segments: what may be of one of them waits for
/// that report, or until the process that owns it is known.
fn consider(state: &mut State, cause: Cause) {
    if others::are_told_of(state, &cause) {
        return;
    }
    if !others::may_be_ours(state, &cause) {
        begin(state, &cause);
    } else if state.episodes.undecided.len() < UNDECIDED {
        state.episodes.undecided.push(cause);
    }
}

/// Looks again at what may be of ours.
pub(crate) fn decide(state: &mut State) {
    for cause in std::mem::take(&mut state.episodes.undecided) {
        consider(state, cause);
    }
}

/// What a change shows; `None` where it is no beginning and no end.
fn seen(change: &Change) -> Option<(&SocketRow, OtherVerb)> {
    let is_new = |state| matches!(state, TcpState::SynSent | TcpState::SynReceived);
    Some(match change {
        Change::Appeared(row) | Change::Moved { to: row, .. } if is_new(row.state) => return None,
        Change::Moved { from, to } if from.state == to.state => return None,
        // A poll may show the socket between bind() and listen().
        Change::Appeared(row) | Change::Moved { to: row, .. } if row.state == TcpState::Listen => {
            (row, OtherVerb::Listen)
        }
        Change::Vanished(row) | Change::Moved { from: row, .. }
            if row.state == TcpState::Listen =>
        {
            (row, OtherVerb::Stop)
        }
        Change::Appeared(row) | Change::Moved { to: row, .. }
            if row.state == TcpState::Established =>
        {
            (row, OtherVerb::Connect)
        }
        // A SYN without an answer is no connection, and the end of TIME_WAIT no news.
        Change::Vanished(row) if is_new(row.state) || row.state == TcpState::TimeWait => {
            return None;
        }
        Change::Appeared(row) | Change::Moved { to: row, .. } | Change::Vanished(row) => {
            (row, OtherVerb::End)
        }
    })
}

/// How many LISTEN rows of one address and interface changed in the same way at once, if this is the first of them.
fn sockets(changes: &[Change], change: &Change) -> Option<u32> {
    let place = |change| seen(change).map(|(row, verb)| (row.tuple, row.interface, verb));
    let own = place(change);
    let mut all = changes.iter().filter(|other| place(other) == own);
    let is_first = all.next() == Some(change);
    is_first.then(|| 1 + u32::try_from(all.count()).unwrap_or(u32::MAX))
}

/// Both ends, the client's first; `None` where the client's own row tells it.
fn ends(state: &State, name: SocketId, verb: OtherVerb) -> Option<[SocketId; 2]> {
    let other = state.other_end(name);
    if !name.tuple.is_connected() || name.tuple.is_to_itself() {
        return None;
    }
    if state.sockets.is_client(name) {
        return Some([name, other]);
    }
    let ip = other.tuple.local.ip.to_canonical();
    let has_row = ip.is_loopback() || state.machine.has(ip) || state.lab.host_of(ip).is_some();
    (verb != OtherVerb::Connect || !has_row).then_some([other, name])
}

/// Finds the RSTs that answered a SYN of another program among the segments that have arrived.
pub(crate) fn look_for_refusals(state: &mut State, arrived: &[u64]) {
    let crossings = &state.lab.crossings;
    let segments = arrived.iter().filter_map(|number| {
        let place = crossings.binary_search_by_key(number, |crossing| crossing.segment.number);
        crossings.get(place.ok()?).map(|crossing| &crossing.segment)
    });
    let refused = segments.filter(|it| it.flags.has(Flags::RST)).filter_map(|reset| {
        let server = SocketId::connected(reset.from, reset.tuple);
        let client = state.other_end(server);
        let mut before = crossings.iter().rev().map(|crossing| &crossing.segment);
        let last = before.find(|it| it.tuple == client.tuple && it.number < reset.number)?;
        let is_call = last.flags.has(Flags::SYN) && !last.flags.has(Flags::ACK);
        // A router only forwards it.
        let is_watched = reset.to == client.host && state.is_at_the_demos_port(server);
        (is_call && is_watched).then_some([client, server])
    });
    let refused: Vec<_> = refused.collect();
    for ends in refused {
        let verb = Verb::Other(OtherVerb::Refused);
        consider(state, Cause { verb, ends, ordered: None, number: 0 });
    }
}
