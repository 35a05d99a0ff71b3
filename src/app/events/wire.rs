use crate::app::model::{Statement, Tone};
use crate::app::{State, format};
use crate::tcp::WireEvent;

/// Reports a full wire, or frames that never reached it.
pub(crate) fn say_what_was_lost(state: &mut State, news: &[WireEvent]) {
    for news in news {
        let what = match *news {
            WireEvent::Full { frames, bytes } => Statement::new("wire-full")
                .with("frames", format::number(frames as u64))
                .with("size", format::number(bytes as u64 >> 20))
                .when("Held", state.lab.wire.held),
            WireEvent::Status(status) if status.missed > 0 => {
                let before = state.lab.known.missed;
                let all = before + status.missed;
                // It comes in many small parts: only those that matter are reported.
                if before > 0 && all.ilog2() == before.ilog2() {
                    continue;
                }
                Statement::new("wire-missed").with("frames", format::number(all))
            }
            WireEvent::Sent { .. }
            | WireEvent::Arrived { .. }
            | WireEvent::Lost { .. }
            | WireEvent::Status(_) => continue,
        };
        state.notices.say(state.now, Tone::Warning, what);
    }
}
