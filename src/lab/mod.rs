//! The lab: network namespaces as computers, without root, and a wire between them that somebody holds.
//!
//! A helper process, which is this program again, makes the namespaces and hands out their sockets; the process that asked for it stays
//! where it was, with the privileges it had. When either of them ends, however it ends, the namespaces end with the last socket in them.
//!
//! The links of all computers end in a namespace in the middle, where nothing connects them: a [`Wire`] carries each frame from one to
//! the other, and may as well keep it, delay it or lose it.

mod build;
mod channel;
mod helper;
mod join;
mod limits;
mod packet;
mod plan;
mod refusal;
mod route;
mod running;
mod spaces;
mod stock;
mod stopper;
mod talk;
mod wire;

pub use helper::help;
pub use join::join;
pub use running::{HELPER, Helper, Lab};
pub use stock::Stock;
pub use stopper::Stopper;
pub use talk::Kind;
pub use wire::{Cable, Capture, Load, Put, Wire, segment};
