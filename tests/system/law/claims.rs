//! What a sentence claims of the table: read off its grammar, not off its wording.

use std::net::{IpAddr, SocketAddr};

use regex::Captures;

use super::grammar::{Clause, clauses, pattern};
use super::table::{Name, state};

/// Whose row a claim is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// It does not say, or not clearly.
    Any,
    /// The server's: the end at a port that somebody listens on, or did.
    Server,
    /// The client's.
    Client,
    /// That computer's.
    Of(String),
    /// The other end's than that computer's, or than the server's.
    NotOf(Box<Whose>),
}

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// A row is in one of these states, or has been since the key was pressed.
    Is(Whose, Vec<Name>),
    /// A row was in one of these states.
    Was(Whose, Vec<Name>),
    /// No row is in this state.
    IsNot(Whose, Name),
    /// A row is gone.
    Gone(Whose),
    /// Both rows are gone.
    BothGone,
    /// `Recv-Q` (`true`) or `Send-Q` of a row shows something other than nothing; exactly this, where a number is told.
    Queue(Whose, bool, Option<u32>),
    /// There is a row in LISTEN.
    Listens,
    /// A row in LISTEN is gone: its server stopped listening.
    ListenGone,
    /// The row in LISTEN is still there, or was not changed by what is told.
    ListenUnchanged,
    /// Somebody listens exactly there (`true`), or nobody does.
    ListensAt(bool, Option<IpAddr>, u16),
    /// So many rows are in this state.
    Rows(u32, Name),
    /// So many connections came, went, or are there.
    Connections(u32),
    /// So many connections are at that port.
    ConnectionsAt(u16, u32),
    /// So many connections wait for accept().
    Waiting(u32),
    /// There is such a port.
    Port(u16),
    /// There is such an address.
    Address(IpAddr),
}

pattern!(END, r"\b(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?(-\d)?");
pattern!(RFC, r"RFC \d+(,? (section )?[\d.]*\d)?");
pattern!(PORT, r"\b[Pp]orts? (\d{1,5})\b(-\d)?");
pattern!(
    STATE,
    r"\b(ESTABLISHED|SYN_SENT|SYN_RECV|FIN_WAIT1|FIN_WAIT2|TIME_WAIT|CLOSE_WAIT|LAST_ACK|CLOSING)\b"
);
pattern!(
    NEGATED,
    r"(?i)\b(no|not|without|never|neither|nor|no longer|nothing|nobody|none)\b[^,]*$"
);
pattern!(BUT, r"(?i)\bbut( \w+)?\s*$");
pattern!(OVER, r"^ (is|was|are|were|has been|had been) (over|not |ended|cut|removed|skipped)");
pattern!(
    PAST,
    r"(?i)(\b(from|out of|left)|\b(was|were|been)( still| only| already)?( in)?|\b(was|were|been)\b[^,]* in)\s*$"
);
pattern!(ENDED, r"^[^,]* (was|were|is|are|has been|have been) (ended|cut|removed|over)\b");
pattern!(
    GENERAL,
    r"^ (lasts?|means?|protects?|keeps?|exists?|stands for|is (a|an|the|what|for|not|there to))\b"
);
pattern!(TO_NEXT, r"^ ?(to|->|→) ?(ESTABLISHED|SYN_|FIN_|TIME_|CLOS|LAST_|gone)");
pattern!(
    BOTH,
    r"(?i)\bboth( of)?( the| its| their)? (rows|ends|sockets) (just |all )?(go|goes|went|vanish|vanished|disappeared|(are|were) (gone|removed))\b"
);
pattern!(
    GONE,
    r"(?i)\b(?:is|are|was|were|has|have|had) (?:just |already )?gone\b|(?:->|→) ?gone\b|\brows? (?:just )?(?:goes|go|went|vanished|vanishes|disappeared|disappears)\b|\b(?:end|socket)'s (?:goes|went)\b"
);
pattern!(GOES_ON, r"(?i)\b(?:goes|go|went) (?:from|to|on|into|through|back|by|up|down|over)\b");
pattern!(
    QUEUE,
    r"(?i)\b(Recv|Send)-Q\b(?: (?:is |are |was |of |holds |shows |went |from |now )*(\d[\d,]*)?(?: ?(?:->|→|to) ?(\d[\d,]*))?)?"
);
pattern!(
    ROWS,
    r"\b(\d[\d,]*) (?:rows?\b[^,;:.]*\b(?:in|is|are) ([A-Z_]+\d?)\b|([A-Z_]+\d?) rows?\b)"
);
pattern!(AT_PORT, r"\b[Pp]ort (\d+) (?:now )?has (\d[\d,]*) connections?\b");
pattern!(CONNECTIONS, r"\b(of )?(\d[\d,]*) (?:other |TCP |more )?connections?\b( attempts?)?");
pattern!(
    WAITING,
    r"\b(\d[\d,]*) (?:connections? |callers? |calls? |clients? )?waits? (?:for accept|in (?:the|its) accept queue)"
);
pattern!(
    UNCHANGED,
    r"(?i)\b(still stands|stays|still listens|remains|did not change|has not changed|is unchanged|is untouched)\b"
);
pattern!(
    NOT_LISTENING,
    r"(?i)\b(?:nobody|nothing|no one|no process|no socket) (?:listens|is listening)(?: (?:at|on|there))?(?: port)?(?: (\d{1,3}(?:\.\d{1,3}){3}))?:?(?: ?(\d{1,5}))?\b"
);
pattern!(STOPPED, r"(?i)\bstopped listening\b");
pattern!(
    LISTENING,
    r"(?i)^(?:\S+ )*?(?:is |now )?listening (?:at|on) (?:port )?(\d{1,3}(?:\.\d{1,3}){3})?:?(\d{1,5})\b"
);

pattern!(LISTEN, r"\bLISTEN\b");
pattern!(LISTEN_IS, r"\bLISTEN is (a|an|the)\b");
pattern!(LISTEN_GOES, r"\bLISTEN rows? goe?s?\b");
pattern!(DENIED, r"(?i)\b(not|no|never|nothing)\b[^,]*$");
pattern!(ERRNO, r"\bE[A-Z]{4,}\b");

/// Whether a sentence tells of a call that failed: of what stood in its way when it was made.
pub(super) fn is_refusal(text: &str) -> bool {
    ERRNO.is_match(text)
}

/// What `text` claims; `names` are those of the computers.
pub(super) fn claims(text: &str, names: &[String]) -> Vec<Claim> {
    let mut all = ends(text);
    for clause in clauses(text, names) {
        let text = &clause.text;
        all.extend(
            AT_PORT.captures(text).map(|found| {
                Claim::ConnectionsAt(found[1].parse().unwrap_or(0), number(&found[2]))
            }),
        );
        if !AT_PORT.is_match(text) {
            // "none of 3 connections" is what was asked.
            let found =
                CONNECTIONS.captures(text).filter(|found| found.get(1).or(found.get(3)).is_none());
            all.extend(found.map(|found| Claim::Connections(number(&found[2]))));
        }
        all.extend(WAITING.captures(text).map(|found| Claim::Waiting(number(&found[1]))));
        all.extend(rows(text));
        all.extend(states(&clause));
        all.extend(gone(&clause));
        all.extend(QUEUE.captures_iter(text).filter_map(|found| queue(&clause, &found)));
        all.extend(listeners(text));
    }
    all.dedup();
    all
}

fn number(text: &str) -> u32 {
    text.replace(',', "").parse().unwrap_or(u32::MAX)
}

/// Every port and address that is named anywhere; ranges are settings, not ports.
fn ends(text: &str) -> Vec<Claim> {
    // The sections of a RFC look like addresses.
    let text = &RFC.replace_all(text, "RFC")[..];
    let mut all = Vec::new();
    for found in END.captures_iter(text).filter(|found| found.get(3).is_none()) {
        all.extend(found[1].parse().map(Claim::Address));
        let port = found.get(2).and_then(|port| port.as_str().parse().ok());
        all.extend(port.filter(|port| *port != 0).map(Claim::Port));
    }
    let ports = PORT.captures_iter(text).filter(|found| found.get(2).is_none());
    all.extend(ports.filter_map(|found| found[1].parse().ok().map(Claim::Port)));
    all
}

/// The ends that a sentence names with address and port.
pub(super) fn endpoints(text: &str) -> impl Iterator<Item = SocketAddr> {
    END.captures_iter(text).filter(|found| found.get(3).is_none()).filter_map(|found| {
        let port = found.get(2)?.as_str().parse().ok()?;
        Some(SocketAddr::new(found[1].parse().ok()?, port))
    })
}

fn rows(text: &str) -> Option<Claim> {
    let found = ROWS.captures(text)?;
    let name = state(found.get(2).or(found.get(3))?.as_str())?;
    let is_ended = ENDED.is_match(&text[found.get(0)?.end()..]);
    (!is_ended).then(|| Claim::Rows(number(&found[1]), name))
}

fn states(clause: &Clause) -> Vec<Claim> {
    let text = &clause.text;
    let mut all: Vec<Claim> = Vec::new();
    let mut end_before = None;
    for found in STATE.find_iter(text) {
        let Some(name) = state(found.as_str()) else { continue };
        let (before, after) = (&text[..found.start()], &text[found.end()..]);
        // "FIN_WAIT1 or FIN_WAIT2" is one claim.
        if end_before.is_some_and(|end: usize| &text[end..found.start()] == " or ") {
            if let Some(Claim::Is(_, names) | Claim::Was(_, names)) = all.last_mut() {
                names.push(name);
            }
            end_before = Some(found.end());
            continue;
        }
        end_before = Some(found.end());
        let whose = clause.whose(found.start(), found.end());
        if GENERAL.is_match(after) {
            continue;
        }
        all.push(if NEGATED.is_match(before) && !BUT.is_match(before) || OVER.is_match(after) {
            Claim::IsNot(whose, name)
        } else if PAST.is_match(before) || ENDED.is_match(after) || TO_NEXT.is_match(after) {
            Claim::Was(whose, vec![name])
        } else {
            Claim::Is(whose, vec![name])
        });
    }
    all
}

fn gone(clause: &Clause) -> Vec<Claim> {
    let text = &clause.text;
    if text.contains("LISTEN") {
        let goes = GONE.is_match(text) || LISTEN_GOES.is_match(text);
        return Vec::from_iter(goes.then_some(Claim::ListenGone));
    }
    if BOTH.is_match(text) {
        return vec![Claim::BothGone];
    }
    let found = GONE.find_iter(text).find(|found| {
        let goes_on = GOES_ON.find(&text[found.start()..]);
        let is_negated = DENIED.is_match(&text[..found.start()]);
        goes_on.is_none_or(|on| on.start() > found.len()) && !is_negated
    });
    found.map(|found| Claim::Gone(clause.whose(found.start(), found.end()))).into_iter().collect()
}

fn queue(clause: &Clause, found: &Captures<'_>) -> Option<Claim> {
    let whose = clause.whose(found.get(0)?.start(), found.get(1)?.end() + "-Q".len());
    let value = found.get(3).or(found.get(2)).map(|value| number(value.as_str()));
    Some(Claim::Queue(whose, &found[1] == "Recv", value))
}

fn listeners(text: &str) -> Vec<Claim> {
    let mut all = Vec::new();
    let end = |found: &Captures<'_>, ip, port| {
        let ip = found.get(ip).and_then(|ip| ip.as_str().parse().ok());
        Some((ip, found.get(port)?.as_str().parse().ok()?))
    };
    if STOPPED.is_match(text) {
        all.push(Claim::ListenGone);
    } else if let Some((ip, port)) =
        NOT_LISTENING.captures(text).and_then(|found| end(&found, 1, 2))
    {
        all.push(Claim::ListensAt(false, ip, port));
    } else if let Some((ip, port)) = LISTENING.captures(text).and_then(|found| end(&found, 1, 2)) {
        all.push(Claim::ListensAt(true, ip, port));
    }
    if LISTEN.is_match(text) && !LISTEN_IS.is_match(text) && !ROWS.is_match(text) {
        let is_gone = GONE.is_match(text) || LISTEN_GOES.is_match(text);
        if UNCHANGED.is_match(text) {
            all.push(Claim::ListenUnchanged);
        } else if !is_gone && !NEGATED.is_match(text.split("LISTEN").next().unwrap_or_default()) {
            all.push(Claim::Listens);
        }
    }
    all
}
