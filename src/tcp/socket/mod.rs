//! What programs ask of sockets, and what sockets and the kernel answer.

pub(crate) mod command;
pub(crate) mod connect_spec;
pub(crate) mod errno;
pub(crate) mod event;
pub(crate) mod listen_spec;
pub(crate) mod probe;
pub(crate) mod syscall;
pub(crate) mod target;
