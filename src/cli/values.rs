//! Parsers of the values on the command line; an error says what is valid.
//!
//! Times are read by jiff. clap's own ranges say "invalid digit found in string" for a word in place of a number.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::tcp::{Host, Port};

/// The bytes that a client sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload(pub Vec<u8>);

/// A parser of numbers in that range.
pub(super) fn within<N>(range: RangeInclusive<u32>) -> impl Fn(&str) -> Result<N, String> + Clone
where
    N: TryFrom<u32>,
{
    move |text| {
        let number = text.parse().ok().filter(|n| range.contains(n));
        let number = number.and_then(|n| N::try_from(n).ok());
        number.ok_or_else(|| format!("{text} is not in {}..={}", range.start(), range.end()))
    }
}

pub(super) fn parse_payload(text: &str) -> Result<Payload, &'static str> {
    crate::tcp::unescape(text).map(Payload)
}

pub(super) fn parse_port(text: &str) -> Result<Port, &'static str> {
    const WRONG: &str = "a port is a number from 1 to 65535";
    text.parse::<u16>().ok().filter(|port| *port > 0).map(Port).ok_or(WRONG)
}

pub(super) fn parse_port_or_any(text: &str) -> Result<u16, &'static str> {
    const WRONG: &str = "a port is a number from 1 to 65535; 0 lets the kernel choose";
    text.parse().map_err(|_| WRONG)
}

const MAX_TIME: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn parse_computer(name: &str) -> Result<Host, String> {
    Host::named(name).ok_or_else(|| {
        let names: Vec<&str> = Host::in_a_lab().filter_map(Host::name).collect();
        format!("the computers are {}", names.join(", "))
    })
}

pub(super) fn parse_time(text: &str) -> Result<Duration, String> {
    // As for sleep(1), a number without a unit is in seconds.
    let unit = if text.ends_with(|c: char| c.is_ascii_digit()) { "s" } else { "" };
    let span: jiff::SignedDuration = format!("{text}{unit}").parse().map_err(|_| {
        String::from("write a time of up to 24h, for example 5 (seconds), 500ms or 2m")
    })?;
    let time = Duration::try_from(span).map_err(|_| "a time cannot be negative".to_owned())?;
    if time > MAX_TIME {
        return Err("a time is at most 24h".to_owned());
    }
    Ok(time)
}
