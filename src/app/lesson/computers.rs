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
pub(super) fn take<'a>(words: &mut Words<'a>) -> Option<(&'a str, String, Option<&'a str>)> {
    let word = words.peek().filter(|word| !word.is_quoted)?;
    let (name, port) = split(word.text);
    if known().any(|known| known == name) {
        words.take();
        return Some((word.text, name.to_owned(), port));
    }
    let number = *words.rest().get(1).filter(|_| word.text == "computer")?;
    let (n, port) = split(number.text);
    n.parse().ok().filter(|n: &u8| usize::from(*n) > NAMES.split(' ').count())?;
    words.take();
    words.take();
    Some((number.text, format!("computer {n}"), port))
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
        LessonFault::new(word.span(), format!("`{text}` is not a port"))
            .help("write a number from 1 to 65535, or `*` for any")
    })
}

/// Takes an end as netstat writes it, or with the name of a computer in place of its address; `*` is any.
pub(super) fn take_end(words: &mut Words<'_>, what: &str) -> Result<EndPattern, LessonFault> {
    let Some(word) = words.peek() else {
        return Err(LessonFault::new(words.end(), format!("the {what} address is missing"))
            .help("write 127.0.0.1:5000, laptop, laptop:6000, or * for anything"));
    };
    if let Some((_, name, at)) = take(words) {
        let port = at.map_or(Ok(None), |at| port(at, &word))?;
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
            let (name, _) = split(word.text);
            let fault = LessonFault::new(word.span(), format!("`{}` is not an address", word.text));
            return Err(fault.label(format!("the {what} address")).suggest(
                name,
                known(),
                "write 127.0.0.1:5000, laptop, laptop:6000, or * for anything",
            ));
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
