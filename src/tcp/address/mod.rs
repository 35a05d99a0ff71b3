//! Hosts, endpoints, five-tuples and port ranges.

pub(crate) mod endpoint;
pub(crate) mod five_tuple;
pub(crate) mod host;
pub(crate) mod port_range;
