pub(crate) mod connection_verbs;
pub(crate) mod held_states;
pub(crate) mod port_range;
pub(crate) mod wire;
