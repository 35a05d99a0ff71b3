use crate::app::State;
use crate::app::explain::self_connect;
use crate::app::query::names::client_name;
use crate::app::query::{Transit, unread};
use crate::tcp::{Flags, ServerCloses, SocketId};

/// One end has sent its FIN and still reads.
pub(crate) fn half_closed(state: &State, end: SocketId) -> String {
    let who = client_name(state, end);
    let other = state.other_end(end);
    let closes = state.server.promise(other).closes;
    let passage = state.passage(end, Flags::FIN);
    let is_to_itself = end.tuple.is_to_itself();
    if state.peer_has_closed(end) && !is_to_itself {
        return format!(
            "{who} half-closed: its FIN is sent, too. Both ends have hung up: LAST_ACK, until it is answered, and then this row goes."
        );
    }
    let client = state.clients.holder_of(other);
    let then = if is_to_itself {
        return format!("{who} half-closed: its FIN is sent. {}", self_connect::HALF_CLOSED);
    } else if passage == Transit::Lost {
        "But the FIN is lost: it is sent again until it is answered."
    } else if state.is_half_open(end) {
        "But nobody is at the other end any more (half-open): the answer is RST, and this row goes."
    } else if passage == Transit::Slow {
        "The other end hears of it when the FIN has crossed the wire."
    } else if let Some(client) = client {
        let name = &client.name;
        &format!("{name} reads the end of the data and closes, too: TIME_WAIT will be here.")
    } else if state.was_accepted(end)
        && closes == ServerCloses::WithClient
        && unread::has_unread(state, other)
    {
        "The server closes with data unread, so the kernel sends RST: both rows go, no TIME_WAIT."
    } else if state.was_accepted(end) && closes == ServerCloses::WithClient {
        "The server reads the end of the data and closes, too; with L, who closes: never, it would stay in CLOSE_WAIT."
    } else if state.is_with_our_server(end) && !state.was_accepted(end) {
        "Nobody has accepted the other end: it stays in CLOSE_WAIT."
    } else {
        "The other end is in CLOSE_WAIT until its program closes, and can still send."
    };
    format!("{who} half-closed: its FIN is sent, and it goes on reading. {then}")
}
