use crate::app::State;
use crate::view::rect;

/// How many lines the table could fill; one without rows says why it has none.
pub(crate) fn rows_wanted(state: &State) -> u16 {
    match state.ui.shown.len() {
        0 => 4,
        rows => rect::len(rows).clamp(3, 1000),
    }
}
