//! Keys and pasted text: what they write into text fields and menus, and which action they ask for.

pub(crate) mod palette;
pub(crate) mod press;

use crate::app::State;
use crate::app::keys::Key;
use crate::app::model::Statement;

/// Says that a key has no meaning in that place, and which one helps.
fn means_nothing(state: &mut State, key: Key, place: &'static str) {
    state.only_say(Statement::new("no-meaning").with("key", key).when(place, true));
}
