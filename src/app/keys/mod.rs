//! Keys, the actions they ask for, and the table that binds them.

pub(crate) mod action;
pub(crate) mod background;
pub(crate) mod input_parser;
pub(crate) mod key;
pub(crate) mod keymap;
pub(crate) mod main_view;
pub(crate) mod sequence;

pub use crate::app::keys::action::{Action, Pane, WireKey};
pub use crate::app::keys::background::ASK_BACKGROUND;
pub use crate::app::keys::input_parser::InputParser;
pub use crate::app::keys::key::Key;
pub use crate::app::keys::keymap::{BINDINGS, Binding, FIRST_ACTIONS, Group, Scope};
pub use crate::app::keys::main_view::MainView;
pub use crate::app::keys::sequence::TerminalEvent;
