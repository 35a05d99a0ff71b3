use std::time::Duration;

use crate::tcp::{Protocol, WireSegment};

/// A number with commas: 28,232.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    groups.map(String::from_utf8_lossy).collect::<Vec<_>>().join(",")
}

/// `1 connection`, `2 connections`.
pub fn many(n: u64, one: &str, more: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { more })
}

/// So many connections; UDP has none, only sockets.
pub(crate) fn sockets(n: u64, protocol: Protocol) -> String {
    match protocol {
        Protocol::Tcp => many(n, "connection", "connections"),
        Protocol::Udp => many(n, "UDP socket", "UDP sockets"),
    }
}

pub(crate) fn times(n: &str) -> String {
    if n == "1" { "once".to_owned() } else { format!("{n} times") }
}

/// A time that was set: 100 ms, 2 s.
pub fn brief(time: std::time::Duration) -> String {
    match time.as_millis() {
        millis if millis >= 1000 && millis % 1000 == 0 => format!("{} s", millis / 1000),
        millis @ 0..1000 => format!("{millis} ms"),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}

/// How long a segment was held, and how long it travelled, where that is worth a word: `held 8.21 s, took 0.40 s`.
pub fn way(crossing: &WireSegment) -> String {
    let part =
        |what, time: Duration| (time >= NOTABLE).then(|| format!("{what} {}", seconds(time)));
    let travelled = crossing.travelled().and_then(|time| part("took", time));
    let parts: Vec<String> = part("held", crossing.held).into_iter().chain(travelled).collect();
    parts.join(", ")
}

/// Segments travel for less than that without being noticed.
const NOTABLE: Duration = Duration::from_millis(10);

/// 0.42 s, 12 s.
pub(crate) fn seconds(time: Duration) -> String {
    let s = time.as_secs_f64();
    match s {
        s if s < 0.001 => "less than 1 ms".to_owned(),
        s if s < 0.1 => format!("{:.0} ms", s * 1e3),
        s if s < 10.0 => format!("{s:.2} s"),
        s => format!("{s:.0} s"),
    }
}
