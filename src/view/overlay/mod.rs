//! What is drawn over the panes.

pub(crate) mod connection;
pub(crate) mod form;
pub(crate) mod held_states;
pub(crate) mod help;
pub(crate) mod palette;
pub(crate) mod why_not;
