//! Holds a sentence against the tables.

use std::net::IpAddr;

use super::claims::{Claim, Whose, claims, endpoints};
use super::program::Said;
use super::story::{Named, Story, is_refusal};
use super::table::{Connection, Key, Row, Table};

/// What is wrong with a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// In one word, to be counted by.
    pub(super) kind: &'static str,
    /// The claims that do not hold, for the connection of which most hold.
    pub(super) what: Vec<Claim>,
    /// That connection, if there is one.
    pub(super) about: Option<Connection>,
}

/// What a sentence says that the tables contradict.
pub(super) fn verdict(said: &Said, story: &Story) -> Option<Wrong> {
    let text = said.text.as_str();
    let names: Vec<String> = story.computers.iter().map(|(name, _)| name.clone()).collect();
    let (of_one, of_all): (Vec<Claim>, Vec<Claim>) =
        claims(text, &names).into_iter().partition(is_of_one_connection);
    let ports: Vec<u16> = of_all
        .iter()
        .filter_map(|claim| match claim {
            Claim::Port(port) => Some(*port),
            _ => None,
        })
        .collect();
    let ports = ports.into_iter();
    let wrong: Vec<Claim> = of_all.into_iter().filter(|claim| !holds(claim, story)).collect();
    if !wrong.is_empty() {
        return Some(Wrong { kind: kind(&wrong[0]), what: wrong, about: None });
    }
    if of_one.is_empty() {
        return None;
    }
    let ends = endpoints(text);
    let ports = ports.filter(|port| ends.iter().all(|end| end.port() != *port)).collect();
    let mentioned = Named { ends, ports };
    let holds_for = |claim: &Claim, one: Connection| {
        let was_so = is_refusal(text) && held_before(claim, one, story);
        was_so || holds_for(claim, one, story)
    };
    let among = said
        .about
        .map_or_else(|| story.candidates(&said.blamed, text, &mentioned), |one| vec![one]);
    if said.about.is_none() && story.is_about_all(text, &mentioned) {
        let fails = |claim: &&Claim| !among.iter().any(|one| holds_for(claim, *one));
        let what: Vec<Claim> = of_one.iter().filter(fails).cloned().collect();
        return (!what.is_empty()).then(|| Wrong { kind: kind(&what[0]), what, about: None });
    }
    let failing = among.into_iter().map(|one| {
        let fails = |claim: &&Claim| !holds_for(claim, one);
        (of_one.iter().filter(fails).cloned().collect::<Vec<Claim>>(), Some(one))
    });
    let none = || {
        let fails =
            |claim: &&Claim| matches!(claim, Claim::Is(..) | Claim::Was(..) | Claim::Queue(..));
        (of_one.iter().filter(fails).cloned().collect::<Vec<Claim>>(), None)
    };
    let (what, about) = failing.min_by_key(|(fails, _)| fails.len()).unwrap_or_else(none);
    (!what.is_empty()).then(|| Wrong { kind: kind(&what[0]), what, about })
}

fn is_of_one_connection(claim: &Claim) -> bool {
    matches!(
        claim,
        Claim::Is(..)
            | Claim::Was(..)
            | Claim::IsNot(..)
            | Claim::Gone(_)
            | Claim::BothGone
            | Claim::Queue(..)
    )
}

fn kind(claim: &Claim) -> &'static str {
    match claim {
        Claim::Is(..) => "a state that no row is in",
        Claim::Was(..) => "a state that no row was in",
        Claim::IsNot(..) => "a state denied that a row is in",
        Claim::Gone(_) | Claim::BothGone => "a row gone that is there",
        Claim::Queue(..) => "a queue",
        Claim::Listens
        | Claim::ListenGone
        | Claim::ListenStands
        | Claim::ListenUnchanged
        | Claim::ListensAt(..) => "the LISTEN row",
        Claim::Rows(..) | Claim::Connections(_) | Claim::ConnectionsAt(..) | Claim::Waiting(_) => {
            "a count"
        }
        Claim::Port(_) => "a port",
        Claim::Address(_) => "an address",
    }
}

/// Whether a state was that of a row when the step began, and a call was refused because of it.
fn held_before(claim: &Claim, one: Connection, story: &Story) -> bool {
    let Claim::Is(whose, states) = claim else { return false };
    let before = |key: &Key| story.before.state(key).is_some_and(|state| states.contains(&state));
    story.rows_of(one, whose).iter().any(before)
}

/// Whether a claim about one connection is true of `one`.
fn holds_for(claim: &Claim, one: Connection, story: &Story) -> bool {
    let rows = |whose: &Whose| story.rows_of(one, whose);
    let is_gone = |key: &Key| {
        let [before, after] = [&story.before, &story.after].map(|table| table.sockets_of(key));
        // Several UDP sockets may have the same two ends.
        after.is_empty() || (key.is_udp && !before.is_subset(&after))
    };
    match claim {
        Claim::Is(whose, states) => rows(whose)
            .iter()
            .any(|key| story.seen(key).iter().any(|row| states.contains(&row.state))),
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
        Claim::Queue(is_recv, value) => rows(&Whose::Any).iter().any(|key| {
            let mut seen =
                story.seen(key).iter().map(|row| if *is_recv { row.recv } else { row.send });
            seen.any(|queue| value.map_or(queue > 0, |value| value == queue))
        }),
        _ => true,
    }
}

/// Whether a claim about the whole table is true.
fn holds(claim: &Claim, story: &Story) -> bool {
    let (before, after) = (&story.before, &story.after);
    match claim {
        Claim::Port(port) => story.has_port(*port),
        Claim::Address(ip) => is_nobodys(*ip) || story.has_address(*ip),
        Claim::Rows(count, state) if *state == "LISTEN" => {
            [before, after].iter().any(|table| table.listening().len() == *count as usize)
        }
        Claim::Rows(count, state) => story.counts(state, *count as usize),
        Claim::Connections(count) => *count as usize <= story.told(),
        Claim::ConnectionsAt(port, count) => {
            let open = [before, after].map(|table| open_at(table, *port));
            let least = open.into_iter().min().unwrap_or(0);
            (least..=story.at_port(*port)).contains(&(*count as usize))
        }
        Claim::Waiting(count) => {
            let waiting = |table: &Table| table.waiting.values().sum::<u32>();
            waiting(before) == *count || waiting(after) == *count
        }
        Claim::Listens => story.all_rows().any(|(_, row)| row.state == "LISTEN"),
        Claim::ListenGone => story.has_stopped_listening(),
        Claim::ListenStands => story.still_listens(),
        Claim::ListenUnchanged => story.has_same_listener(),
        Claim::ListensAt(is, ip, port) => {
            let is_it = |key: &Key| {
                let any = key.local.ip().is_unspecified();
                key.local.port() == *port
                    && (any || ip.is_none_or(|ip| ip == key.local.ip() || ip.is_unspecified()))
            };
            let listened = story.all_rows().any(|(key, row)| row.state == "LISTEN" && is_it(key));
            let always = after.listeners.keys().any(is_it) && before.listeners.keys().any(is_it);
            let opened = story.opened.iter().any(|end| end.port() == *port);
            if *is { listened || opened } else { !always }
        }
        _ => true,
    }
}

/// Addresses that stand for others.
fn is_nobodys(ip: IpAddr) -> bool {
    ip.is_unspecified()
}

/// How many connections are open at that port.
fn open_at(table: &Table, port: u16) -> usize {
    let is_open = |(key, row): &(&Key, &Row)| {
        key.local.port() == port && !key.is_udp && key.is_connected() && row.state == "ESTABLISHED"
    };
    table.rows.iter().filter(is_open).count()
}
