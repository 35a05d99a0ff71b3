pub(crate) mod connection_verbs;
pub(crate) mod descriptors;
pub(crate) mod forms;
pub(crate) mod held_states;
pub(crate) mod port_range;
pub(crate) mod script;
pub(crate) mod use_up_ports;
pub(crate) mod wire;
