//! The ladder: what went to and fro between both ends of a connection, as a sequence diagram.

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
use crate::app::history::{ConnectionRows, Ladder};
use crate::app::query::Role;
use crate::app::table::TableRow;

/// The ladder of the chosen connection, else of the newest; or that of all, where it is wanted and something has crossed a wire. `None`
/// where there is no connection.
pub fn of(state: &State) -> Option<Ladder> {
    let ladder = all_or_one(state)?;
    Some(if state.wire_then().held { ladder.on_a_held_wire() } else { ladder })
}

fn all_or_one(state: &State) -> Option<Ladder> {
    if let Some(ladder) = Some(state).filter(|state| state.ui.all).and_then(all::all) {
        return Some(ladder);
    }
    let pair = ConnectionRows::chosen(state)?;
    Some(rungs(state, &pair))
}

/// The one place where it is decided whether the segments were captured: where they are, they are shown, else they are worked out.
fn rungs(state: &State, pair: &ConnectionRows<'_>) -> Ladder {
    let crossings = incarnation::crossings(state, pair);
    if crossings.is_empty() {
        inferred(state, pair)
    } else {
        captured(&crossings, pair, |crossing| state.lab.numbers(crossing))
    }
}

/// How the client is called; nothing where its address tells as much.
fn who(state: &State, client: Option<&TableRow>) -> String {
    let role = client.map(|line| Role::of(state, &line.row));
    match role {
        Some(Role::Client(name) | Role::Other(name)) => name,
        Some(Role::Listener | Role::ServerEnd(_) | Role::OtherListener(_) | Role::Unknown)
        | None => String::new(),
    }
}
