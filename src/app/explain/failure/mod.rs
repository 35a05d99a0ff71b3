pub(crate) mod bind_error;
pub(crate) mod connect_error;
pub(crate) mod late_rows;
pub(crate) mod remedies;
pub(crate) mod unreachable;
