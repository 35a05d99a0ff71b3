//! The lab: its orders and events, the segments on its wire.

pub(crate) mod order;
pub(crate) mod segment;
pub(crate) mod wire;
