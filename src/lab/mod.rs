//! The lab: network namespaces as computers, without root, and a wire between them that the user holds.
//!
//! A helper process, which is this program again, makes the namespaces and hands out their sockets; the process that started it keeps
//! its own namespace and privileges. When either of them ends, in whatever way, the namespaces end with the last socket in them.
//!
//! The links of all computers end in one more namespace, the middle, where nothing connects them: a [`Wire`] forwards each frame from
//! one to another, and can hold, delay or lose it.

mod addressing;
mod diagnosis;
mod fd_channel;
mod helper;
mod join;
mod namespace;
mod own_files;
mod protocol;
mod rtnetlink;
mod running_lab;
mod setup;
mod socket_pool;
mod stop_handle;
mod sysctl;
mod wire;

pub use crate::lab::diagnosis::NO_MORE_PROCESSES;
pub use crate::lab::helper::help;
pub use crate::lab::join::JoinableLab;
pub use crate::lab::own_files::see_own_files;
pub use crate::lab::protocol::SocketKind;
pub use crate::lab::running_lab::{HELPER, Helper, Lab};
pub use crate::lab::socket_pool::SocketPool;
pub use crate::lab::stop_handle::StopHandle;
pub use crate::lab::wire::{Capture, FrameFate, FrameInfo, Impairment, Wire, segment};
