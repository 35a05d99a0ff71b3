use crate::app::State;

/// How many lines the table could fill; one without rows says why it has none.
pub(crate) fn rows_wanted(state: &State) -> u16 {
    match state.ui.shown.len() {
        0 => 4,
        rows => u16::try_from(rows).unwrap_or(1000).clamp(3, 1000),
    }
}
