//! The main views, one of which fills the middle of the screen.

pub(crate) mod big_type;
pub(crate) mod compare;
pub(crate) mod diagram;
pub(crate) mod five_tuple;
pub(crate) mod ladder;
pub(crate) mod myth;
pub(crate) mod ports;
pub(crate) mod syscalls;
pub(crate) mod timeline;
