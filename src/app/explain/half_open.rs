//! A connection of which one end alone is left, and has not heard of it: whatever it sends is answered by RST (RFC 9293, section 3.5.1).

use std::time::Duration;

use crate::app::State;
use crate::app::query::Transit;
use crate::app::query::names::client_name;
use crate::tcp::{CloseKind, Delivery, Flags, SocketId, TcpState};

/// A RST that comes so soon after the other end was ended by one is that end's own.
const AT_ONCE: Duration = Duration::from_millis(500);

/// What an end says that hangs up, or aborts, and is alone.
pub(crate) fn closed(state: &State, end: SocketId, how: CloseKind, passage: Transit) -> String {
    let who = client_name(state, end);
    if how != CloseKind::Close {
        return format!(
            "{who} aborted: its row goes, the last of this connection. Nobody is there to hear its RST."
        );
    }
    let row = if state.peer_has_closed(end) { TcpState::LastAck } else { TcpState::FinWait1 };
    let nobody = "nobody is at the other end any more (half-open)";
    match passage {
        Transit::AtOnce => format!(
            "{who} hung up, but {nobody}: the answer to its FIN is RST. The row goes, and nothing stays in TIME_WAIT."
        ),
        Transit::Slow => format!(
            "{who} hung up, but {nobody}: {row}, until the RST has crossed the wire. Then the row goes, without TIME_WAIT."
        ),
        Transit::Lost => format!(
            "{who} hung up, but its FIN is lost: {row}. It is sent again, and the answer will be RST: {nobody}."
        ),
    }
}

/// Why an end broke whose other end was ended by a RST: nothing where that end's own RST did it, of which its own sentence has told.
pub(crate) fn broke(state: &State, end: SocketId) -> Option<String> {
    let other = state.reset_other(end)?;
    let went = other.gone?.at;
    if state.now.since(went) < AT_ONCE {
        return None;
    }
    let from = end.tuple.canonical().mirrored();
    let mut newest_first = state.lab.crossings.iter().rev();
    let reset = newest_first.find(|crossing| {
        let segment = &crossing.segment;
        segment.flags.has(Flags::RST) && segment.tuple.canonical() == from
    })?;
    // A kernel without that connection has nothing to acknowledge (RFC 9293, section 3.5.2); whoever aborts one acknowledges still.
    let is_its_own = reset.segment.flags.has(Flags::ACK);
    if is_its_own && !matches!(reset.fate, Delivery::Lost(..)) {
        return None;
    }
    let (who, whom) = (client_name(state, end), state.computer_name(state.other_end(end).host));
    Some(format!(
        "{who} was reset (ECONNRESET): the answer to what it sent is RST, as nobody is at {whom}'s end any more. The half-open row goes."
    ))
}
