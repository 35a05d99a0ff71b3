//! Claims: what a table shall show, as netstat's own lines, as counts, or as a refusal.

use std::ops::Range;

use crate::app::lesson::computers;
use crate::app::lesson::fault::LessonFault;
use crate::app::lesson::words::{Word, Words};
use crate::app::{Condition, EndPattern, SocketPattern, Who};
use crate::tcp::{Errno, Port, PortRange, Protocol, TcpState};

const HELP: &str =
    "write a row as netstat does, `tcp 127.0.0.1:5000 * LISTEN`, or a count, `1 LISTEN`";

/// Takes `once`.
pub(super) fn take_once(words: &mut Words<'_>) -> bool {
    words.take_all("once")
}

/// What a line claims.
pub(super) fn condition(words: Words<'_>) -> Result<Condition, LessonFault> {
    let whole = words.span();
    Ok(match statement(words)? {
        (Condition::Row(of), Some(count)) => Condition::Count { count, of },
        (Condition::Row(of), None) if of.protocol.is_none() => {
            let what = of.state.map_or("rows", TcpState::name);
            let help = format!(
                "say how many: `3 {what}`, `no {what}`; or name the row: `tcp laptop * ESTABLISHED`"
            );
            return Err(LessonFault::new(whole, "a claim without a number").help(help));
        }
        (condition, _) => condition,
    })
}

/// The rows that a line means, whatever their number.
pub(super) fn rows(words: Words<'_>) -> Result<Condition, LessonFault> {
    let whole = words.span();
    match statement(words)? {
        (Condition::Refused(_), _) => Err(LessonFault::new(whole, "this names no rows").help(HELP)),
        (rows, _) => Ok(rows),
    }
}

fn statement(mut words: Words<'_>) -> Result<(Condition, Option<u32>), LessonFault> {
    let Some(first) = words.peek() else {
        return Err(LessonFault::new(words.end(), "the claim is missing").help(HELP));
    };
    if first.is("...") {
        let fault = LessonFault::new(first.span(), "`...` is not in the first line");
        return Err(fault.help("write it at the top of the block"));
    }
    if words.take_all("refused") {
        return Ok((Condition::Refused(refusal(&mut words)?), None));
    }
    if words.take_all("(no rows)") {
        return Ok((Condition::Row(SocketPattern::default()), Some(0)));
    }
    let protocol = |word: &str| {
        let bare = word.strip_suffix('6').unwrap_or(word);
        let protocol = [("tcp", Protocol::Tcp), ("udp", Protocol::Udp)];
        let known = protocol.into_iter().find(|(name, _)| *name == bare)?.1;
        Some((known, bare != word))
    };
    if let Some((protocol, is_v6)) = words.take_if(protocol) {
        let row = SocketPattern {
            protocol: Some(protocol),
            is_v6: Some(is_v6),
            ..SocketPattern::default()
        };
        return Ok((Condition::Row(row_of(words, row, first.span())?), None));
    }
    let (count, of) = counted(words)?;
    Ok((Condition::Row(of), count))
}

fn refusal(words: &mut Words<'_>) -> Result<Errno, LessonFault> {
    let known = || (1..=133).map(Errno).filter_map(|errno| Some((errno.symbol()?, errno)));
    let help = "write the symbol of the error, for example `refused EADDRINUSE`";
    let Some(word) = words.take() else {
        return Err(LessonFault::new(words.end(), "refused how?").help(help));
    };
    let Some((_, errno)) = known().find(|(symbol, _)| word.text == *symbol) else {
        let fault = LessonFault::new(word.span(), format!("unknown error `{}`", word.text));
        return Err(fault.suggest(word.text, known().map(|(symbol, _)| symbol), help));
    };
    words.end_here("the claim ends before it")?;
    Ok(errno)
}

fn state(word: &str) -> Option<TcpState> {
    word.parse().ok()
}

fn unknown_state(word: Word<'_>) -> LessonFault {
    let names = TcpState::ALL.map(TcpState::name);
    let help = format!("the states are {}", names.join(", "));
    let fault = LessonFault::new(word.span(), format!("unknown state `{}`", word.text));
    let written =
        word.text.replace('-', "_").replace("WAIT_", "WAIT").replace("SYN_RECEIVED", "SYN_RECV");
    fault.suggest(&written, names, help)
}

/// A row behind its protocol.
fn row_of(
    mut words: Words<'_>,
    mut row: SocketPattern,
    protocol: Range<usize>,
) -> Result<SocketPattern, LessonFault> {
    let number = |word: &str| word.parse::<u32>().ok();
    row.recv = words.take_if(number);
    let is_pasted = row.recv.is_some();
    if is_pasted {
        let span = words.peek().map_or(words.end(), |word| word.span());
        row.send = words.take_if(number);
        if row.send.is_none() {
            return Err(LessonFault::new(span, "Send-Q is missing").help(
                "netstat writes both queues before the addresses: `tcp 0 0 127.0.0.1:5000 ...`",
            ));
        }
    }
    row.local = computers::take_end(&mut words, "local")?;
    row.foreign = computers::take_end(&mut words, "foreign")?;
    if is_pasted {
        // The kernel chose them, and chooses others next time.
        for end in [&mut row.local, &mut row.foreign] {
            end.port = end.port.filter(|port| *port < PortRange::DEFAULT.low);
        }
    }
    row.state = words.take_if(state);
    let has_none = row.protocol == Some(Protocol::Udp) || words.take_all("*");
    if row.state.is_none() && !has_none {
        let help = "a row of TCP ends with its state, or with * for any";
        let missing = || LessonFault::new(words.end(), "the state is missing").help(help);
        return Err(words.peek().map_or_else(missing, unknown_state));
    }
    if is_pasted && let Some(owner) = words.peek().filter(|word| is_owner(word.text)) {
        row.is_owned = (owner.text != "-").then_some(true);
        // The name of a program may have spaces.
        return possible(row, protocol);
    }
    extras(words, &mut row)?;
    possible(row, protocol)
}

/// Whether netstat writes that for the process with a socket: `1234/nc`, or `-`.
fn is_owner(word: &str) -> bool {
    word == "-" || word.split_once('/').is_some_and(|(pid, _)| pid.parse::<u32>().is_ok())
}

fn extras(mut words: Words<'_>, row: &mut SocketPattern) -> Result<(), LessonFault> {
    while let Some(word) = words.take() {
        if word.is("owner") {
            let owner = words.take_if(|word| match word {
                "none" => Some(false),
                "any" => Some(true),
                _ => None,
            });
            row.is_owned = Some(owner.ok_or_else(|| {
                LessonFault::new(word.span(), "whose?").help("write `owner none` or `owner any`")
            })?);
            continue;
        }
        let queue = if word.is("Recv-Q") {
            &mut row.recv
        } else if word.is("Send-Q") {
            &mut row.send
        } else {
            let fault = word.unexpected();
            return Err(fault.suggest(
                word.text,
                ["Recv-Q", "Send-Q", "owner"],
                "after the state may follow `Recv-Q 3`, `Send-Q 0`, `owner none` or `owner any`",
            ));
        };
        let bytes = words.take_if(|word| word.parse().ok());
        *queue = Some(bytes.ok_or_else(|| {
            LessonFault::new(word.span(), format!("`{}` without a number", word.text))
                .help(format!("write `{} 3`", word.text))
        })?);
    }
    Ok(())
}

/// Refuses rows that no kernel shows.
fn possible(row: SocketPattern, protocol: Range<usize>) -> Result<SocketPattern, LessonFault> {
    let ends = [&row.local, &row.foreign];
    let has_v6 = ends.iter().any(|end| matches!(end.who, Who::Address(ip) if ip.is_ipv6()));
    let wrong = |what: &str, help: &str| Err(LessonFault::new(protocol.clone(), what).help(help));
    if has_v6 && row.is_v6 == Some(false) {
        return wrong("an address of IPv6 in a row of IPv4", "write tcp6 or udp6 at the beginning");
    }
    if row.protocol == Some(Protocol::Udp)
        && row.state.is_some_and(|state| state != TcpState::Established)
    {
        return wrong(
            "UDP has no such state",
            "a UDP row ends after its addresses, or with ESTABLISHED",
        );
    }
    if row.state == Some(TcpState::Listen) && row.foreign != EndPattern::default() {
        return wrong("a row in LISTEN has no foreign end", "write `*` in its place");
    }
    if row.state == Some(TcpState::TimeWait) && row.is_owned == Some(true) {
        return wrong(
            "a row in TIME_WAIT has no owner",
            "the kernel alone keeps it: write `owner none`",
        );
    }
    Ok(row)
}

/// `1 LISTEN`, `laptop ESTABLISHED 8`, `no rows on :5001`: the parts in any order.
fn counted(mut words: Words<'_>) -> Result<(Option<u32>, SocketPattern), LessonFault> {
    let whole = words.span();
    let (mut count, mut of, mut says_rows) = (None, SocketPattern::default(), false);
    let twice = |word: &Word<'_>| word.unexpected().help("the claim has one already");
    while let Some(word) = words.peek() {
        if let Some((_, name, at)) = computers::take(&mut words) {
            if of.local.who != Who::Any {
                return Err(twice(&word));
            }
            of.local.who = Who::Computer(name);
            of.local.port = at.map_or(Ok(None), |at| computers::port(at, &word))?;
            continue;
        }
        words.take();
        if let Some(state) = state(word.text) {
            if of.state.replace(state).is_some() {
                return Err(twice(&word));
            }
        } else if word.is("no") || word.text.starts_with(|c: char| c.is_ascii_digit()) {
            let number = if word.is("no") { Some(0) } else { word.text.parse().ok() };
            let number = number.filter(|number| *number <= MOST).ok_or_else(|| {
                LessonFault::new(word.span(), format!("`{}` is not a number of rows", word.text))
                    .help("write a number from 0 to 100000")
            })?;
            if count.replace(number).is_some() {
                return Err(twice(&word));
            }
        } else if word.is("row") || word.is("rows") {
            says_rows = true;
        } else if word.is("on") {
            of.port = Some(listener(&mut words)?);
        } else if word
            .text
            .chars()
            .all(|c| c.is_ascii_uppercase() || matches!(c, '_' | '-' | '1' | '2'))
        {
            return Err(unknown_state(word));
        } else {
            let fault =
                LessonFault::new(word.span(), format!("unknown word `{}` in a claim", word.text));
            let known = computers::known().chain(["rows", "refused", "once", "tcp", "udp"]);
            return Err(fault.suggest(word.text, known, HELP));
        }
    }
    if of == SocketPattern::default() && !says_rows {
        return Err(
            LessonFault::new(whole, "a number of what?").help("write `3 rows` or `1 LISTEN`")
        );
    }
    Ok((count, of))
}

const MOST: u32 = 100_000;

/// `:5001` behind `on`.
fn listener(words: &mut Words<'_>) -> Result<Port, LessonFault> {
    let end = words.end();
    let word = words.take();
    let port = word.and_then(|word| word.text.strip_prefix(':')?.parse().ok());
    port.filter(|port| *port > 0).map(Port).ok_or_else(|| {
        LessonFault::new(word.map_or(end, |word| word.span()), "on which port?")
            .help("write a colon and a number from 1 to 65535: `on :5001`")
    })
}
