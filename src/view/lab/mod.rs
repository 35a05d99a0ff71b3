//! Two computers of the lab: their tables, and the wire between them.

pub(crate) mod arrow;
pub(crate) mod large_states;
mod pairs;
pub(crate) mod segment_label;
pub(crate) mod side_by_side;
pub(crate) mod stacked;
pub(crate) mod titles;
pub(crate) mod wire;
