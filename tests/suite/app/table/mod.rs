pub(crate) mod ports;
pub(crate) mod rows;
