//! Keys, the actions they ask for, and the table that binds them.

pub(crate) mod action;
pub(crate) mod key;
pub(crate) mod keymap;
pub(crate) mod main_view;
pub(crate) mod pane;

pub use crate::app::keys::action::{Action, WireKey};
pub use crate::app::keys::key::Key;
pub use crate::app::keys::keymap::{BINDINGS, Binding, Group, Scope, Situation};
pub use crate::app::keys::main_view::MainView;
pub use crate::app::keys::pane::Pane;
