//! What each action does: it changes the state and returns effects.

pub(crate) mod compare;
pub(crate) mod connect;
pub(crate) mod expect;
pub(crate) mod export;
pub(crate) mod forms;
pub(crate) mod held_states;
pub(crate) mod lab;
pub(crate) mod lesson;
pub(crate) mod listeners;
pub(crate) mod look;
pub(crate) mod myth;
pub(crate) mod rewind;
pub(crate) mod script;
pub(crate) mod targets;
pub(crate) mod verbs;
pub(crate) mod why_not;
pub(crate) mod wire;
