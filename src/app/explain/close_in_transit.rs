//! Sentences of an end that is closed while its segments take their time, or are lost: nothing of the other end, which has not heard of it.

use crate::app::model::FinOrder;
use crate::app::query::Transit;
use crate::app::query::names::client_name;
use crate::app::query::peers::is_stranger;
use crate::app::table::GoneReason;
use crate::app::{State, format};
use crate::tcp::{CloseKind, Flags, ServerCloses, SocketId, SocketRow, TcpState, Timer, TimerKind};

/// What an end says whose last segment, a FIN or a RST, is not at the other end at once.
pub(crate) fn words(
    state: &State,
    end: SocketId,
    (how, sign): (CloseKind, Flags),
    passage: Transit,
) -> String {
    let who = client_name(state, end);
    if is_unanswered(state, end) {
        return gave_up(&who);
    }
    let is_lost = passage == Transit::Lost;
    let did = match how {
        CloseKind::Close => "closed with data unread, so the kernel sends RST",
        CloseKind::Abort | CloseKind::Broken(_) => "aborted",
    };
    let resets = sign == Flags::RST;
    match how {
        _ if resets && is_lost => format!(
            "{who} {did}: its row is gone, but its RST is lost, and nobody sends one again. The other end stays, half-open (RFC 9293, 3.5.1): when it sends, the answer is RST."
        ),
        _ if resets => format!(
            "{who} {did}: its row is gone. The other end's goes when the RST has crossed the wire."
        ),
        CloseKind::Close if has_hung_up_first(state, end) => closed_after_its_fin(state, end),
        CloseKind::Close | CloseKind::Abort | CloseKind::Broken(_) => {
            let (too, row) = if state.peer_has_closed(end) {
                (", too", TcpState::LastAck)
            } else {
                ("", TcpState::FinWait1)
            };
            if let Some(before) = stands_before_its_fin(state, end) {
                let size = format::many(u64::from(before), "byte", "bytes");
                format!(
                    "{who} hung up{too}: {row}, but its FIN has not left: it waits behind {size} that the other end has not acknowledged, and that are sent again first."
                )
            } else if is_lost {
                format!(
                    "{who} hung up{too}, but its FIN is lost: {row}. The FIN is sent again until it is answered."
                )
            } else {
                format!(
                    "{who} hung up{too}: {row}, until the answer to its FIN has crossed the wire."
                )
            }
        }
    }
}

/// How many bytes stand in its Send-Q before a FIN that the wire has not been given: a kernel whose data was not acknowledged in time sends
/// that again, and nothing new meanwhile (RFC 5681, section 3.1).
fn stands_before_its_fin(state: &State, end: SocketId) -> Option<u32> {
    let since = state.own_end(end)?.since;
    let has_left = state.lab.crossings.iter().any(|crossing| {
        let segment = &crossing.segment;
        let is_its = segment.tuple == end.tuple.canonical() && crossing.sent >= since;
        is_its && segment.flags.has(Flags::FIN)
    });
    let line = state.sockets.get(end)?;
    // Before its timer has run out the FIN goes at once, and the wire's news of it may come after that of the close.
    let is_timed_out = |timer: &Timer| timer.kind == TimerKind::Retransmit && timer.tries > 0;
    line.row.timer.as_ref().filter(|timer| is_timed_out(timer))?;
    // A look after the close counts the FIN as one byte.
    let before = line.row.queues.send.saturating_sub(line.has_sent_fin().into());
    (!has_left && before > 0).then_some(before)
}

/// An end closed that had sent its FIN before, and first: nothing is sent any more.
pub(crate) fn closed_after_its_fin(state: &State, end: SocketId) -> String {
    let who = client_name(state, end);
    let seen = state.sockets.get(end).map(|line| line.row.state);
    let row = match (state.peer_has_closed(end), seen) {
        (true, Some(TcpState::Closing)) => "CLOSING, until the answer to it has come",
        (true, _) => "TIME_WAIT, once both FINs are answered",
        (false, Some(TcpState::FinWait2)) => "FIN_WAIT2, until the other end's FIN has come",
        (false, _) => "FIN_WAIT1 or FIN_WAIT2, until the other end's FIN has come",
    };
    format!("{who} closed: its FIN was sent before, so nothing is sent now. Its row: {row}.")
}

/// Why write() fails after the end's own FIN.
pub(crate) const OWN_FIN: &str = " Its own half-close (f) sent the FIN, and nothing comes after that; the other end can still send.";

/// Another program sent its FIN to the server's end, which does not close at once; nothing where our own words tell it.
pub(crate) fn came_from_outside(state: &State, end: SocketId) -> Option<String> {
    let own = state.server.ends.get(end).filter(|_| is_stranger(state, end))?;
    let closes = own.promise.map_or(ServerCloses::WithClient, |promise| promise.closes);
    let then = match closes {
        ServerCloses::WithClient => return None,
        ServerCloses::After(_) => "until the server closes, a while later",
        ServerCloses::Never => "until the server closes: D does it",
    };
    let who = state.peer_name(end.tuple.remote.ip, end);
    let whom = end.tuple.remote.canonical();
    let row = match own.half_closed {
        None => format!("The server's end is in CLOSE_WAIT {then}"),
        Some(_) => String::from("The server's FIN was sent before: its end turns to TIME_WAIT"),
    };
    Some(format!("{who} ({whom}) has closed, or half-closed: its FIN came. {row}."))
}

/// A call was ended before it was answered.
pub(crate) fn gave_up(who: &str) -> String {
    format!("{who} gave up its call before there was an answer.")
}

/// What ended a TIME_WAIT early. Not our own doing: whoever sends a FIN again, as its ACK takes long, is sent that ACK again, and one of them
/// comes when the other end is closed.
pub(crate) fn cut_short(state: &State, row: &SocketRow) -> Option<String> {
    let line = state.sockets.get(row.name())?;
    let gone = line.gone.filter(|gone| gone.why == GoneReason::Reset)?;
    let early = line.time_left(gone.at)?.as_secs();
    Some(format!(
        "{}'s TIME_WAIT at port {} was ended by RST, {early} s early (RFC 1337): a FIN was sent again and acknowledged again, but that ACK found nobody any more, and the answer is RST.",
        state.computer_name(row.host),
        row.tuple.local.port
    ))
}

/// Whether an end of ours still calls.
pub(crate) fn is_unanswered(state: &State, end: SocketId) -> bool {
    state.own_end(end).is_some_and(|end| !end.answered)
}

/// Whether an end of ours had sent its FIN before it closed, and before the other end's came.
pub(crate) fn has_hung_up_first(state: &State, end: SocketId) -> bool {
    let end = state.own_end(end);
    end.is_some_and(|end| end.half_closed == Some(FinOrder::First))
}
