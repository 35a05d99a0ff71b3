//! Whether the lab stops, and how its tables are shown.

use crate::app::model::LabStage;
use crate::app::{MainView, PointOfView, State};

/// Why nothing can be ordered while the lab stops.
pub(crate) fn on_the_way(state: &State) -> Option<&'static str> {
    (state.lab.stage == LabStage::Stopping).then_some("lab-is-stopping")
}

/// Whether both computers' tables are shown, with the wire between them.
pub(crate) fn is_shown(state: &State) -> bool {
    let ui = &state.ui;
    state.lab.is_up() && ui.picture == MainView::Table && ui.lens.view == PointOfView::BothEnds
}
