//! The ladder: the segments between both ends of a connection as a sequence diagram.

pub(crate) mod captured;
pub(crate) mod gaps;
pub(crate) mod inferred;
pub(crate) mod inferred_close;
pub(crate) mod model;
pub(crate) mod state_marks;
pub(crate) mod tcp_end;

pub use crate::app::history::ladder::inferred::inferred;
pub use crate::app::history::ladder::model::as_text;

use crate::app::State;
use crate::app::history::ladder::captured::captured;
use crate::app::history::{Connection, Ladder};
use crate::app::model::lab::SegmentLog;
use crate::tcp::Delivery;

/// The ladder of the selected connection, else of the newest; or of all connections, if that is wanted and segments were captured.
pub fn of(state: &State) -> Option<Ladder> {
    let of_all = Some(state).filter(|state| state.ui.all).and_then(captured::all);
    let mut ladder = of_all.or_else(|| of_one(state))?;
    if state.wire_then().held {
        for arrow in ladder.rungs.iter_mut().filter_map(|rung| rung.arrow.as_mut()) {
            arrow.waits = arrow.fate == Some(Delivery::OnTheWay);
        }
    }
    Some(ladder)
}

fn of_one(state: &State) -> Option<Ladder> {
    let connection = Connection::selected(state)?;
    let SegmentLog { forgotten, unreported, .. } = state.lab.known;
    let inferred = || Ladder { hidden: forgotten + unreported, ..inferred(state, &connection) };
    Some(captured(state, &connection).unwrap_or_else(inferred))
}
