//! The dashboard as a machine: facts in, state changed, orders out. No I/O, no task, no clock.

mod action;
mod clients;
mod desk;
mod effect;
mod ends;
mod event;
mod form;
mod key;
mod keymap;
mod lens;
mod line;
mod listener;
mod notices;
mod pane;
mod role;
mod sockets;
mod state;

pub use action::Action;
pub use clients::{Clients, Computer, Progress};
pub use desk::{Desk, Find, Look, Overlay};
pub use effect::Effect;
pub use ends::Ends;
pub use event::{Event, Sight};
pub use form::{Field, Form, Outcome, Value};
pub use key::Key;
pub use keymap::{BINDINGS, Binding, Group, Scope, action_for, binding_of};
pub use lens::{Lens, PointOfView};
pub use line::{Gone, Line, Mark, Sighting, Why};
pub use listener::{Listener, Totals};
pub use notices::{Notice, Notices, Tone, Topic};
pub use pane::Pane;
pub use role::Role;
pub use sockets::Sockets;
pub use state::State;
