//! Data that comes to an end after its program has closed it: nobody will read it, and the kernel says so by RST (RFC 1122, section 4.2.2.13).

use crate::app::query::Transit;
use crate::app::{State, format};
use crate::tcp::{CloseKind, Delivery, Errno, Flags, SocketId, WireSegment};

/// Whether that has been told of an end.
pub(crate) fn was_told(state: &State, end: SocketId) -> bool {
    let mut crossings = state.lab.crossings.iter();
    crossings.any(|crossing| {
        let segment = &crossing.segment;
        let is_its = segment.from == end.host && segment.tuple == end.tuple.canonical();
        is_its && words(state, crossing).is_some()
    })
}

pub(crate) fn words(state: &State, reset: &WireSegment) -> Option<String> {
    let segment = Some(&reset.segment).filter(|segment| segment.flags.has(Flags::RST))?;
    let end = SocketId::connected(segment.from, segment.tuple);
    let other = state.other_end(end);
    let line = state.sockets.get(end);
    let line = line.or_else(|| state.sockets.other_line(other))?;
    if line.ending != Some(CloseKind::Close) || line.closed_unread() {
        return None;
    }
    let heard = state.sockets.get(other).and_then(|line| line.ending);
    if heard == Some(CloseKind::Broken(Errno::ECONNRESET)) {
        // Its own sentence came before the wire's news.
        return None;
    }
    let mut before = state.lab.crossings.iter().rev().filter(|crossing| {
        let before = &crossing.segment;
        let is_its = [end.tuple, other.tuple].contains(&before.tuple);
        is_its && before.number < segment.number
    });
    let has_come =
        |crossing: &&WireSegment| crossing.segment.tuple == other.tuple && is_there(crossing);
    let data = before.clone().find(has_come)?.segment.length;
    let was_told = before.any(|crossing| crossing.segment.flags.has(Flags::RST));
    if data == 0 || was_told {
        return None;
    }
    let size = format::many(u64::from(data), "byte", "bytes");
    let (from, at) = (state.computer_name(other.host), state.computer_name(end.host));
    let then = match state.passage(end, Flags::RST) {
        Transit::AtOnce => String::from("Both rows go with it, and nothing stays in TIME_WAIT."),
        Transit::Slow => format!(
            "Its own row goes at once, {from}'s when the RST has crossed the wire, and nothing stays in TIME_WAIT."
        ),
        Transit::Lost => format!(
            "Its own row goes, but that RST is lost: {from}'s stays until what it sends again is answered by another."
        ),
    };
    Some(format!(
        "{size} from {from} came to {at}'s end after it was closed: nobody will read them, so the kernel there answers with RST (RFC 1122, 4.2.2.13). {then}"
    ))
}

fn is_there(crossing: &WireSegment) -> bool {
    matches!(crossing.fate, Delivery::Arrived(_))
}
