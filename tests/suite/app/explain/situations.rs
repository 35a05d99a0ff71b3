//! The situation that an entry of the tables of texts is meant for, and nothing beyond it.

use std::collections::BTreeSet;

use fivetuple::app::explain::texts::entries;
use fivetuple::app::explain::{RowPattern, TextEntry};
use fivetuple::app::{Account, Fact, OtherVerb, RowNow, RowOutcome, Statement, Verb};
use fivetuple::tcp::{Call, Endpoint, Errno, Protocol, SyscallError, TcpState};

/// What the word in the first column stands for.
pub(super) const VERBS: [(&str, Verb, Protocol); 25] = [
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
    ("other-listen", Verb::Other(OtherVerb::Listen), Protocol::Tcp),
    ("other-stop", Verb::Other(OtherVerb::Stop), Protocol::Tcp),
    ("other-connect", Verb::Other(OtherVerb::Connect), Protocol::Tcp),
    ("other-end", Verb::Other(OtherVerb::End), Protocol::Tcp),
    ("other-refused", Verb::Other(OtherVerb::Refused), Protocol::Tcp),
    ("timed-out", Verb::TimedOut, Protocol::Tcp),
    ("udp-close", Verb::Close, Protocol::Udp),
    ("udp-abort", Verb::Abort, Protocol::Udp),
    ("udp-refused", Verb::Broken(Errno::ECONNREFUSED), Protocol::Udp),
];

/// The situation that an entry is meant for, and nothing beyond it.
pub(super) fn facts(names: &[&str]) -> BTreeSet<Fact> {
    // "A/B" is met by A.
    let fact = |name: &&str| {
        let name = name.split('/').next();
        *Fact::ALL.iter().find(|it| Some(it.name()) == name).unwrap()
    };
    names.iter().map(fact).collect()
}

pub(super) fn situation(key: &str, entry: &TextEntry) -> Account {
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
    let client = if verb == Verb::Fin { "curl (127.0.0.1:40000)" } else { "laptop" };
    let client = (client, Endpoint::new([127, 0, 0, 2], 40_000));
    let server = ("the server", Endpoint::new([127, 0, 0, 1], 5000));
    let is_servers = matches!(verb, Verb::Accept | Verb::Stop);
    let [own, other] = if is_servers { [server, client] } else { [client, server] };
    let needs = |name| entry.needs.contains(&name);
    let detail = match () {
        () if needs("WireSlow") => "100 ms",
        () if needs("FromRange") => "40000-40009",
        () => "0.0.0.0",
    };
    Account {
        verb,
        protocol,
        who: String::from(own.0),
        whom: String::from(other.0),
        rows: entry.rows.map(row),
        facts: facts(&entry.needs),
        at: [own.1, other.1],
        number: 13,
        queued: [6, 7],
        detail: String::from(detail),
    }
}

/// Values for the placeholders of messages.
pub(super) const VALUES: &[(&str, &str)] = &[
    ("addresses", "192.168.1.2"),
    ("all", "64,512"),
    ("asked", "9"),
    ("at", "127.0.0.1:5000"),
    ("before", "12"),
    ("bytes", "13"),
    ("call", "write()"),
    ("calls", "7"),
    ("client", "laptop"),
    ("command", "`netstat -atnp`"),
    ("computers", "4"),
    ("connections", "2"),
    ("claim", "laptop ESTABLISHED 8"),
    ("count", "13"),
    ("data", "12"),
    ("delay", "100 ms"),
    ("descriptors", "1,024"),
    ("detail", "100 ms"),
    ("differing", "the local port differs"),
    ("ends", "3 connections"),
    ("done", "3"),
    ("errno", "Broken pipe (EPIPE)"),
    ("even", "4"),
    ("files", "fivetuple.c and fivetuple.py"),
    ("find", "127"),
    ("first", "Test payload."),
    ("form", "L"),
    ("found", "7"),
    ("flag", "FIN"),
    ("frames", "3"),
    ("from", "127.0.0.2"),
    ("helps", "Try it as root."),
    ("holding", "b"),
    ("holder", "nc (pid 77)"),
    ("host", "laptop"),
    ("host_ip", "192.168.1.11"),
    ("hosts", "192.168.1.10, .11, .12"),
    ("ip", "192.0.2.1"),
    ("kept", "64"),
    ("key", "e"),
    ("keys", "3"),
    ("left", "47"),
    ("limit", "1,024"),
    ("listener", "127.0.0.1:5000"),
    ("listeners", "1"),
    ("many", "5"),
    ("marked", "a"),
    ("meaning", "open"),
    ("more", "4"),
    ("most", "8"),
    ("newest", "9"),
    ("name", "server.example"),
    ("names", "net.core.somaxconn"),
    ("near", "tcp 127.0.0.2:40000 127.0.0.1:5000 FIN_WAIT2"),
    ("needed", "6.3"),
    ("next", "1.20 s"),
    ("next_port", "5001"),
    ("number", "3"),
    ("odd", "0"),
    ("open", "2"),
    ("opened", "7 connections"),
    ("others", " (3 rows in all)"),
    ("owner", "python3"),
    ("own", "5.15"),
    ("pause", "0.40 s"),
    ("peer", "127.0.0.2:40000"),
    ("pid", "77"),
    ("port", "80"),
    ("port_list", "ports 45000, 45001"),
    ("ports", "8"),
    ("promised", "2"),
    ("range", "45000-45007"),
    ("reason", "Too many open files (EMFILE)"),
    ("reserved", "7"),
    ("round_trip", "200 ms"),
    ("row", "127.0.0.1:5000"),
    ("row_port", "5000"),
    ("rows", "tcp 127.0.0.2:40000 127.0.0.1:5000 FIN_WAIT2"),
    ("seconds", "10"),
    ("segment", "laptop's SYN"),
    ("segments", "5"),
    ("server", "the server"),
    ("server_ip", "192.168.1.10"),
    ("size", "64"),
    ("sockets", "2"),
    ("state", "ESTABLISHED"),
    ("step", "unshare()"),
    ("syscalls", "shutdown(3, SHUT_WR); close(4)"),
    ("table", "laptop's table"),
    ("target", "server.example:5000"),
    ("text", "(the words of another layer)"),
    ("times", "2,040"),
    ("to", "127.0.0.1:5000"),
    ("to_ip", "127.0.0.1"),
    ("to_port", "5000"),
    ("took", "0.42 s"),
    ("unanswered", "2"),
    ("unread", "not read yet"),
    ("unprivileged", "1024"),
    ("used", "40"),
    ("user", "1000"),
    ("verb", "half-close"),
    ("view", "both ends"),
    ("waiting", "3"),
    ("waits_for", "connect() has not been answered yet"),
    ("what", "row"),
    ("where", "45000-45007"),
    ("who", "laptop"),
    ("whom", "phone"),
];

/// The same for a statement.
pub(super) fn statement(key: &'static str, entry: &TextEntry) -> Statement {
    let statement = Statement::new(key.trim_end_matches(SIGNS));
    let is_seen = |need: &&str| entry.needs.contains(need);
    let is_head =
        |head: &&TextEntry| head.keys.contains(&statement.key) && head.needs.iter().all(is_seen);
    let head = entries().iter().find(is_head).filter(|_| key != statement.key);
    let head = head.map_or("", |head| head.text);
    let has_sum = [head, entry.text].iter().any(|text| text.contains("-sum}"));
    let sum = if has_sum { "{limit}{kept}{used}" } else { "" };
    let holes = [head, sum, entry.text].into_iter().flat_map(holes);
    // A placeholder with a hyphen is another text.
    let holes = holes.filter(|hole| !["n", "one"].contains(hole) && !hole.contains('-'));
    let value = |name| match VALUES.iter().find(|(known, _)| *known == name) {
        _ if name == "why" => why(statement.key, &entry.needs),
        Some((_, value)) => (*value).to_owned(),
        None => panic!("{name} has no value in this test"),
    };
    let conditions = entry.needs.iter().map(|need| need.split('/').next().unwrap());
    let is_shown = statement.key.ends_with("-failed") && !entry.needs.contains(&"shell");
    let conditions = conditions.chain(is_shown.then_some("keys"));
    let is_state = ["held-state", "how-kept"].contains(&statement.key) && entry.needs.len() < 2;
    let conditions = conditions.chain(is_state.then_some("SYN_SENT"));
    let conditions = conditions.map(|name| (name, String::new()));
    let form = is_shown.then(|| ("form", String::from("L")));
    let seen = holes.map(|name| (name, value(name))).chain(conditions).chain(form);
    seen.fold(statement, |statement, (name, value)| statement.with(name, value))
}

/// The names of the placeholders in a text.
pub(super) fn holes(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split('{').skip(1).filter_map(|part| part.split(['}', ':']).next())
}

/// The failed call that was seen.
pub(super) fn why(key: &str, needs: &[&str]) -> String {
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

pub(super) const SIGNS: [char; 6] = ['+', '?', '!', '>', '*', '~'];
