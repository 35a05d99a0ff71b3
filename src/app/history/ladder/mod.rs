//! The ladder: the segments between both ends of a connection as a sequence diagram.

pub(crate) mod all;
pub(crate) mod captured;
pub(crate) mod incarnation;
pub(crate) mod inferred;
pub(crate) mod inferred_close;
pub(crate) mod model;
pub(crate) mod state_marks;
pub(crate) mod tcp_end;
pub(crate) mod text;

pub use crate::app::history::ladder::captured::captured;
pub use crate::app::history::ladder::inferred::inferred;
pub use crate::app::history::ladder::text::as_text;

use crate::app::State;
use crate::app::history::{Connection, Ladder};

/// The ladder of the selected connection, else of the newest; or of all connections, if that is wanted and segments were captured.
pub fn of(state: &State) -> Option<Ladder> {
    let ladder = all_or_one(state)?;
    Some(if state.wire_then().held { ladder.on_a_held_wire() } else { ladder })
}

fn all_or_one(state: &State) -> Option<Ladder> {
    if let Some(ladder) = Some(state).filter(|state| state.ui.all).and_then(all::all) {
        return Some(ladder);
    }
    let connection = Connection::selected(state)?;
    let segments = connection.segments(state);
    Some(if segments.is_empty() {
        inferred(state, &connection)
    } else {
        captured(&segments, &connection, |segment| state.lab.numbers(segment))
    })
}
