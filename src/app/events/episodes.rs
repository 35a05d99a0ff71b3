//! Episodes: the effects of one cause are reported once a poll has shown them, and reworded while the rows still change.

use std::time::Duration;

use crate::app::explain::sentence::{is_worth_telling, reason};
use crate::app::model::account::episodes::{Cause, Episode, Weight};
use crate::app::query::facts::{self, rows};
use crate::app::query::{opening_facts, others};
use crate::app::{Account, Effect, Fact, OtherVerb, RowNow, RowOutcome, State, Topic, Verb};
use crate::tcp::{SocketId, TcpState};

/// Effects within this time belong to the cause and its sentence.
const WINDOW: Duration = Duration::from_millis(300);
/// A poll takes less than this.
const PATIENCE: Duration = Duration::from_millis(30);
/// A connect is normally answered within this.
const ANSWERED: Duration = Duration::from_millis(100);
/// The same where nothing is in the way, on a machine that is busy.
const BUSY: Duration = Duration::from_millis(500);
/// Without a poll, the sentence is written after this.
const LIMIT: Duration = Duration::from_secs(1);
/// At most so many open episodes of a kind; more are counted.
const ALIKE: usize = 4;

/// Begins an episode, unless the cause belongs to one that is open.
pub(crate) fn begin(state: &mut State, cause: &Cause) {
    let (verb, ends, weight) = (cause.verb, cause.ends, cause.weight());
    if state.episodes.open.iter_mut().any(|known| known.takes(cause)) {
        return;
    }
    let known = state.episodes.open.iter().position(|known| known.follows_from(cause));
    let is_weak = weight <= Weight::Unordered && verb.is_end();
    if known.is_none() && is_weak && facts::follows(state, ends[0], verb, WINDOW) {
        return;
    }
    let topic = topic(state, cause);
    let most = if topic == Some(Topic::Ordered) { 1 } else { ALIKE };
    let open = &mut state.episodes.open;
    let alike = |known: &&mut Episode, is_told| known.is_told == is_told && known.topic == topic;
    let is_counted = known.is_none() && topic.is_some();
    if is_counted
        && let Some(last) = open.iter_mut().filter(|known| alike(known, false)).nth(most - 1)
    {
        last.count += 1;
        return;
    }
    if is_counted && open.iter_mut().filter(|known| alike(known, true)).count() > ALIKE {
        // Already just a number.
        open.retain(|known| !known.is_told || known.topic != topic);
    }
    let mut account = facts::account(state, verb, ends, cause.number);
    if verb == Verb::Connect {
        state.episodes.drop_call(ends[0]);
    }
    opening_facts::begin(state, &mut account, ends);
    let before = cause.ordered.unwrap_or_else(|| rows(state, ends));
    let (opened, id) = (state.now, state.episodes.next);
    let mut episode = Episode {
        id,
        opened,
        topic,
        weight,
        ends,
        before,
        account,
        count: 1,
        is_told: false,
        is_looked_up: false,
    };
    state.episodes.next += 1;
    match known.and_then(|place| state.episodes.open.get_mut(place)) {
        Some(known) => {
            (episode.id, episode.is_told) = (known.id, known.is_told);
            *known = episode;
        }
        None => state.episodes.open.push(episode),
    }
}

fn topic(state: &State, cause: &Cause) -> Option<Topic> {
    let is_one_of_many = cause.weight() == Weight::Ordered && state.clients.ordered > 1;
    Some(match cause.verb {
        Verb::Accept if !state.server_of(cause.ends[0]).held => Topic::Came,
        Verb::Connect | Verb::Ack | Verb::Accept | Verb::Stop => return None,
        Verb::Call => Topic::Called,
        Verb::Send => Topic::Sent,
        Verb::Close | Verb::Abort if is_one_of_many => Topic::Ordered,
        Verb::Close if state.peer_has_closed(cause.ends[0]) => Topic::WentToo,
        Verb::Close | Verb::Fin => Topic::Went,
        Verb::Abort => Topic::Aborted,
        Verb::HalfClose => Topic::HalfClosed,
        Verb::Broken(_) | Verb::LateData => Topic::Broke,
        Verb::CutShort => Topic::CutShort,
        Verb::TimedOut => Topic::TimedOut,
        Verb::Other(verb) => Topic::Others(verb),
    })
}

/// Has the rows of calls without an answer looked up: no report comes with their sentence, and the last poll may be old by then.
pub(crate) fn look_up(state: &mut State) -> Vec<Effect> {
    let mut open = std::mem::take(&mut state.episodes.open);
    let mut names: Vec<SocketId> = Vec::new();
    for it in &mut open {
        let waits = it.account.verb == Verb::Call && !it.is_told && !it.is_looked_up;
        if waits && state.now.since(it.opened) >= patience(state, it.ends[0]) {
            it.is_looked_up = true;
            names.extend(it.ends);
        }
    }
    state.episodes.open = open;
    Vec::from_iter((!names.is_empty()).then_some(Effect::Lookup(names)))
}

/// Reports episodes that were polled, and rewords those that changed since.
pub(crate) fn settle(state: &mut State) {
    let mut open = std::mem::take(&mut state.episodes.open);
    open.retain_mut(|episode| {
        let is_others = matches!(episode.account.verb, Verb::Other(_));
        let (verb, ends) = (episode.account.verb, episode.ends);
        let cause = Cause { verb, ends, ordered: None, number: 0 };
        if is_others && !episode.is_told && others::are_told_of(state, &cause) {
            return false;
        }
        let age = state.now.since(episode.opened);
        let rows = looked(state, episode);
        let mut account = Account { rows, ..episode.account.clone() };
        opening_facts::look(state, &mut account, episode.ends, episode.opened);
        let known = &episode.account;
        let is_less = account.facts != known.facts && account.facts.is_subset(&known.facts);
        if episode.is_told && account.rows == known.rows && is_less {
            // Ended conditions are not reported, and the rows were not polled again.
            account = known.clone();
        }
        if is_answered(&account) {
            return false;
        }
        let differs = account != episode.account;
        let was_half = std::mem::replace(&mut episode.account, account).is_half_open();
        let is_told_now = !episode.is_told && is_due(state, episode, age);
        if is_told_now || differs {
            // A listener that closes later does not reword the sentence.
            let server = state.server_of(state.server_end(episode.ends));
            let is_listening = server.is_listening() && !server.ordered_to_stop;
            let has_row = state.has_listen_row(episode.ends);
            let facts = [(!is_listening, Fact::ListenerGone), (has_row, Fact::Listening)];
            episode.account.learn(facts);
        }
        if is_told_now {
            episode.is_told = true;
            if !is_worth_telling(&episode.account) {
                return false;
            }
            tell(state, episode);
        } else if episode.is_told && was_half && !episode.account.is_half_open() {
            if episode.account.rows[1].after == RowNow::In(TcpState::Established) {
                let verb = Verb::Ack;
                let account = Account { verb, ..episode.account.clone() };
                tell(state, &Episode { account, opened: state.now, id: 0, ..episode.clone() });
            }
            return false;
        } else if episode.is_told && differs {
            state.notices.amend(episode.id, &episode.account);
        }
        !episode.is_told || age < WINDOW || episode.account.is_half_open()
    });
    state.episodes.open = open;
}

/// Whether the row shows that a call has its answer, which is about to be reported.
fn is_answered(account: &Account) -> bool {
    let own = account.rows[0].after;
    account.verb == Verb::Call && ![RowNow::Unseen, RowNow::In(TcpState::SynSent)].contains(&own)
}

/// How long a call may be without an answer before that is said.
fn patience(state: &State, call: SocketId) -> Duration {
    if state.answers_at_once(call) { BUSY } else { ANSWERED }
}

fn tell(state: &mut State, episode: &Episode) {
    let count = if episode.topic == Some(Topic::Ordered) {
        u32::try_from(state.clients.closed).unwrap_or(u32::MAX)
    } else {
        episode.count
    };
    let account = (episode.id, episode.account.clone());
    state.notices.tell(episode.opened, episode.topic, account, count);
}

fn looked(state: &State, episode: &Episode) -> [RowOutcome; 2] {
    [0, 1].map(|n| {
        let (end, before) = (episode.ends[n], episode.before[n]);
        let after = match state.sockets.get(end) {
            _ if state.sockets.blind.contains_key(&end.host) => RowNow::Unseen,
            Some(line) if line.told => RowNow::Unseen,
            Some(line) if line.gone.is_none() => RowNow::In(line.row.state),
            Some(_) => RowNow::Gone,
            // A row that is no longer watched is not shown either.
            None if !state.watches(end) => episode.account.rows[n].after,
            None if before.is_some() => RowNow::Gone,
            None => RowNow::Unseen,
        };
        RowOutcome { before: before.map(|(state, _)| state), after }
    })
}

fn is_due(state: &State, episode: &Episode, age: Duration) -> bool {
    let account = &episode.account;
    let [own, other] = account.rows.map(|row| row.after != RowNow::Unseen);
    match account.verb {
        Verb::Call => {
            let patience = patience(state, episode.ends[0]) + PATIENCE;
            (own && reason(account).is_some()) || age >= patience
        }
        // The last ACK is there in a moment.
        Verb::Connect if account.is_half_open() && !account.waits_for_ack() && state.is_quick() => {
            age >= ANSWERED
        }
        Verb::Connect | Verb::Ack => (own && other) || age >= PATIENCE,
        // The server may close it at once: what its row shows from before accept() does not count.
        Verb::Accept if account.facts.contains(&Fact::StaysOpen) => own || age >= PATIENCE,
        Verb::Accept if account.facts.contains(&Fact::PeerFin) => {
            (age >= PATIENCE && has_changed(state, episode, 0)) || age >= LIMIT
        }
        Verb::Accept if account.facts.contains(&Fact::Stranger) => {
            (own && others::are_named(state, episode.ends)) || age >= LIMIT
        }
        Verb::Accept => own || age >= PATIENCE,
        // accept() may be about to return the other end.
        Verb::Send if is_to_be_accepted(state, episode) => age >= LIMIT,
        Verb::Send => age >= PATIENCE,
        Verb::Other(OtherVerb::Listen | OtherVerb::Connect) => {
            others::are_named(state, episode.ends) || age >= LIMIT
        }
        Verb::Other(OtherVerb::Stop | OtherVerb::End | OtherVerb::Refused) => age >= ANSWERED,
        Verb::Stop
        | Verb::Close
        | Verb::Abort
        | Verb::HalfClose
        | Verb::Broken(_)
        | Verb::Fin
        | Verb::LateData
        | Verb::CutShort
        | Verb::TimedOut => is_end_due(state, episode, age),
    }
}

/// Whether the row of that end is not as it was before.
fn has_changed(state: &State, episode: &Episode, end: usize) -> bool {
    let (line, before) = (state.sockets.get(episode.ends[end]), episode.before[end]);
    let is_gone = line.is_none_or(|line| line.gone.is_some());
    facts::row(line) != before || (is_gone && before.is_some())
}

fn is_to_be_accepted(state: &State, episode: &Episode) -> bool {
    let server = state.server_of(state.server_end(episode.ends));
    episode.account.facts.contains(&Fact::NotAccepted) && !server.held
}

/// Whether both rows of a connection that ends have changed, or the other has had the time to.
fn is_end_due(state: &State, episode: &Episode, age: Duration) -> bool {
    let [own, other] = [0, 1].map(|n| has_changed(state, episode, n));
    let is_known = episode.before[0].is_some() || own;
    (own && (other || episode.ends[0] == episode.ends[1]))
        || (age >= PATIENCE && (own || !is_known))
        || age >= LIMIT
}
