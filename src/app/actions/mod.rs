//! What each action does: it changes the state and returns effects.

pub(crate) mod compare;
pub(crate) mod connect;
pub(crate) mod connect_queue;
pub(crate) mod export;
pub(crate) mod forms;
pub(crate) mod held_states;
pub(crate) mod lab;
pub(crate) mod look;
pub(crate) mod myth;
pub(crate) mod rewind;
pub(crate) mod save;
pub(crate) mod script;
pub(crate) mod targets;
pub(crate) mod use_up_ports;
pub(crate) mod verbs;
pub(crate) mod why_not;
pub(crate) mod wire;

use crate::app::model::{Statement, Tone};
use crate::app::{Effect, State};

/// Says a sentence, and does nothing else.
pub(crate) fn only_say(state: &mut State, what: impl Into<Statement>) -> Vec<Effect> {
    state.notices.say(state.now, Tone::Plain, what);
    vec![]
}
