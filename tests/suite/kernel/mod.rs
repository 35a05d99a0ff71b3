pub(crate) mod inet_diag;
pub(crate) mod interfaces;
pub(crate) mod tcp_info;
pub(crate) mod watch;
