//! How a lesson names computers and ends of connections.

use std::net::IpAddr;

use crate::app::lesson::fault::LessonFault;
use crate::app::lesson::words::{Word, Words};
use crate::app::model::clients::NAMES;
use crate::app::{EndPattern, Who};
use crate::tcp::Port;

/// The name of the computer that listens.
pub(super) const SERVER: &str = "server";

/// The names that a claim may have for an address.
pub(super) fn known() -> impl Iterator<Item = &'static str> {
    NAMES.split(' ').chain([SERVER])
}

/// Takes a computer, `laptop` or `computer 13`, with `:6000` or `:*` behind it.
pub(super) fn take(words: &mut Words<'_>) -> Result<Option<(String, Option<Port>)>, LessonFault> {
    let Some(word) = words.peek().filter(|word| !word.is_quoted) else { return Ok(None) };
    let (mut name, mut at) = split(word.text);
    let mut full_name = name.to_owned();
    if name == "computer"
        && at.is_none()
        && let Some(number) = words.rest().get(1)
    {
        (name, at) = split(number.text);
        let number = name.parse().ok().filter(|n: &u8| usize::from(*n) > NAMES.split(' ').count());
        let Some(n) = number else { return Ok(None) };
        words.take();
        full_name = format!("computer {n}");
    } else if known().all(|known| known != name) {
        return Ok(None);
    }
    words.take();
    let port = at.map_or(Ok(None), |at| port(at, &word))?;
    Ok(Some((full_name, port)))
}

fn split(word: &str) -> (&str, Option<&str>) {
    word.split_once(':').map_or((word, None), |(name, port)| (name, Some(port)))
}

/// The port behind a colon; `*` is any.
pub(super) fn port(text: &str, word: &Word<'_>) -> Result<Option<Port>, LessonFault> {
    if text == "*" {
        return Ok(None);
    }
    let port = text.parse().ok().filter(|port| *port > 0).map(|port| Some(Port(port)));
    port.ok_or_else(|| {
        let help = "write a number from 1 to 65535, or `*` for any";
        LessonFault::new(word.span(), format!("`{text}` is not a port"), help)
    })
}

/// Takes an end as netstat writes it, or with the name of a computer in place of its address; `*` is any.
pub(super) fn take_end(words: &mut Words<'_>, what: &str) -> Result<EndPattern, LessonFault> {
    let help = "write 127.0.0.1:5000, laptop, laptop:6000, or * for anything";
    let Some(word) = words.peek() else {
        let what = format!("the {what} address is missing");
        return Err(LessonFault::new(words.end(), what, help));
    };
    if let Some((name, port)) = take(words)? {
        return Ok(EndPattern { who: Who::Computer(name), port });
    }
    words.take();
    // netstat writes no brackets: `::1:5000` is a port of ::1.
    let with_port =
        word.text.rsplit_once(':').filter(|(ip, _)| *ip == "*" || address(ip).is_some());
    let (ip, at) = with_port.unwrap_or((word.text, "*"));
    let who = match address(ip) {
        Some(ip) => Who::Address(ip),
        None if ip == "*" => Who::Any,
        None => {
            let message = format!("`{}` is not an address", word.text);
            let fault = LessonFault::new(word.span(), message, help);
            let fault = fault.label(format!("the {what} address"));
            return Err(fault.suggest(split(word.text).0, known()));
        }
    };
    let port = port(at, &word)?;
    let is_none = matches!(&who, Who::Address(ip) if ip.is_unspecified()) && port.is_none();
    Ok(if is_none { EndPattern::default() } else { EndPattern { who, port } })
}

/// An address, in brackets or not, without the interface behind it.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.split('%').next()?.parse().ok()
}
