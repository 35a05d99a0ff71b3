use crate::app::model::Tone;
use crate::app::{State, format};
use crate::tcp::WireEvent;

/// Reports a full wire, or frames that never reached it.
pub(crate) fn say_what_was_lost(state: &mut State, news: &[WireEvent]) {
    for news in news {
        let text = match *news {
            WireEvent::Full { frames, bytes } => is_full(state, frames, bytes),
            WireEvent::Status(status) if status.missed > 0 => {
                let before = state.lab.known.missed;
                let all = before + status.missed;
                // It comes in many small parts: only those that matter are reported.
                if before > 0 && all.ilog2() == before.ilog2() {
                    continue;
                }
                format!(
                    "{} never reached the wire: a host sent faster than the wire takes them, and its queue was full (net.core.rmem_max). TCP retransmits its own.",
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
        "until h releases the wire, or o makes room"
    } else {
        "until some have arrived"
    };
    format!(
        "The wire is full: {} of {} MiB are on it. Anything sent now is dropped {until}; TCP retransmits it.",
        format::many(frames as u64, "frame", "frames"),
        format::number(bytes as u64 >> 20),
    )
}
