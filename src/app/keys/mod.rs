//! Keys, the actions they ask for, and the table that binds them.

pub(crate) mod action;
pub(crate) mod key;
pub(crate) mod keymap;

pub use crate::app::keys::action::{Action, MainView, Pane, WireKey};
pub use crate::app::keys::key::Key;
pub use crate::app::keys::keymap::{BINDINGS, Binding, Group, Scope};
