//! Every sentence of the table of texts, with its situation: `snapshots/..._sentences.snap` can be read from top to bottom.

use std::collections::BTreeSet;
use std::fmt::Write;

use fivetuple::app::explain::texts::entries;
use fivetuple::app::explain::{TextEntry, further, text};
use fivetuple::app::{Account, Content, Fact, RowNow, RowOutcome};
use fivetuple::tcp::{Endpoint, TcpState};

use crate::app::explain::situations::{SIGNS, VERBS, facts, situation, statement};

/// Every sentence with its situation, which must lead to it and to no line before it.
#[test]
fn sentences() {
    let (mut all, mut unreached) = (String::new(), Vec::new());
    for entry in entries().iter().filter(|entry| !entry.text.is_empty()) {
        for key in &entry.keys {
            let number = key.ends_with('*').then_some(7);
            let base = key.trim_end_matches(SIGNS);
            let is_account = VERBS.iter().any(|(word, ..)| *word == base);
            let told = if is_account {
                let account = situation(base, entry);
                let [own, other] = account.rows.map(|row| match row.after {
                    RowNow::In(state) => state.to_string(),
                    RowNow::Gone => String::from("gone"),
                    RowNow::Unseen => String::from("unseen"),
                });
                write!(all, "{key}: {own}, {other}").unwrap();
                text(&Content::Account(0, account), number)
            } else {
                write!(all, "{key}:").unwrap();
                let (head, suffix) = base.rsplit_once('-').unwrap_or((base, ""));
                match suffix {
                    "title" | "details" | "why" => {
                        further(&statement(head, entry), &base[head.len()..])
                    }
                    _ => text(&Content::Statement(statement(key, entry)), number),
                }
            };
            let constant = |part: &'static str| part.rsplit('}').next().unwrap();
            let constant = entry.text.split('{').map(constant).max_by_key(|part| part.len());
            if !told.contains(constant.unwrap()) {
                unreached.push(format!("{key} {:?}: {told:?}", entry.needs));
            }
            writeln!(all, " {}\n    {told}", entry.needs.join(" ")).unwrap();
        }
    }
    assert!(unreached.is_empty(), "{unreached:#?}");
    insta::assert_snapshot!("sentences", all);
}

/// Whatever the rows and the facts are, a sentence names no state that neither row is in, or was in.
#[test]
fn no_sentence_names_a_state_that_neither_row_is_in() {
    let states = TcpState::ALL.into_iter().map(RowNow::In);
    let afters: Vec<RowNow> = states.chain([RowNow::Gone, RowNow::Unseen]).collect();
    for (key, verb, protocol) in VERBS {
        for (own, other) in
            afters.iter().flat_map(|own| afters.iter().map(move |other| (own, other)))
        {
            for fact in facts_of(key).into_iter().map(Some).chain([None]) {
                let rows = [*own, *other]
                    .map(|after| RowOutcome { before: Some(TcpState::Established), after });
                let account = Account {
                    verb,
                    protocol,
                    who: String::from("laptop"),
                    whom: String::from("the server"),
                    rows,
                    facts: fact.into_iter().collect(),
                    at: [
                        Endpoint::new([127, 0, 0, 2], 40_000),
                        Endpoint::new([127, 0, 0, 1], 5000),
                    ],
                    number: 13,
                    queued: [6, 7],
                    detail: String::from("{detail}"),
                };
                check(key, &account);
            }
        }
    }
}

/// The facts that sentences under that key need.
fn facts_of(key: &str) -> BTreeSet<Fact> {
    let is_its = |entry: &&TextEntry| entry.keys.iter().any(|it| it.trim_end_matches(SIGNS) == key);
    entries().iter().filter(is_its).flat_map(|entry| facts(&entry.needs)).collect()
}

fn check(key: &str, account: &Account) {
    let told = text(&Content::Account(0, account.clone()), None);
    // What is not there may be named, and what a fact is about.
    let told = told.replace("A row in TIME_WAIT had this 5-tuple", "");
    let told = told.replace("neither is in TIME_WAIT", "").replace("without TIME_WAIT", "");
    let told = told.replace("The LISTEN row is unchanged", "").replace("still in SYN_RECV", "");
    for state in TcpState::ALL {
        let is_named = told.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let is_named = is_named.into_iter().any(|word| word == state.name());
        let is_there = account
            .rows
            .iter()
            .any(|row| row.after == RowNow::In(state) || row.before == Some(state));
        assert!(
            is_there || !is_named || ["cut-short", "ack", "stop", "other-stop"].contains(&key),
            "{key}: {told} {:?}",
            account.rows
        );
    }
}
