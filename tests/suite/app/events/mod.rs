pub(crate) mod across_views;
pub(crate) mod lab;
pub(crate) mod udp;
