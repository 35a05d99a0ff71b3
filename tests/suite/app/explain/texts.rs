//! Every sentence of the table of texts, with its situation: `snapshots/..._sentences.snap` can be read from top to bottom.

use std::collections::BTreeSet;
use std::fmt::Write;

use fivetuple::app::explain::texts::{SOURCES, entries};
use fivetuple::app::explain::{RowPattern, TextEntry, further, text};
use fivetuple::app::{Account, Content, Fact, RowNow, RowOutcome, Statement, Verb};

use fivetuple::tcp::{Call, Endpoint, Errno, Protocol, SyscallError, TcpState};

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
fn facts(names: &[&str]) -> BTreeSet<Fact> {
    let fact = |name: &&str| *Fact::ALL.iter().find(|it| it.name() == *name).unwrap();
    names.iter().map(fact).collect()
}

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
        facts: facts(&entry.needs),
        at: [Endpoint::new([127, 0, 0, 2], 40_000), Endpoint::new([127, 0, 0, 1], 5000)],
        number: 13,
        detail: String::from("{detail}"),
    }
}

/// Values for the placeholders of messages.
const VALUES: [(&str, &str); 35] = [
    ("addresses", "192.168.1.2"),
    ("at", "127.0.0.1:5000"),
    ("bytes", "13"),
    ("call", "write()"),
    ("client", "laptop"),
    ("descriptors", "1,024"),
    ("errno", "Broken pipe (EPIPE)"),
    ("first", "Test payload."),
    ("from", "127.0.0.2"),
    ("holder", "nc (pid 77)"),
    ("host", "laptop"),
    ("host_ip", "192.168.1.11"),
    ("hosts", "192.168.1.10, .11, .12"),
    ("ip", "192.0.2.1"),
    ("left", "47"),
    ("listener", "127.0.0.1:5000"),
    ("next_port", "5001"),
    ("others", " (3 rows in all)"),
    ("pause", "0.40 s"),
    ("port", "80"),
    ("ports", "8"),
    ("range", "45000-45007"),
    ("reason", "Too many open files (EMFILE)"),
    ("peer", "127.0.0.2:40000"),
    ("row", "127.0.0.1:5000"),
    ("row_port", "5000"),
    ("server_ip", "192.168.1.10"),
    ("state", "ESTABLISHED"),
    ("target", "server.example:5000"),
    ("unprivileged", "1024"),
    ("who", "laptop"),
    ("text", "(the words of another layer)"),
    ("to", "127.0.0.1:5000"),
    ("to_ip", "127.0.0.1"),
    ("to_port", "5000"),
];

/// The same for a statement.
fn statement(key: &'static str, entry: &TextEntry) -> Statement {
    let statement = Statement::new(key.trim_end_matches(SIGNS));
    let is_seen = |need: &&str| entry.needs.contains(need);
    let is_head =
        |head: &&TextEntry| head.keys.contains(&statement.key) && head.needs.iter().all(is_seen);
    let head = entries().iter().find(is_head).filter(|_| key != statement.key);
    let head = head.map_or("", |head| head.text);
    let holes = [head, entry.text].into_iter().flat_map(|text| text.split('{').skip(1));
    let holes = holes.filter_map(|part| part.split(['}', ':']).next());
    let holes = holes.filter(|hole| !["n", "one"].contains(hole));
    let value = |name| match VALUES.iter().find(|(known, _)| *known == name) {
        _ if name == "why" => why(statement.key, &entry.needs),
        Some((_, value)) => (*value).to_owned(),
        None => panic!("{name} has no value in this test"),
    };
    let conditions = entry.needs.iter().map(|need| need.split('/').next().unwrap());
    let is_shown = statement.key.ends_with("-failed") && !entry.needs.contains(&"shell");
    let conditions = conditions.chain(is_shown.then_some("keys"));
    let conditions = conditions.map(|name| (name, String::new()));
    let seen = holes.map(|name| (name, value(name))).chain(conditions);
    seen.fold(statement, |statement, (name, value)| statement.with(name, value))
}

/// The failed call that was seen.
fn why(key: &str, needs: &[&str]) -> String {
    let errno = (1..200)
        .map(Errno)
        .find(|errno| needs.iter().any(|need| need.split('/').next() == errno.symbol()));
    let calls = [("bind", Call::Bind), ("socket", Call::Socket), ("resolve", Call::Resolve)];
    let usual = if key == "listen-failed" { Call::Bind } else { Call::Connect };
    let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    let own = [("reserve", Call::Reserve), ("remote", Call::Remote(ip.into()))];
    let call = calls.into_iter().chain(own).find(|(name, _)| needs.contains(name));
    let call = call.map_or(usual, |(_, call)| call);
    SyscallError { call, errno: errno.unwrap_or(Errno::EINVAL) }.to_string()
}

const SIGNS: [char; 5] = ['+', '?', '!', '>', '*'];

#[test]
fn every_line_of_the_tables_is_an_entry() {
    let lines = SOURCES.iter().flat_map(|text| text.lines());
    let lines = lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    assert_eq!(entries().len(), lines.count());
}

/// Every sentence with its situation, which must lead to it and to no line before it.
#[test]
fn sentences() {
    let mut all = String::new();
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
            assert!(told.contains(constant.unwrap()), "{key} {:?}: {told:?}", entry.needs);
            writeln!(all, " {}\n    {told}", entry.needs.join(" ")).unwrap();
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
