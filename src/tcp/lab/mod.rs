pub(crate) mod order;
pub(crate) mod segment;
pub(crate) mod wire;
