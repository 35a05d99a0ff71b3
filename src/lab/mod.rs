//! The lab: network namespaces as computers, without root, and a wire between them that somebody holds.
//!
//! A helper process, which is this program again, makes the namespaces and hands out their sockets; the process that asked for it stays
//! where it was, with the privileges it had. When either of them ends, however it ends, the namespaces end with the last socket in them.
//!
//! The links of all computers end in a namespace in the middle, where nothing connects them: a [`Wire`] carries each frame from one to
//! the other, and may as well keep it, delay it or lose it.

pub(crate) mod addressing;
pub(crate) mod diagnosis;
pub(crate) mod fd_channel;
pub(crate) mod helper;
pub(crate) mod join;
pub(crate) mod namespace;
pub(crate) mod protocol;
pub(crate) mod rtnetlink;
pub(crate) mod running_lab;
pub(crate) mod setup;
pub(crate) mod socket_pool;
pub(crate) mod stop_handle;
pub(crate) mod sysctl;
pub(crate) mod wire;

pub use crate::lab::helper::help;
pub use crate::lab::join::join;
pub use crate::lab::protocol::SocketKind;
pub use crate::lab::running_lab::HELPER;
pub use crate::lab::running_lab::Helper;
pub use crate::lab::running_lab::Lab;
pub use crate::lab::socket_pool::SocketPool;
pub use crate::lab::stop_handle::StopHandle;
pub use crate::lab::wire::Capture;
pub use crate::lab::wire::FrameFate;
pub use crate::lab::wire::FrameInfo;
pub use crate::lab::wire::Impairment;
pub use crate::lab::wire::Wire;
pub use crate::lab::wire::segment;
