pub(crate) mod ladder_captured;
pub(crate) mod ladder_inferred;
pub(crate) mod marks_law;
pub(crate) mod rewind;
pub(crate) mod state_marks;
pub(crate) mod timeline;
