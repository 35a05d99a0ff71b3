//! Every sentence of the table of texts, with its situation: `snapshots/..._sentences.snap` can be read from top to bottom.

use std::fmt::Write;

use fivetuple::app::explain::sentence::sentence;
use fivetuple::app::explain::texts::{SOURCES, entries};
use fivetuple::app::explain::{RowPattern, TextEntry};
use fivetuple::app::{Account, Fact, RowNow, RowOutcome, Verb};

use fivetuple::tcp::{Endpoint, Errno, Protocol, TcpState};

/// What the word in the first column stands for.
const VERBS: [(&str, Verb, Protocol); 19] = [
    ("stop", Verb::Stop, Protocol::Tcp),
    ("accept", Verb::Accept, Protocol::Tcp),
    ("send", Verb::Send, Protocol::Tcp),
    ("udp-send", Verb::Send, Protocol::Udp),
    ("call", Verb::Call, Protocol::Tcp),
    ("connect", Verb::Connect, Protocol::Tcp),
    ("ack", Verb::Ack, Protocol::Tcp),
    ("udp-connect", Verb::Connect, Protocol::Udp),
    ("close", Verb::Close, Protocol::Tcp),
    ("half-close", Verb::HalfClose, Protocol::Tcp),
    ("abort", Verb::Abort, Protocol::Tcp),
    ("reset", Verb::Broken(Errno::ECONNRESET), Protocol::Tcp),
    ("broken", Verb::Broken(Errno::ETIMEDOUT), Protocol::Tcp),
    ("fin", Verb::Fin, Protocol::Tcp),
    ("late-data", Verb::LateData, Protocol::Tcp),
    ("cut-short", Verb::CutShort, Protocol::Tcp),
    ("udp-close", Verb::Close, Protocol::Udp),
    ("udp-abort", Verb::Abort, Protocol::Udp),
    ("udp-refused", Verb::Broken(Errno::ECONNREFUSED), Protocol::Udp),
];

/// The situation that an entry is meant for, and nothing beyond it.
fn situation(key: &str, entry: &TextEntry) -> Account {
    let (_, verb, protocol) = VERBS.into_iter().find(|(word, ..)| *word == key).unwrap();
    let before = Some(TcpState::Established);
    let row = |is: RowPattern| match is {
        RowPattern::Same => RowOutcome { before, after: RowNow::In(TcpState::Established) },
        RowPattern::In(state) => RowOutcome { before, after: RowNow::In(state) },
        RowPattern::Gone => RowOutcome { before, after: RowNow::Gone },
        RowPattern::Any if entry.text.contains("{own}") => {
            RowOutcome { before, after: RowNow::In(TcpState::FinWait2) }
        }
        RowPattern::Unseen | RowPattern::Any => RowOutcome { before, after: RowNow::Unseen },
    };
    Account {
        verb,
        protocol,
        who: String::from(if verb == Verb::Fin { "curl (127.0.0.1:40000)" } else { "laptop" }),
        whom: String::from("the server"),
        rows: entry.rows.map(row),
        facts: entry.needs.iter().copied().collect(),
        at: [Endpoint::new([127, 0, 0, 2], 40_000), Endpoint::new([127, 0, 0, 1], 5000)],
        number: 13,
        detail: String::from("{detail}"),
    }
}

#[test]
fn every_line_of_the_table_is_an_entry() {
    let lines = SOURCES.iter().flat_map(|text| text.lines());
    let lines = lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    assert_eq!(entries().len(), lines.count());
    for entry in entries() {
        assert!(!entry.text.is_empty() && entry.text.ends_with('.'), "{}", entry.text);
    }
}

#[test]
fn sentences() {
    let mut all = String::new();
    for entry in entries() {
        for key in &entry.keys {
            let key = key.trim_end_matches(['?', '+']);
            let account = situation(key, entry);
            let told = sentence(&account);
            let [own, other] = account.rows.map(|row| match row.after {
                RowNow::In(state) => state.to_string(),
                RowNow::Gone => String::from("gone"),
                RowNow::Unseen => String::from("unseen"),
            });
            let facts: Vec<String> = account.facts.iter().map(|fact| format!("{fact:?}")).collect();
            writeln!(all, "{key}: {own}, {other} {}\n    {told}", facts.join(" ")).unwrap();
        }
    }
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
            for fact in Fact::ALL.iter().copied().map(Some).chain([None]) {
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
                    detail: String::from("{detail}"),
                };
                check(key, &account);
            }
        }
    }
}

fn check(key: &str, account: &Account) {
    let told = sentence(account);
    // What is not there may be named, and what a fact is about.
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
            is_there || !is_named || ["cut-short", "ack", "stop"].contains(&key),
            "{key}: {told} {:?}",
            account.rows
        );
    }
}
