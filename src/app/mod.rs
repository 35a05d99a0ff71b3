//! The dashboard as a machine: facts in, state changed, orders out. No I/O, no task, no clock.

mod action;
mod effect;
mod event;
mod key;
mod pane;

pub use action::Action;
pub use effect::Effect;
pub use event::{Event, Sight};
pub use key::Key;
pub use pane::Pane;
