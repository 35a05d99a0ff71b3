//! The panes around the main view, the first and the last line.

pub(crate) mod computers;
pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod notices;
pub(crate) mod server;
