use crate::app::events::no_answer::{calls_in_vain, say_in_vain};
use crate::app::explain::data_after_close::words;
use crate::app::model::{Tone, Topic};
use crate::app::query::NoAnswer;
use crate::app::{State, format};
use crate::tcp::{Delivery, DropReason, Flags, SocketId, WireEvent, WireSegment};

/// Says of a call whose SYN came to a link that is down that it has no answer: the wire may tell of it after the call is heard of.
pub(crate) fn say_that_there_is_no_link(state: &mut State, number: u64) {
    let mut newest_first = state.lab.crossings.iter().rev();
    let Some(crossing) = newest_first.find(|crossing| crossing.segment.number == number) else {
        return;
    };
    let segment = &crossing.segment;
    let is_same = |before: &&WireSegment| {
        before.segment.tuple == segment.tuple && before.segment.flags.has(Flags::SYN)
    };
    let before = newest_first.find(is_same).map(|before| before.fate);
    let was_said = matches!(before, Some(Delivery::Lost(_, DropReason::NoLink)));
    let client = SocketId::connected(segment.from, segment.tuple);
    let waits = state.own_end(client).is_some_and(|end| !end.answered);
    let is_call = segment.flags.has(Flags::SYN) && waits;
    if is_call && !was_said && state.clients.under_way.is_none() {
        let text = calls_in_vain(state, client, NoAnswer::NoLink);
        say_in_vain(state, text, NoAnswer::NoLink);
    }
}

/// Tells of it, where one of the segments that were put on the wire after that number is such a RST.
pub(crate) fn tell(state: &mut State, after: Option<u64>) {
    let newest_first = state.lab.crossings.iter().rev();
    let new = newest_first.take_while(|crossing| Some(crossing.segment.number) > after);
    let told: Vec<String> = new.filter_map(|crossing| words(state, crossing)).collect();
    for text in told.into_iter().rev() {
        let many = |n: u32| {
            let n = format::number(u64::from(n));
            format!("{n} connections broke; the last: {text}")
        };
        state.notices.count(state.now, Topic::Broke, text.clone(), many);
    }
}

/// Says that the wire has become full, or that something never came on it.
pub(crate) fn say_what_was_lost(state: &mut State, news: &[WireEvent]) {
    for news in news {
        let text = match *news {
            WireEvent::Full { frames, bytes } => is_full(state, frames, bytes),
            WireEvent::Status(status) if status.missed > 0 => {
                let before = state.lab.known.missed;
                let all = before + status.missed;
                // It comes in many small pieces: each is told that makes a difference.
                if before > 0 && all.ilog2() == before.ilog2() {
                    continue;
                }
                format!(
                    "{} never came on the wire: a computer sends faster than the wire takes them, and its queue is full (net.core.rmem_max). What of them was TCP's is sent again later",
                    format::many(all, "frame", "frames"),
                )
            }
            WireEvent::Sent { .. }
            | WireEvent::Arrived { .. }
            | WireEvent::Lost { .. }
            | WireEvent::Status(_) => continue,
        };
        state.notices.say(state.now, Tone::Warning, text);
    }
}

fn is_full(state: &State, frames: usize, bytes: usize) -> String {
    let until = if state.lab.wire.held {
        "until h lets go, or o makes room"
    } else {
        "until some have arrived"
    };
    format!(
        "the wire is full: {} of {} MiB wait on it. What is sent now is lost, {until}; TCP sends it again later",
        format::many(frames as u64, "frame", "frames"),
        format::number(bytes as u64 >> 20),
    )
}
