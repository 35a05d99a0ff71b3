pub(crate) mod banner;
pub(crate) mod computers;
pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod notices;
pub(crate) mod server;
