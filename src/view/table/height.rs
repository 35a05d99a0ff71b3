use crate::app::State;
use crate::view::rect;

/// How many lines the table could fill; an empty one explains why.
pub(crate) fn rows_wanted(state: &State) -> u16 {
    match state.ui.shown.len() {
        0 => 4,
        rows => rect::len(rows).clamp(3, 1000),
    }
}
