//! Claims: what a table shall show, as netstat's own lines, as counts, or as a refusal.

use std::ops::Range;

use crate::app::lesson::computers;
use crate::app::lesson::fault::LessonFault;
use crate::app::lesson::words::{Word, Words};
use crate::app::{Condition, EndPattern, SocketPattern, Who};
use crate::tcp::{Errno, Port, PortRange, Protocol, TcpState};

const HELP: &str =
    "write a row as netstat does, `tcp 127.0.0.1:5000 * LISTEN`, or a count, `1 LISTEN`";

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
            return Err(LessonFault::new(whole, "a claim without a number", help));
        }
        (condition, _) => condition,
    })
}

/// The rows that a line means, whatever their number.
pub(super) fn rows(words: Words<'_>) -> Result<Condition, LessonFault> {
    let whole = words.span();
    match statement(words)? {
        (Condition::Refused(_), _) => Err(LessonFault::new(whole, "this names no rows", HELP)),
        (rows, _) => Ok(rows),
    }
}

fn statement(mut words: Words<'_>) -> Result<(Condition, Option<u32>), LessonFault> {
    let Some(first) = words.peek() else {
        return Err(LessonFault::new(words.end(), "the claim is missing", HELP));
    };
    if first.is("...") {
        let help = "write it at the top of the block";
        return Err(LessonFault::new(first.span(), "`...` is not in the first line", help));
    }
    if words.take_all("refused") {
        return Ok((Condition::Refused(refusal(&mut words)?), None));
    }
    if words.take_all("(no rows)") {
        return Ok((Condition::Row(SocketPattern::default()), Some(0)));
    }
    let protocol = |word: &str| {
        let bare = word.strip_suffix('6').unwrap_or(word);
        let protocol = match bare {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            _ => return None,
        };
        Some((Some(protocol), Some(bare != word)))
    };
    if let Some((protocol, is_v6)) = words.take_if(protocol) {
        let row = SocketPattern { protocol, is_v6, ..SocketPattern::default() };
        return Ok((Condition::Row(row_of(words, row, first.span())?), None));
    }
    let (count, of) = counted(words)?;
    Ok((Condition::Row(of), count))
}

fn refusal(words: &mut Words<'_>) -> Result<Errno, LessonFault> {
    let known = || (1..=133).map(Errno).filter_map(|errno| Some((errno.symbol()?, errno)));
    let help = "write the symbol of the error, for example `refused EADDRINUSE`";
    let Some(word) = words.take() else {
        return Err(LessonFault::new(words.end(), "refused how?", help));
    };
    let Some((_, errno)) = known().find(|(symbol, _)| word.text == *symbol) else {
        let fault = LessonFault::new(word.span(), format!("unknown error `{}`", word.text), help);
        return Err(fault.suggest(word.text, known().map(|(symbol, _)| symbol)));
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
    let fault = LessonFault::new(word.span(), format!("unknown state `{}`", word.text), help);
    let written =
        word.text.replace('-', "_").replace("WAIT_", "WAIT").replace("SYN_RECEIVED", "SYN_RECV");
    fault.suggest(&written, names)
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
        let help = "netstat writes both queues before the addresses: `tcp 0 0 127.0.0.1:5000 ...`";
        row.send = Some(words.need(number, "Send-Q is missing", help)?);
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
        let missing = || LessonFault::new(words.end(), "the state is missing", help);
        return Err(words.peek().map_or_else(missing, unknown_state));
    }
    match words.peek().filter(|word| is_pasted && is_owner(word.text)) {
        // The name of a program may have spaces.
        Some(owner) => row.is_owned = (owner.text != "-").then_some(true),
        None => extras(words, &mut row)?,
    }
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
            let whose =
                || LessonFault::new(word.span(), "whose?", "write `owner none` or `owner any`");
            row.is_owned = Some(owner.ok_or_else(whose)?);
            continue;
        }
        let queue = if word.is("Recv-Q") {
            &mut row.recv
        } else if word.is("Send-Q") {
            &mut row.send
        } else {
            let fault = word.unexpected(
                "after the state may follow `Recv-Q 3`, `Send-Q 0`, `owner none` or `owner any`",
            );
            return Err(fault.suggest(word.text, ["Recv-Q", "Send-Q", "owner"]));
        };
        let bytes = words.take_if(|word| word.parse().ok());
        *queue = Some(bytes.ok_or_else(|| {
            let what = format!("`{}` without a number", word.text);
            LessonFault::new(word.span(), what, format!("write `{} 3`", word.text))
        })?);
    }
    Ok(())
}

/// Refuses rows that no kernel shows.
fn possible(row: SocketPattern, protocol: Range<usize>) -> Result<SocketPattern, LessonFault> {
    let ends = [&row.local, &row.foreign];
    let has_v6 = ends.iter().any(|end| matches!(end.who, Who::Address(ip) if ip.is_ipv6()));
    let wrong = |what: &str, help: &str| Err(LessonFault::new(protocol.clone(), what, help));
    if has_v6 && row.is_v6 == Some(false) {
        return wrong("an address of IPv6 in a row of IPv4", "write tcp6 or udp6 at the beginning");
    }
    let is_plain = matches!(row.state, None | Some(TcpState::Established));
    if row.protocol == Some(Protocol::Udp) && !is_plain {
        let help = "a UDP row ends after its addresses, or with ESTABLISHED";
        return wrong("UDP has no such state", help);
    }
    if row.state == Some(TcpState::Listen) && row.foreign != EndPattern::default() {
        return wrong("a row in LISTEN has no foreign end", "write `*` in its place");
    }
    if row.state == Some(TcpState::TimeWait) && row.is_owned == Some(true) {
        let help = "the kernel alone keeps it: write `owner none`";
        return wrong("a row in TIME_WAIT has no owner", help);
    }
    Ok(row)
}

/// `1 LISTEN`, `laptop ESTABLISHED 8`, `no rows on :5001`: the parts in any order.
fn counted(mut words: Words<'_>) -> Result<(Option<u32>, SocketPattern), LessonFault> {
    let whole = words.span();
    let (mut count, mut of, mut says_rows) = (None, SocketPattern::default(), false);
    let twice = |word: &Word<'_>| Err(word.unexpected("the claim has one already"));
    while let Some(word) = words.peek() {
        if let Some((name, port)) = computers::take(&mut words)? {
            if of.local.who != Who::Any {
                return twice(&word);
            }
            of.local = EndPattern { who: Who::Computer(name), port };
            continue;
        }
        words.take();
        if let Some(state) = state(word.text) {
            if of.state.replace(state).is_some() {
                return twice(&word);
            }
        } else if word.is("no") || word.text.starts_with(|c: char| c.is_ascii_digit()) {
            let number = if word.is("no") { Some(0) } else { word.text.parse().ok() };
            let number = number.filter(|number| *number <= MOST).ok_or_else(|| {
                let what = format!("`{}` is not a number of rows", word.text);
                LessonFault::new(word.span(), what, "write a number from 0 to 100000")
            })?;
            if count.replace(number).is_some() {
                return twice(&word);
            }
        } else if word.is("row") || word.is("rows") {
            says_rows = true;
        } else if word.is("on") {
            let port = |word: &str| word.strip_prefix(':')?.parse().ok().filter(|port| *port > 0);
            let help = "write a colon and a number from 1 to 65535: `on :5001`";
            of.port = Some(Port(words.need(port, "on which port?", help)?));
        } else if word
            .text
            .chars()
            .all(|c| c.is_ascii_uppercase() || matches!(c, '_' | '-' | '1' | '2'))
        {
            return Err(unknown_state(word));
        } else {
            let what = format!("unknown word `{}` in a claim", word.text);
            let known = computers::known().chain(["rows", "refused", "once", "tcp", "udp"]);
            return Err(LessonFault::new(word.span(), what, HELP).suggest(word.text, known));
        }
    }
    if of == SocketPattern::default() && !says_rows {
        let help = "write `3 rows` or `1 LISTEN`";
        return Err(LessonFault::new(whole, "a number of what?", help));
    }
    Ok((count, of))
}

const MOST: u32 = 100_000;
