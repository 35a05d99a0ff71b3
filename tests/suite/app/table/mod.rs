pub(crate) mod after_calm;
pub(crate) mod ports;
