//! First look, then speak: what one cause sets off is told once a look has shown what came of it, and told anew while its rows still change.

use std::time::Duration;

use super::{Account, After, Fact, RowChange, Verb, facts};
use crate::app::{State, Topic};
use crate::tcp::{Moment, RowName, TcpState};

/// What has happened a moment ago: its rows may still change.
#[derive(Clone, Debug, Default)]
pub struct Episodes {
    open: Vec<Episode>,
    next: u64,
}

#[derive(Clone, Debug)]
struct Episode {
    id: u64,
    opened: Moment,
    topic: Topic,
    weight: Weight,
    ends: [RowName; 2],
    /// Both rows as the cause found them.
    before: [Option<Row>; 2],
    account: Account,
    /// How many alike it stands for.
    count: u32,
    is_told: bool,
}

/// A row as far as a close changes it: its state, and the inode by which a process holds it.
type Row = (TcpState, u64);

/// What sets off what, the strongest cause last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// It follows from something else.
    Effect,
    /// It may follow from something at the other end, if that was just now.
    Unordered,
    /// The wire showed it.
    Shown,
    /// The person ordered it.
    Ordered,
}

/// Something that a call, or the wire, told of a connection.
pub(crate) struct Cause {
    pub verb: Verb,
    /// The end that did it, or that it happened to, and the other.
    pub ends: [RowName; 2],
    /// Whether the person ordered it; with the rows as the order found them.
    pub ordered: Option<Rows>,
    /// Bytes that it is about.
    pub bytes: u32,
}

/// Both rows of a connection.
pub(crate) type Rows = [Option<Row>; 2];

/// For so long what follows belongs to it, and is told in its sentence.
const WINDOW: Duration = Duration::from_millis(300);
/// A look takes less than this.
const PATIENCE: Duration = Duration::from_millis(30);
/// If no look comes, it is told all the same.
const LIMIT: Duration = Duration::from_secs(1);
/// So many that are not told yet may be about the same; more are counted.
const ALIKE: usize = 4;

impl Episodes {
    /// Whether something waits for a look.
    pub(crate) fn wait(&self) -> bool {
        self.open.iter().any(|episode| !episode.is_told)
    }
}

/// Both rows as they are now.
pub(crate) fn rows(state: &State, ends: [RowName; 2]) -> Rows {
    ends.map(|end| {
        let line = state.sockets.get(end).filter(|line| !line.told)?;
        Some((line.row.state, line.row.inode))
    })
}

impl Cause {
    fn weight(&self) -> Weight {
        match self.verb {
            _ if self.ordered.is_some() => Weight::Ordered,
            Verb::LateData => Weight::Shown,
            Verb::Broken(_) => Weight::Effect,
            Verb::Close | Verb::Abort | Verb::HalfClose | Verb::Fin | Verb::CutShort => {
                Weight::Unordered
            }
        }
    }
}

/// Begins an episode, unless the cause belongs to one that is open.
pub(crate) fn begin(state: &mut State, cause: &Cause) {
    let (verb, ends, weight) = (cause.verb, cause.ends, cause.weight());
    let mut open = state.episodes.open.iter_mut();
    let known = open.find(|known| ends.iter().all(|end| known.ends.contains(end)));
    if let Some(known) = known
        && known.takes(cause)
    {
        return;
    }
    let known = state.episodes.open.iter().position(|known| known.follows_from(cause));
    let is_weak = weight <= Weight::Unordered;
    if known.is_none() && is_weak && facts::follows(state, ends[0], verb, WINDOW) {
        return;
    }
    let account = facts::account(state, verb, ends, cause.bytes);
    let topic = topic(state, &account, weight);
    let most = if topic == Topic::Ordered { 1 } else { ALIKE };
    let alike = |known: &&mut Episode| !known.is_told && known.topic == topic;
    if known.is_none()
        && let Some(last) = state.episodes.open.iter_mut().filter(alike).nth(most - 1)
    {
        last.count += 1;
        return;
    }
    let before = cause.ordered.unwrap_or_else(|| rows(state, ends));
    let (opened, id) = (state.now, state.episodes.next);
    let mut episode =
        Episode { id, opened, topic, weight, ends, before, account, count: 1, is_told: false };
    state.episodes.next += 1;
    match known.and_then(|place| state.episodes.open.get_mut(place)) {
        Some(known) => {
            (episode.id, episode.is_told) = (known.id, known.is_told);
            *known = episode;
        }
        None => state.episodes.open.push(episode),
    }
}

impl Episode {
    /// Takes what happened to the same connection just after it as a part of it; whether it is one.
    fn takes(&mut self, cause: &Cause) -> bool {
        let weight = cause.weight();
        if weight > self.weight || weight == Weight::Ordered {
            return false;
        }
        if cause.verb == Verb::Close {
            self.account.facts.insert(Fact::BothClosed);
        } else if cause.verb == Verb::LateData {
            self.account.facts.insert(Fact::LateData);
        }
        true
    }

    /// Whether it is but what followed from that, of which it was heard later.
    fn follows_from(&self, cause: &Cause) -> bool {
        let is_its = cause.ends.iter().all(|end| self.ends.contains(end));
        let is_effect = self.weight <= Weight::Unordered && self.account.verb != Verb::Fin;
        is_its && is_effect && self.weight < cause.weight()
    }
}

fn topic(state: &State, account: &Account, weight: Weight) -> Topic {
    let is_one_of_many = weight == Weight::Ordered && state.clients.ordered > 1;
    match account.verb {
        Verb::Close | Verb::Abort if is_one_of_many => Topic::Ordered,
        Verb::Close if account.facts.contains(&Fact::PeerFin) => Topic::WentToo,
        Verb::Close | Verb::Fin => Topic::Went,
        Verb::Abort => Topic::Aborted,
        Verb::HalfClose => Topic::HalfClosed,
        Verb::Broken(_) | Verb::LateData => Topic::Broke,
        Verb::CutShort => Topic::CutShort,
    }
}

/// Tells what has been looked at, and tells anew what has changed since.
pub(crate) fn settle(state: &mut State) {
    let mut open = std::mem::take(&mut state.episodes.open);
    open.retain_mut(|episode| {
        let age = state.now.since(episode.opened);
        let rows = looked(state, episode);
        let mut account = Account { rows, ..episode.account.clone() };
        facts::look(state, &mut account, episode.ends, episode.opened);
        let differs = account != episode.account;
        episode.account = account;
        if !episode.is_told && is_due(state, episode, age) {
            episode.is_told = true;
            let count = if episode.topic == Topic::Ordered {
                u32::try_from(state.clients.closed).unwrap_or(u32::MAX)
            } else {
                episode.count
            };
            let account = (episode.id, episode.account.clone());
            state.notices.tell(episode.opened, episode.topic, account, count);
        } else if episode.is_told && differs {
            state.notices.amend(episode.id, &episode.account);
        }
        !episode.is_told || age < WINDOW
    });
    state.episodes.open = open;
}

/// How both rows changed, as far as the last looks show it.
fn looked(state: &State, episode: &Episode) -> [RowChange; 2] {
    [0, 1].map(|n| {
        let (end, before) = (episode.ends[n], episode.before[n]);
        let line = state.sockets.get(end).filter(|line| !line.told);
        let after = match line {
            _ if state.sockets.blind.contains_key(&end.host) => After::Unseen,
            Some(line) if line.gone.is_none() => After::In(line.row.state),
            Some(_) => After::Gone,
            None if before.is_some() => After::Gone,
            None => After::Unseen,
        };
        RowChange { before: before.map(|(state, _)| state), after }
    })
}

/// Whether what came of it has been seen, or has not been for too long.
fn is_due(state: &State, episode: &Episode, age: Duration) -> bool {
    let [own, other] = [0, 1].map(|n| {
        let end = episode.ends[n];
        let now = rows(state, [end, end])[0];
        let is_gone = state.sockets.get(end).is_none_or(|line| line.gone.is_some());
        now != episode.before[n] || (is_gone && episode.before[n].is_some())
    });
    let is_known = episode.before[0].is_some() || own;
    (own && (other || episode.ends[0] == episode.ends[1]))
        || (age >= PATIENCE && (own || !is_known))
        || age >= LIMIT
}
