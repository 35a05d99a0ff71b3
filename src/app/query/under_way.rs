//! What was ordered and is not done: a key that is typed meanwhile waits for it.

use std::time::Duration;

use crate::app::model::Holder;
use crate::app::model::account::episodes::{Episode, Weight};
use crate::app::query::facts::fate;
use crate::app::query::opening_facts::has_ack;
use crate::app::{Action, Fact, LabStage, LessonProgress, OpenEnd, RowNow, State, Verb, WireKey};
use crate::tcp::{Delivery, Flags, Protocol, SocketId, TcpState};

/// What a key waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnderWay {
    /// The lab is starting or stopping.
    Lab,
    /// An order was given, and is not answered.
    Order,
    /// It is answered, and the tables do not show it yet.
    Rows,
}

/// The tables show what our own calls did within this time, also on a machine that is busy.
const SHOWN: Duration = Duration::from_secs(1);

/// What a key with that action has to wait for, if anything.
pub(crate) fn before(state: &State, action: Action) -> Option<UnderWay> {
    let mut lesson = state.lesson.iter();
    if lesson.any(LessonProgress::is_under_way) {
        return (!action.is_for_the_lesson()).then_some(UnderWay::Order);
    }
    of_sockets(state, action)
}

/// The same, while a lesson does what its step says.
pub(crate) fn of_sockets(state: &State, action: Action) -> Option<UnderWay> {
    if matches!(state.lab.stage, LabStage::Starting | LabStage::Stopping) {
        // N once more is answered at once: it takes a moment.
        return (action != Action::Lab).then_some(UnderWay::Lab);
    }
    let clients = &state.clients;
    let is_in_steps = clients.under_way.is_some() || state.script.is_some();
    if action == Action::Reset && is_in_steps {
        // It ends them.
        return None;
    }
    let server = state.server();
    let awaited = &state.awaited;
    let is_stopping = server.ordered_to_stop && server.is_listening();
    if state.servers.are_awaited()
        || is_stopping
        || awaited.accept.is_some()
        || awaited.held_state
        || (!clients.are_paced() && (clients.awaited() > 0 || is_in_steps))
        || !awaited.ends.is_empty()
        || !awaited.readers.is_empty()
        || state.lab.is_delivering()
        || newest(state).any(|end| is_about_to_be_answered(state, end))
    {
        return Some(UnderWay::Order);
    }
    let is_recent = state.now.since(awaited.at) < SHOWN && state.sockets.blind.is_empty();
    // To stop listening reports what was left in the queue.
    let is_accepting = !server.held && state.waiting_for_accept() > 0;
    let stops = action == Action::Listen && is_accepting;
    let steps_next = action == Action::Wire(WireKey::Step) && state.lab.wire.held;
    let is_completing = |episode: &Episode| {
        let Episode { account, ends, opened, .. } = episode;
        account.is_half_open() && (!account.waits_for_ack() || has_ack(state, ends[0], *opened))
    };
    let open = &state.episodes.open;
    let lags = open.iter().any(|episode| is_unsettled(state, episode))
        || (is_recent && (open.iter().any(is_completing) || rows_lag(state) || stops))
        || (is_recent && steps_next && state.lab.waiting() == 0);
    lags.then_some(UnderWay::Rows)
}

/// Whether what one of our own calls did was not told, or is about to be told otherwise.
fn is_unsettled(state: &State, episode: &Episode) -> bool {
    let account = &episode.account;
    let is_ours = match account.verb {
        Verb::Call | Verb::Connect | Verb::Ack | Verb::Send | Verb::Stop => true,
        Verb::Accept => state.server_of(episode.ends[0]).held,
        Verb::Close | Verb::Abort | Verb::HalfClose => episode.weight == Weight::Ordered,
        Verb::Broken(_)
        | Verb::Fin
        | Verb::LateData
        | Verb::CutShort
        | Verb::TimedOut
        | Verb::Other(_) => false,
    };
    if !is_ours || state.now.since(episode.opened) >= SHOWN {
        return is_ours && !episode.is_told;
    }
    let is_seen = |row: usize| account.rows[row].after != RowNow::Unseen;
    let is_new = account.verb == Verb::Connect && account.facts.contains(&Fact::Ours);
    !episode.is_told
        || (is_new && !(is_seen(0) && is_seen(1)))
        || episode.ends.iter().any(|end| is_outdated(state, *end))
}

/// The newest end of each client, but of a paced burst: there is always a newer one.
fn newest(state: &State) -> impl Iterator<Item = &OpenEnd> {
    let computers = 0..if state.clients.are_paced() { 0 } else { state.clients.computers.len() };
    computers.filter_map(|n| state.ends.of(Holder::Client(n)).next())
}

/// Whether nothing is known that keeps the answer of our own server, or of a computer of the lab, from a client.
fn is_about_to_be_answered(state: &State, end: &OpenEnd) -> bool {
    let client = end.socket.name;
    let syn = || fate(state, client, end.since, |segment| segment.flags.has(Flags::SYN));
    !end.answered
        && state.answers_at_once(client)
        && !state.is_queue_full(client)
        && !matches!(syn(), Some(Delivery::Lost(..)))
}

/// Whether the tables do not show yet what listens, or the newest connection of a client.
fn rows_lag(state: &State) -> bool {
    let is_listed = |name| state.sockets.get(name).is_some();
    state.servers.sockets().any(|socket| !is_listed(socket.name))
        || newest(state).any(|end| is_incomplete(state, end))
}

/// Whether a client's connection is not where it will be in a moment: at both ends, and accepted.
fn is_incomplete(state: &State, end: &OpenEnd) -> bool {
    let client = end.socket.name;
    let is_tcp = client.tuple.protocol == Protocol::Tcp;
    if !is_tcp || !state.is_with_our_server(client) || state.is_half_open_alone(client) {
        return false;
    }
    let server_end = state.other_end(client);
    if !end.answered {
        let is_answer = Flags::SYN.and(Flags::ACK);
        let answer = fate(state, server_end, end.since, |segment| segment.flags.has(is_answer));
        return state.sockets.get(client).is_none() || matches!(answer, Some(Delivery::Arrived(_)));
    }
    if !state.is_quick() {
        return false;
    }
    let server = state.server_of(server_end);
    let (is_held, is_accepted) = (server.held, state.was_accepted(client));
    let is_queued = || is_held && state.listening_rows(server).any(|line| line.row.queues.recv > 0);
    [client, server_end].into_iter().any(|end| state.sockets.get(end).is_none())
        || (server.is_listening() && !is_accepted && !is_queued())
        || is_outdated(state, client)
        || is_outdated(state, server_end)
}

impl State {
    /// Whether that client calls a computer that answers at once, by SYN+ACK or by RST.
    pub(crate) fn answers_at_once(&self, client: SocketId) -> bool {
        let to = client.tuple.remote;
        self.is_quick() && (self.our_server(to).is_some() || self.lab.host_of(to.ip).is_some())
    }

    /// Whether what one end sends reaches the other at once.
    pub(crate) fn is_quick(&self) -> bool {
        !self.lab.wire.is_slow() && self.lab.wire.drop_next == 0
    }
}

/// Whether the table shows a row as it was before a call of ours: segments that are not delayed have arrived by the time it is read.
fn is_outdated(state: &State, end: SocketId) -> bool {
    let line = state.sockets.get(end).filter(|line| line.gone.is_none() && !line.told);
    let Some(line) = line.filter(|_| state.is_quick()) else { return false };
    let has_ended = line.ending.is_some();
    let other = state.sockets.other_line(end);
    let is_unheld = state.ends.get(end).is_some() && line.row.inode == 0;
    is_unheld
        || match line.row.state {
            TcpState::Established => {
                let has_sent_fin = state.ends.get(end).is_some_and(|end| end.half_closed.is_some());
                has_ended || has_sent_fin || other.is_some_and(|other| other.ending.is_some())
            }
            TcpState::CloseWait => has_ended,
            TcpState::FinWait2 => {
                other.is_some_and(|other| other.gone.is_some() || other.ending.is_some())
            }
            TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck => true,
            TcpState::SynSent => state.ends.get(end).is_some_and(|end| end.answered),
            TcpState::SynReceived => {
                let client = state.other_end(end);
                let is_answered = state.ends.get(client).is_some_and(|client| client.answered);
                is_answered && !state.is_queue_full(client)
            }
            TcpState::Listen | TcpState::TimeWait | TcpState::Closed => false,
        }
}
