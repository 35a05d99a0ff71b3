use crate::app::model::Tone;
use crate::app::{State, format};
use crate::tcp::WireEvent;

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
