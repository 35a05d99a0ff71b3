pub(crate) mod ports;
