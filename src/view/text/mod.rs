//! Values as short texts, and texts in so many columns.
//!
//! textwrap breaks the lines. Cutting and padding are done here: unicode-truncate takes five times as long for each cell of the table.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use textwrap::{Options, WordSplitter};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::app::format;
use crate::tcp::{Endpoint, Moment, escape, is_legible};
use crate::view::style::glyphs::CUT;

/// An age: seconds, then minutes, then hours, so that an idle screen is not painted every second.
pub(crate) fn age(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

pub(crate) fn short(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1000 => format!("{millis} ms"),
        1000..60_000 => format!("{} s", time.as_secs()),
        _ => age(time),
    }
}

pub(crate) fn left(left: Duration) -> String {
    format!("{} s left", left.as_millis().div_ceil(1000))
}

/// The same, where it is inferred: `~40 s left`, `~2 min left`.
pub(crate) fn about(left: Duration) -> String {
    match left.as_secs() {
        0..100 => format!("~{}", self::left(left)),
        seconds => format!("~{} min left", (seconds + 30) / 60),
    }
}

pub(crate) fn clock(started: Duration, at: Moment) -> String {
    let millis = (started + at.since_start()).as_millis() % 86_400_000;
    let (seconds, millis) = (millis / 1000, millis % 1000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{millis:03}", seconds % 60)
}

pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let (mut tenths, mut unit) = (count / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    match (tenths / 10, tenths % 10) {
        (whole @ 0..100, part) => format!("{whole}.{part} {}", UNITS[unit]),
        (whole, _) => format!("{whole} {}", UNITS[unit]),
    }
}

/// A number with commas: 28,231.
pub(crate) fn number(n: impl TryInto<u64>) -> String {
    format::number(n.try_into().unwrap_or(u64::MAX))
}

/// A number of things: 1 connection, 2 connections.
pub(crate) fn plural(n: impl TryInto<u64>, thing: &str) -> String {
    format::many(n.try_into().unwrap_or(u64::MAX), thing, &format!("{thing}s"))
}

pub(crate) fn width(text: &str) -> usize {
    text.width()
}

pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used >= most {
            break;
        }
        short.push(c);
    }
    if most > 0 {
        short.push_str(CUT);
    }
    short
}

pub(crate) fn fit(text: &str, columns: usize) -> String {
    let mut text = cut(text, columns);
    text.extend(std::iter::repeat_n(' ', columns.saturating_sub(text.width())));
    text
}

pub(crate) fn fitting<T>(room: usize, tries: impl IntoIterator<Item = T>) -> String
where
    T: AsRef<str> + Into<String>,
{
    let mut last = None;
    for text in tries {
        let fits = text.as_ref().width() <= room;
        last = Some(text);
        if fits {
            break;
        }
    }
    last.map_or_else(String::new, Into::into)
}

pub(crate) fn cut_to_fit(tries: impl IntoIterator<Item = String>, room: usize) -> String {
    cut(&fitting(room, tries), room)
}

/// An address in at most `most` columns: its port is never cut.
pub(crate) fn end(end: Endpoint, most: usize) -> String {
    bound_end(end, "", most)
}

/// The same with the interface that its socket is bound to, see [`InterfaceNames`](crate::tcp::InterfaceNames).
pub(crate) fn bound_end(end: Endpoint, interface: &str, most: usize) -> String {
    let text = end.at(interface);
    if text.len() <= most {
        return text;
    }
    if end.canonical() != end {
        return bound_end(end.canonical(), interface, most);
    }
    let tail = format!("{interface}:{}", end.port);
    let room = most.saturating_sub(tail.len());
    match end.ip {
        IpAddr::V4(ip) => cut_front(&ip.to_string(), room) + &tail,
        IpAddr::V6(ip) => format!("[{}]{tail}", cut_middle(&ip.to_string(), room - room.min(2))),
    }
}

/// Both ends of an address in at most `most` columns: neighbours differ at its end, networks at its beginning.
pub(crate) fn cut_middle(address: &str, most: usize) -> String {
    if address.len() <= most {
        return address.to_owned();
    }
    let kept = most.saturating_sub(1);
    let back = address.len().saturating_sub(kept.div_ceil(2));
    format!("{}{CUT}{}", &address[..kept / 2], &address[back..])
}

/// The end of an address in at most `most` columns, whole numbers if possible: neighbours differ at the end.
fn cut_front(address: &str, most: usize) -> String {
    let left = &address[address.len() - most.saturating_sub(1).min(address.len())..];
    let from = left.find('.').map_or(0, |dot| dot + 1);
    format!("{CUT}{}", &left[from..])
}

pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let options = Options::new(columns.max(1)).word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(Cow::into_owned).collect()
}

/// A gauge of `columns`: the filled part, which is blank only for 0, and the rest.
pub(crate) fn gauge(value: u32, most: u32, columns: usize) -> (String, String) {
    let halves = u128::try_from(columns).unwrap_or(0) * 2;
    let share = u128::from(value.min(most)) * halves / u128::from(most.max(1));
    let share = usize::try_from(share).unwrap_or(0);
    let share = share.max(usize::from(value > 0 && columns > 0));
    let filled = "█".repeat(share / 2) + "▌".repeat(share % 2).as_str();
    (filled, "·".repeat(columns - share.div_ceil(2)))
}

/// An untrusted text in printable ASCII. One that is escaped already stays as it is.
pub(crate) fn safe(text: &str) -> String {
    escaped(text, |c| c == ' ' || c.is_ascii_graphic())
}

pub(crate) fn own(text: &str) -> String {
    escaped(text, |c| is_legible(c) && c.width().is_some_and(|width| width > 0))
}

fn escaped(text: &str, stays: fn(char) -> bool) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if stays(c) {
            clean.push(c);
        } else {
            clean.push_str(&escape(c.encode_utf8(&mut [0; 4]).as_bytes()));
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_sizes_are_short() {
        let ages = [0, 59, 61, 7300].map(|seconds| age(Duration::from_secs(seconds)));
        assert_eq!(ages, ["0 s", "59 s", "1 min", "2 h"]);
        let sizes = [0, 999, 1500, 123_456, 2_000_000].map(bytes);
        assert_eq!(sizes, ["0 B", "999 B", "1.5 kB", "123 kB", "2.0 MB"]);
    }

    #[test]
    fn long_texts_are_cut_and_wrapped_at_the_column() {
        assert_eq!(cut("server end", 6), "serve…");
        assert_eq!(fit("ab", 4), "ab  ");
        assert_eq!(wrap("port 5000 has two", 9), ["port 5000", "has two"].map(String::from));
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"].map(String::from));
        assert_eq!(end(Endpoint::new([192, 168, 100, 200], 54240), 15), "…100.200:54240");
        let long: Endpoint = "[2001:db8:1234:5678:9abc:def0:1234:5678]:5000".parse().unwrap();
        assert_eq!(end(long, 23), "[2001:db…234:5678]:5000");
        assert_eq!(bound_end(long, "%eth0", 23), "[2001:…:5678]%eth0:5000");
        assert_eq!(bound_end(long, "%eth0", 4), "[…]%eth0:5000");
    }

    #[test]
    fn strangers_text_is_escaped_once() {
        assert_eq!(safe("a\x1b[2Jé"), r"a\x1b[2J\xc3\xa9");
        assert_eq!(safe(r"a\x1b"), r"a\x1b");
    }
}
