//! Sentences made from what was seen, with the table of texts.

use std::borrow::Cow;

use crate::app::explain::texts::{Evidence, find, possessive};
use crate::app::format::number;
use crate::app::model::{
    Account, Content, Notice, OtherVerb, Remedy, RowNow, RowOutcome, Statement, Verb,
};
use crate::tcp::{Errno, Protocol, TcpState};

/// The signs after a key under which the further parts of its sentence are listed.
pub const PARTS: [&str; 4] = ["+", "?", "!", ">"];

impl Notice {
    /// The text.
    pub fn text(&self) -> String {
        text(&self.content, self.number())
    }
}

impl Notice {
    /// Whether the text has nothing but our own words, and the key that was pressed.
    pub fn is_about_a_key(&self) -> bool {
        matches!(&self.content, Content::Statement(what) if what.key == "no-meaning")
    }
}

impl Remedy {
    /// What it is.
    pub fn text(&self) -> String {
        words(&self.what)
    }
}

/// What happened, and why if that was seen; where there are so many alike, with their number.
pub fn text(content: &Content, number: Option<u32>) -> String {
    match content {
        Content::Account(_, account) => counted(number, key(account), account),
        Content::Statement(statement) => counted(number, statement.key, statement),
    }
}

/// A statement in words: one sentence or more.
pub fn words(statement: &Statement) -> String {
    parts(statement.key, statement)
}

/// The text of a statement under another key, as `-details` after its own; empty where there is none.
pub fn further(statement: &Statement, suffix: &str) -> String {
    find(&format!("{}{suffix}", statement.key), statement).map_or_else(String::new, capitalized)
}

/// A statement in ever fewer words, as the table lists them.
pub fn forms(statement: &Statement) -> Vec<String> {
    let text = find(statement.key, statement).unwrap_or_default();
    text.split(" ¦ ").map(str::to_owned).collect()
}

/// How a connection is kept in that state; in the lab with the keys that do the same.
pub fn how_held(state: TcpState, in_lab: bool) -> String {
    words(&Statement::new("how-kept").when("Lab", in_lab).when(state.name(), true))
}

/// The same, of one among so many alike where there are others.
fn counted(count: Option<u32>, key: &str, evidence: &impl Evidence) -> String {
    let one = parts(key, evidence);
    let Some(count) = count else { return one };
    let many = Many { count, one: &one, evidence };
    find(&format!("{key}*"), &many).map_or(one, capitalized)
}

fn parts(key: &str, evidence: &impl Evidence) -> String {
    let text = find(key, evidence).or_else(|| find(&format!("{key}~"), evidence));
    let mut text = text.unwrap_or_else(|| key.to_owned());
    for part in PARTS {
        let more = find(&format!("{key}{part}"), evidence).unwrap_or_default();
        let space = if more.is_empty() { "" } else { " " };
        text.extend([space, &more]);
    }
    capitalized(text)
}

/// Words that are in lower case where no sentence begins with them.
const CAPITALS: [[&str; 2]; 3] = [
    ["the ", "The "],
    ["this program ", "This program "],
    ["another program ", "Another program "],
];

/// A sentence may begin with a name, as it is, or with one of those words, which then has a capital.
fn capitalized(text: String) -> String {
    if !text.ends_with('.') {
        return text;
    }
    let mut sentences = text.split(". ").map(|sentence| {
        let word = CAPITALS.iter().find(|[word, _]| sentence.starts_with(word));
        word.map_or(sentence.to_owned(), |[word, capital]| sentence.replacen(word, capital, 1))
    });
    let first = sentences.next().unwrap_or_default();
    sentences.fold(first, |text, sentence| text + ". " + &sentence)
}

/// Whether there is anything to say beyond what the rows show.
pub(crate) fn is_worth_telling(account: &Account) -> bool {
    account.verb != Verb::Send || find(key(account), account).is_some()
}

/// Why it happened, if that was seen.
pub(crate) fn reason(account: &Account) -> Option<String> {
    find(&format!("{}?", key(account)), account)
}

/// The word that its texts are listed under.
fn key(account: &Account) -> &'static str {
    let is_udp = account.protocol == Protocol::Udp;
    match account.verb {
        Verb::Broken(Errno::ECONNREFUSED) if is_udp => "udp-refused",
        Verb::Broken(Errno::ECONNRESET) => "reset",
        Verb::Broken(_) => "broken",
        Verb::Abort if is_udp => "udp-abort",
        Verb::Close if is_udp => "udp-close",
        Verb::Connect if is_udp => "udp-connect",
        Verb::Send if is_udp => "udp-send",
        Verb::Send => "send",
        Verb::Stop => "stop",
        Verb::Accept => "accept",
        Verb::Call => "call",
        Verb::Connect => "connect",
        Verb::Ack => "ack",
        Verb::Close => "close",
        Verb::Abort => "abort",
        Verb::HalfClose => "half-close",
        Verb::Fin => "fin",
        Verb::LateData => "late-data",
        Verb::CutShort => "cut-short",
        Verb::TimedOut => "timed-out",
        Verb::Other(OtherVerb::Listen) => "other-listen",
        Verb::Other(OtherVerb::Stop) => "other-stop",
        Verb::Other(OtherVerb::Connect) => "other-connect",
        Verb::Other(OtherVerb::End) => "other-end",
        Verb::Other(OtherVerb::Refused) => "other-refused",
    }
}

impl Evidence for Statement {
    fn has(&self, fact: &str) -> bool {
        self.seen.contains_key(fact)
    }

    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        self.seen.get(name).map(Cow::from)
    }
}

impl Evidence for Account {
    fn rows(&self) -> [RowOutcome; 2] {
        self.rows
    }

    fn has(&self, fact: &str) -> bool {
        self.facts.iter().any(|known| known.name() == fact)
    }

    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let state = |row: RowOutcome| {
            if let RowNow::In(state) = row.after { Some(state.to_string()) } else { None }
        };
        let [own, other] = self.at;
        Some(Cow::Owned(match name {
            "who" => return Some(Cow::from(&self.who)),
            "whom" => return Some(Cow::from(&self.whom)),
            "own" => state(self.rows[0])?,
            "other" => state(self.rows[1])?,
            "from" => self.rows[0].before?.to_string(),
            "here" => own.to_string(),
            "port" => own.port.to_string(),
            "other_port" => other.port.to_string(),
            "peer" => other.to_string(),
            "peer_ip" => other.ip.to_string(),
            "detail" => return Some(Cow::from(&self.detail)),
            "number" => self.number.to_string(),
            "bytes" => number(self.number.into()),
            "own_queue" => number(self.queued[0].into()),
            "other_queue" => number(self.queued[1].into()),
            "changes" => changes(self, "its row"),
            "rows" => changes(self, &possessive(&self.who, "row")),
            "errno" => {
                let Verb::Broken(errno) = self.verb else { return None };
                errno.to_string()
            }
            _ => return None,
        }))
    }
}

/// What the rows alone show: `: its row is gone; the server's row is in CLOSE_WAIT`.
fn changes(account: &Account, own_row: &str) -> String {
    let Account { whom, rows: [own, other], .. } = account;
    let mut text = String::new();
    for (row, RowOutcome { before, after }) in [(own_row, own), (&possessive(whom, "row"), other)] {
        let change = match (before, after) {
            (Some(before), RowNow::In(now)) if before != now => {
                format!("went from {before} to {now}")
            }
            (_, RowNow::In(now)) => format!("is in {now}"),
            (Some(before), RowNow::Gone) => format!("({before}) is gone"),
            (None, RowNow::Gone) => String::from("is gone"),
            (_, RowNow::Unseen) => continue,
        };
        let mark = if text.is_empty() { ": " } else { "; " };
        text.extend([mark, row, " ", &change]);
    }
    text
}

/// One of several alike.
struct Many<'a, S> {
    count: u32,
    one: &'a str,
    evidence: &'a S,
}

impl<S: Evidence> Evidence for Many<'_, S> {
    fn rows(&self) -> [RowOutcome; 2] {
        self.evidence.rows()
    }

    fn has(&self, fact: &str) -> bool {
        self.evidence.has(fact)
    }

    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            "n" => Some(Cow::Owned(number(self.count.into()))),
            "one" => Some(Cow::from(self.one)),
            _ => self.evidence.value(name),
        }
    }
}
