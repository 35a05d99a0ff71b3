use crate::app::actions::held_states::hold;
use crate::app::keys::keymap::action_for;
use crate::app::keys::{Key, Scope};
use crate::app::model::HELD;
use crate::app::update::act;
use crate::app::{Effect, State};

/// A key while the menu is open.
pub(crate) fn press(state: &mut State, at: usize, key: Key) -> Vec<Effect> {
    let chosen = if key == Key::Enter {
        Some(at)
    } else if let Key::Char(digit @ '1'..='9') = key {
        Some(digit as usize - '1' as usize)
    } else {
        None
    };
    match chosen.and_then(|n| HELD.get(n)) {
        Some(held) => {
            state.ui.overlay = None;
            hold(state, *held)
        }
        None => action_for(Scope::Sheet, key).map_or_else(Vec::new, |action| act(state, action)),
    }
}
