//! Keys and pasted text: what they write into text fields and menus, and which action they ask for.

pub(crate) mod palette;
pub(crate) mod press;

use crate::app::State;
use crate::app::keys::Key;

fn means_nothing(state: &mut State, key: Key, helps: &str) {
    state.only_say(format!("{key} does nothing here. {helps}."));
}
