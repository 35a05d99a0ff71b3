//! The dashboard as a machine: facts in, state changed, orders out. No I/O, no task, no clock.

pub(crate) mod actions;
pub(crate) mod effect;
pub(crate) mod event;
pub(crate) mod events;
pub(crate) mod explain;
/// How numbers, times and counts are written.
pub mod format;
/// What became of sockets: ladders, timelines, states and comparisons.
pub mod history;
pub(crate) mod input;
pub(crate) mod keys;
pub(crate) mod model;
pub(crate) mod query;
pub(crate) mod state;
pub(crate) mod table;
pub(crate) mod ui;
pub(crate) mod update;

pub use crate::app::effect::Effect;
pub use crate::app::event::Event;
pub use crate::app::explain::held_state::{held_in_lab, how_held};
pub use crate::app::history::{Comparison, FIVE, Known, Life, Step, Stretch, Way};
pub use crate::app::keys::keymap::{action_for, action_on_card, binding_of};
pub use crate::app::keys::{Action, BINDINGS, Binding, Group, Key, Pane, Picture, Scope, WireKey};
pub use crate::app::model::{
    Caller, Calls, Case, Clients, Computer, Doing, Doings, End, Ends, Entry, HELD, HungUp, Lab,
    Listener, Myth, MythCall, Notice, Notices, Progress, Promise, Remedy, Sockets, Stage, Staged,
    Tone, Topic, Totals, Verdict, Wire, Wish,
};
pub use crate::app::query::{Role, Supply};
pub use crate::app::state::State;
pub use crate::app::table::{
    Departed, Gone, Line, Mark, Parity, Past, Ports, Sighting, Table, Why,
};
pub use crate::app::ui::{
    Desk, Field, Find, Form, Lens, Look, Outcome, Overlay, Palette, PointOfView, Ranks, Value,
    Wrong,
};
pub use crate::app::update::{act, update, watch_at_start};
pub use crate::tcp::table::update::Sight;
