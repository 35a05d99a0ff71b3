pub(crate) mod held_states;
pub(crate) mod hints;
pub(crate) mod palette;
pub(crate) mod press;
