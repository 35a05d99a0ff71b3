//! Sentences made from what was seen: from the table of texts, or from the row changes where no entry matches.

use crate::app::explain::texts;
use crate::app::format::{many, number};
use crate::app::model::{Account, Fact, RowNow, RowOutcome, Verb};
use crate::tcp::{Errno, Protocol};

/// What happened, and why if that was seen.
pub fn sentence(account: &Account) -> String {
    let key = key(account);
    let text = texts::find(key, account);
    let mut text = text.map_or_else(|| row_changes(account), |text| fill(text, account));
    for part in ["+", "?"] {
        if let Some(more) = texts::find(&format!("{key}{part}"), account) {
            text.extend([" ", &fill(more, account)]);
        }
    }
    // A sentence may begin with "the server".
    let text = text.replace(". the ", ". The ");
    match text.strip_prefix("the ") {
        Some(rest) => format!("The {rest}"),
        None => text,
    }
}

/// The same, of one connection among so many alike where there are others.
pub(crate) fn told(number: Option<u32>, account: &Account) -> String {
    number.map_or_else(|| sentence(account), |number| one_of(number, account))
}

fn one_of(n: u32, account: &Account) -> String {
    let some = match account.protocol {
        Protocol::Tcp => many(u64::from(n), "connection", "connections"),
        Protocol::Udp => many(u64::from(n), "UDP socket", "UDP sockets"),
    };
    let were = if n == 1 { "was" } else { "were" };
    let one = sentence(account);
    let done = match account.verb {
        Verb::Call => {
            let n = number(u64::from(n));
            return format!("{n} connection attempts had no answer at once. One of them: {one}");
        }
        Verb::Send => {
            let n = number(u64::from(n));
            return format!("Data was sent {n} times. One of them: {one}");
        }
        Verb::Stop => "no longer listened for",
        Verb::Accept => "accepted",
        Verb::Connect | Verb::Ack => "made",
        Verb::Close if account.facts.contains(&Fact::PeerFin) => "closed at the other end too",
        Verb::Close | Verb::Fin => "closed",
        Verb::Abort => "aborted",
        Verb::HalfClose => "half-closed",
        Verb::Broken(_) | Verb::LateData => "broken",
        Verb::CutShort => "taken out of TIME_WAIT by RST",
    };
    format!("{some} {were} {done}. One of them: {one}")
}

/// Whether there is anything to say beyond what the rows show.
pub(crate) fn is_worth_telling(account: &Account) -> bool {
    account.verb != Verb::Send || texts::find(key(account), account).is_some()
}

/// Why it happened, if that was seen.
pub(crate) fn reason(account: &Account) -> Option<String> {
    let why = texts::find(&format!("{}?", key(account)), account)?;
    Some(fill(why, account))
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
    }
}

/// The sentence from the system call and the row changes alone.
fn row_changes(account: &Account) -> String {
    let Account { who, whom, rows: [own, other], .. } = account;
    let did = match account.verb {
        Verb::Send => "sent data",
        Verb::Stop => "stopped listening",
        Verb::Accept => "accepted a connection",
        Verb::Call => "is connecting",
        Verb::Connect | Verb::Ack => "connected",
        Verb::Close => "closed",
        Verb::Abort => "aborted",
        Verb::HalfClose => "half-closed",
        Verb::Broken(_) => "lost its connection",
        Verb::Fin => "sent its FIN",
        Verb::LateData => "answered data that arrived late with RST",
        Verb::CutShort => "left TIME_WAIT",
    };
    let mut text = format!("{who} {did}");
    let mut mark = ": ";
    for (row, RowOutcome { before, after }) in [("its", own), (&*format!("{whom}'s"), other)] {
        let change = match (before, after) {
            (Some(before), RowNow::In(now)) if before != now => {
                format!("row went from {before} to {now}")
            }
            (_, RowNow::In(now)) => format!("row is in {now}"),
            (Some(before), RowNow::Gone) => format!("row ({before}) is gone"),
            (None, RowNow::Gone) => String::from("row is gone"),
            (_, RowNow::Unseen) => continue,
        };
        text.extend([mark, row, " ", &change]);
        mark = "; ";
    }
    text + "."
}

/// A text with its placeholders replaced.
fn fill(text: &str, account: &Account) -> String {
    let [own, other] = account.rows.map(|row| match row.after {
        RowNow::In(state) => state.to_string(),
        RowNow::Gone | RowNow::Unseen => String::new(),
    });
    let errno =
        if let Verb::Broken(errno) = account.verb { errno.to_string() } else { String::new() };
    let from = account.rows[0].before;
    let holes = [
        ("{who}", account.who.clone()),
        ("{whom}", account.whom.clone()),
        ("{own}", own),
        ("{other}", other),
        ("{from}", from.map_or_else(String::new, |state| state.to_string())),
        ("{port}", account.at[0].port.to_string()),
        ("{other_port}", account.at[1].port.to_string()),
        ("{peer}", account.at[1].to_string()),
        ("{peer_ip}", account.at[1].ip.to_string()),
        ("{detail}", account.detail.clone()),
        ("{number}", account.number.to_string()),
        ("{bytes}", many(u64::from(account.number), "byte", "bytes")),
        ("{errno}", errno),
    ];
    holes.iter().fold(text.to_owned(), |text, (hole, with)| text.replace(hole, with))
}
