//! Sentences about how a connection ends: what is said must be what the kernel's table shows afterwards.

use std::time::Duration;

use crate::app::State;
use crate::app::explain::{close_in_transit, data_after_close, half_open, self_connect};
use crate::app::format::number;
use crate::app::model::Topic;
use crate::app::query::Transit;
use crate::app::query::names::client_name;
use crate::app::query::peers::is_stranger;
use crate::app::query::port_holders::holders;
use crate::app::query::unread::has_unread;
use crate::app::table::TableRow;
use crate::tcp::{CloseKind, Errno, Flags, Protocol, ServerCloses, SocketId, TcpState};

/// What to say about an end that is closed, if it is worth a sentence: the second of two ends mostly is not.
pub(crate) fn words(state: &State, end: SocketId, how: CloseKind) -> Option<(Topic, String)> {
    let is_clients = state.clients.holder_of(end).is_some();
    if !is_clients && !state.server.ends.contains(end) {
        // Taken out already, by a reset: that was the sentence.
        return None;
    }
    let sign = match how {
        CloseKind::Close if is_clients || !has_unread(state, end) => Flags::FIN,
        CloseKind::Close | CloseKind::Abort | CloseKind::Broken(_) => Flags::RST,
    };
    let passage = state.passage(end, sign);
    let went = match how {
        CloseKind::Abort => Topic::Aborted,
        CloseKind::Broken(_) => Topic::Broke,
        CloseKind::Close if state.peer_has_closed(end) => Topic::WentToo,
        CloseKind::Close => Topic::Went,
    };
    let is_to_itself = end.tuple.is_to_itself() && end.tuple.protocol == Protocol::Tcp;
    match how {
        CloseKind::Close if is_to_itself => {
            self_connect::hung_up(state, end).map(|text| (went, text))
        }
        CloseKind::Abort if is_to_itself => Some((went, self_connect::aborted(state, end))),
        CloseKind::Close | CloseKind::Abort
            if state.is_half_open(end) && !close_in_transit::has_hung_up_first(state, end) =>
        {
            Some((went, half_open::closed(state, end, how, passage)))
        }
        // The RST was there before: nothing is sent any more, and whoever aborted tells of both rows.
        CloseKind::Close
            if passage == Transit::AtOnce
                && others_ending(state, end) == Some(CloseKind::Abort) =>
        {
            None
        }
        CloseKind::Close | CloseKind::Abort if passage != Transit::AtOnce => {
            let text = close_in_transit::words(state, end, (how, sign), passage);
            Some((went, text))
        }
        CloseKind::Close if is_clients => client_closed(state, end).map(|text| (went, text)),
        CloseKind::Close => server_closed(state, end).map(|text| (went, text)),
        CloseKind::Abort => Some((went, aborted(state, end))),
        CloseKind::Broken(errno) => broke(state, end, errno).map(|text| (went, text)),
    }
}

/// A client's end was closed by its own program.
fn client_closed(state: &State, end: SocketId) -> Option<String> {
    let who = client_name(state, end);
    if end.tuple.protocol == Protocol::Udp {
        return Some(format!("{who} closed its UDP socket: nothing is sent, the row just goes."));
    }
    let peer = state.other_end(end);
    let serves = state.is_with_our_server(end);
    if close_in_transit::has_hung_up_first(state, end) && !(serves && state.peer_has_closed(end)) {
        return Some(close_in_transit::closed_after_its_fin(state, end));
    }
    if state.peer_has_closed(end) {
        // The server's sentence has told it.
        return (!serves)
            .then(|| format!("{who}: the other end had hung up, so its own end is closed, too."));
    }
    if close_in_transit::is_unanswered(state, end) {
        return Some(close_in_transit::gave_up(&who));
    }
    let closes = state.server.promise(peer).closes;
    Some(if !serves {
        format!(
            "{who} hung up: its FIN is sent. TIME_WAIT is here once the other end closes, too; if that still sends data, RST takes both rows."
        )
    } else if !state.was_accepted(end) {
        format!(
            "{who} hung up: its FIN is sent. Nobody has accepted the other end, so nobody closes it: CLOSE_WAIT."
        )
    } else if has_unread(state, peer) {
        format!(
            "{who} hung up. The server closes with data unread, so the kernel sends RST: both rows go, no TIME_WAIT."
        )
    } else if closes == ServerCloses::WithClient {
        let rest = untouched(state, state.clients.open().saturating_sub(1));
        format!(
            "{who} hung up first: its row turns to TIME_WAIT for 60 s, the server's row goes.{rest}"
        )
    } else {
        format!(
            "{who} hung up: FIN_WAIT2 at its end, CLOSE_WAIT at the server's, which has not closed. D closes it."
        )
    })
}

/// The server's end was closed by its own program.
fn server_closed(state: &State, end: SocketId) -> Option<String> {
    let who = state.peer_name(end.tuple.remote.ip, end);
    let is_ours = !is_stranger(state, end);
    if has_unread(state, end) && !state.peer_has_closed(end) {
        return Some(format!(
            "the server closed its end with data unread, so the kernel sent RST to {who}: both rows go, no TIME_WAIT."
        ));
    }
    if !state.peer_has_closed(end) {
        let rest = untouched(state, state.server.ends.len().saturating_sub(1));
        let port = end.tuple.local.port;
        return Some(if is_ours {
            format!(
                "the server hung up first on {who}: TIME_WAIT is at the server's end now, port {port}.{rest}"
            )
        } else {
            format!(
                "the server hung up first on {who}: TIME_WAIT will be at port {port} once {who} closes, too.{rest}"
            )
        });
    }
    match (is_ours, state.server.promise(end).closes) {
        (true, ServerCloses::WithClient) => None,
        _ if close_in_transit::has_hung_up_first(state, end) => {
            Some(close_in_transit::closed_after_its_fin(state, end))
        }
        (_, ServerCloses::After(_) | ServerCloses::Never) => Some(format!(
            "the server closed its end, too: CLOSE_WAIT is over, nothing is left of {who}'s connection but TIME_WAIT there."
        )),
        (false, ServerCloses::WithClient) => {
            let whom = end.tuple.remote.canonical();
            Some(format!("{who} ({whom}) hung up; the server closed its end, too."))
        }
    }
}

fn aborted(state: &State, end: SocketId) -> String {
    let who = if state.server.ends.contains(end) {
        "the server".to_owned()
    } else {
        client_name(state, end)
    };
    if end.tuple.protocol == Protocol::Udp {
        return format!(
            "{who} closed its UDP socket: UDP has no RST, so nothing is sent, and the row just goes."
        );
    }
    if close_in_transit::is_unanswered(state, end) {
        return close_in_transit::gave_up(&who);
    }
    format!(
        "{who} aborted: RST instead of FIN. Both rows go at once, and nothing stays in TIME_WAIT."
    )
}

/// Why a connection broke; nothing when one of our own ends did it, and has said so.
fn broke(state: &State, end: SocketId, errno: Errno) -> Option<String> {
    let other = state.other_end(end);
    let line = state.sockets.other_line(end);
    let ending = others_ending(state, end);
    let closed_unread = ending == Some(CloseKind::Close)
        && (has_unread(state, other) || line.is_some_and(TableRow::closed_unread));
    let was_reset = match errno {
        Errno::ECONNRESET => closed_unread || ending == Some(CloseKind::Abort),
        // Nobody has heard of its RST.
        Errno::ETIMEDOUT => false,
        _ => ending == Some(CloseKind::Abort),
    };
    if was_reset {
        return half_open::broke(state, end);
    }
    let who = state.peer_name(end.tuple.remote.ip, end);
    let is_clients = state.clients.holder_of(end).is_some();
    let serves = state.is_with_our_server(end);
    Some(match errno {
        Errno::ECONNREFUSED if end.tuple.protocol == Protocol::Udp => format!(
            "the datagram was refused (ECONNREFUSED): nobody has UDP port {}. The TCP port of that number is another one.",
            end.tuple.remote.port
        ),
        Errno::ECONNRESET if is_clients && state.was_accepted(end) && ending == CLOSED => {
            if data_after_close::was_told(state, other) {
                return None;
            }
            let (client, at) = (client_name(state, end), state.computer_name(other.host));
            format!(
                "{client} was reset (ECONNRESET): what it sent came to {at}'s end after that was closed, and the answer is RST (RFC 1122, 4.2.2.13). Both rows go, and nothing stays in TIME_WAIT."
            )
        }
        Errno::ECONNRESET if is_clients && serves && !state.was_accepted(end) => {
            let client = client_name(state, end);
            let why = unaccepted(state, end, line.map(|line| line.row.state));
            format!("{client} was reset (ECONNRESET): {why}.")
        }
        Errno::ECONNRESET => {
            format!("{who} ({}) reset the connection: RST came (ECONNRESET).", end.tuple.remote)
        }
        other => format!("the connection with {who} ({}) broke: {other}.", end.tuple.remote),
    })
}

/// A look may show a row only so long after it was there.
const SEEN_LATE: Duration = Duration::from_millis(500);

const CLOSED: Option<CloseKind> = Some(CloseKind::Close);

/// Why a client was reset whose other end, last seen in that state, nobody had accepted.
fn unaccepted(state: &State, client: SocketId, seen: Option<TcpState>) -> &'static str {
    if has_its_listener(state, client) {
        return "nobody had accepted the other end, and LISTEN still stands, so the server's kernel itself sent RST. Its queue of calls may have overflowed: then it does not know its own SYN cookie any more";
    }
    match seen {
        Some(TcpState::SynReceived) => {
            "the server's end was in SYN_RECV still, and went with the listener"
        }
        Some(_) => "it waited in the accept queue of a listener that is closed",
        None => "nobody had accepted it, and the listener is closed",
    }
}

/// Whether the listener still stands that was there when the client was connected: one that came since has another accept queue.
fn has_its_listener(state: &State, client: SocketId) -> bool {
    let since = state.own_end(client).map(|end| end.since.plus(SEEN_LATE));
    let called = state.other_end(client);
    let rows = holders(state, called.host, called.tuple.local, Protocol::Tcp);
    let mut lines = rows.iter().filter_map(|name| state.sockets.get(*name));
    let is_its = |line: &TableRow| line.row.state == TcpState::Listen && Some(line.born) <= since;
    state.server.will_listen() && lines.any(is_its)
}

/// How the other end ended, or is to end, where it is ours.
fn others_ending(state: &State, end: SocketId) -> Option<CloseKind> {
    // What was ordered is known before anybody has heard of it: either end's news may come first.
    let other = state.own_end(state.other_end(end));
    let told = || state.sockets.other_line(end)?.ending;
    other.and_then(|end| end.ordered).or_else(told)
}

/// What a hang-up leaves as it was: LISTEN, if there is one, and the other connections.
fn untouched(state: &State, others: usize) -> String {
    if !state.server.is_listening() || state.clients.ordered > 1 {
        return String::new();
    }
    match others {
        0 => " LISTEN is untouched.".to_owned(),
        1 => " LISTEN is untouched, so is the other connection.".to_owned(),
        n => format!(" LISTEN is untouched, so are the other {} connections.", number(n as u64)),
    }
}
