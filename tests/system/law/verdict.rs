//! Holds a sentence against the tables.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::claims::{Claim, Whose, claims, endpoints, is_refusal};
use super::program::Said;
use super::story::Story;
use super::table::{Connection, Key, Row, Table};

/// What is wrong with a sentence.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    /// The claims that do not hold, for the connection of which most hold.
    pub(super) what: Vec<Claim>,
    /// That connection, if there is one.
    pub(super) about: Option<Connection>,
}

impl Wrong {
    fn of(what: Vec<Claim>, about: Option<Connection>) -> Option<Wrong> {
        (!what.is_empty()).then_some(Wrong { what, about })
    }

    /// The first claim that does not hold, in one word.
    pub(super) fn kind(&self) -> String {
        let claim = format!("{:?}", self.what[0]);
        claim.split('(').next().unwrap_or_default().to_owned()
    }
}

/// What a sentence says that the tables contradict.
pub(super) fn verdict(said: &Said, story: &Story) -> Option<Wrong> {
    let text = said.text.as_str();
    let names: Vec<String> = story.computers.iter().map(|(name, _)| name.clone()).collect();
    let all = claims(text, &names);
    let which = |fails: &dyn Fn(&Claim) -> bool| -> Vec<Claim> {
        all.iter().filter(|claim| fails(claim)).cloned().collect()
    };
    let wrong = Wrong::of(which(&|claim| !holds(claim, story)), None);
    if wrong.is_some() {
        return wrong;
    }
    let ends: Vec<SocketAddr> = endpoints(text).collect();
    let is_other = |port: &u16| ends.iter().all(|end| end.port() != *port);
    let ports = all.iter().filter_map(|claim| match claim {
        Claim::Port(port) => Some(*port).filter(is_other),
        _ => None,
    });
    let ports: Vec<u16> = ports.collect();
    let is_refusal = is_refusal(text);
    let fails_for = |claim: &Claim, one: Option<Connection>| match one {
        Some(one) => !holds_for(claim, one, story, is_refusal),
        None => matches!(claim, Claim::Is(..) | Claim::Was(..) | Claim::Queue(..)),
    };
    let mut among: Vec<Option<Connection>> = vec![said.about];
    if said.about.is_none() {
        let found = story.candidates(said, (&ends, &ports), is_refusal);
        among = if found.is_empty() { among } else { found.into_iter().map(Some).collect() };
    }
    if said.about.is_none() && story.names_none(text, &ends, &ports) {
        let fails = |claim: &Claim| among.iter().all(|one| fails_for(claim, *one));
        return Wrong::of(which(&fails), None);
    }
    let failing = among.into_iter().map(|one| (which(&|claim| fails_for(claim, one)), one));
    let (what, about) = failing.min_by_key(|(fails, _)| fails.len())?;
    Wrong::of(what, about)
}

/// Whether a claim about one connection is true of `one`; others are.
fn holds_for(claim: &Claim, one: Connection, story: &Story, is_refusal: bool) -> bool {
    let rows = |whose: &Whose| story.rows_of(one, whose);
    let is_gone = |key: &Key| {
        let [before, after] = [&story.before, &story.after].map(|table| table.sockets_of(key));
        // Several UDP sockets may have the same two ends.
        after.is_empty() || (key.is_udp && !before.is_subset(&after))
    };
    match claim {
        Claim::Is(whose, states) => rows(whose).iter().any(|key| {
            let mut seen = story.seen(key).iter().map(|row| row.state);
            // A call is refused because of what was there before.
            let before = story.before.state(key).filter(|_| is_refusal);
            seen.any(|state| states.contains(&state))
                || before.is_some_and(|state| states.contains(&state))
        }),
        Claim::Was(whose, states) => {
            rows(whose).iter().any(|key| states.iter().any(|state| story.was_ever(key, state)))
        }
        Claim::IsNot(whose, state) => {
            rows(whose).iter().all(|key| story.after.state(key) != Some(state))
        }
        Claim::Gone(whose) => {
            let rows = rows(whose);
            rows.is_empty() || rows.iter().any(is_gone)
        }
        Claim::BothGone => rows(&Whose::Any).iter().all(is_gone),
        Claim::Queue(whose, is_recv, value) => rows(whose).iter().any(|key| {
            let queue = |row: &Row| if *is_recv { row.recv } else { row.send };
            let mut seen = story.seen(key).iter().map(queue);
            seen.any(|queue| value.map_or(queue > 0, |value| value == queue))
        }),
        _ => true,
    }
}

/// Whether a claim about the whole table is true; others are.
fn holds(claim: &Claim, story: &Story) -> bool {
    let tables = [&story.before, &story.after];
    match claim {
        Claim::Port(port) => story.has_port(*port),
        Claim::Address(ip) => ip.is_unspecified() || story.has_address(*ip),
        Claim::Rows(count, state) if *state == "LISTEN" => {
            tables.iter().any(|table| table.listening().len() == *count as usize)
        }
        Claim::Rows(count, state) => story.counts(state, *count as usize),
        Claim::Connections(count) => *count as usize <= story.told(),
        Claim::ConnectionsAt(port, count) => {
            let least = tables.into_iter().map(|table| open_at(table, *port)).min().unwrap_or(0);
            (least..=story.at_port(*port)).contains(&(*count as usize))
        }
        Claim::Waiting(count) => tables.iter().any(|table| table.waiting == *count),
        Claim::Listens => story.all_rows().any(|(_, row)| row.state == "LISTEN"),
        Claim::ListenGone => story.has_stopped_listening(),
        Claim::ListenUnchanged => story.has_same_listener(),
        Claim::ListensAt(is, ip, port) => {
            let is_it = |key: &Key| {
                let any = key.local.ip().is_unspecified();
                key.local.port() == *port
                    && (any || ip.is_none_or(|ip| ip == key.local.ip() || ip.is_unspecified()))
            };
            let listened = story.all_rows().any(|(key, row)| row.state == "LISTEN" && is_it(key));
            if *is {
                listened || story.opened.contains(port)
            } else {
                !story.keeps_listening(is_it)
            }
        }
        _ => true,
    }
}

/// How many connections are open at that port.
fn open_at(table: &Table, port: u16) -> usize {
    let is_open = |(key, row): &(&Key, &Row)| {
        key.local.port() == port && !key.is_udp && key.is_connected() && row.state == "ESTABLISHED"
    };
    let open = table.rows.iter().filter(is_open).map(|(key, _)| key.connection());
    open.collect::<BTreeSet<Connection>>().len()
}
