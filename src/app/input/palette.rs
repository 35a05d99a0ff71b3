//! The list of every action by its name.

use crate::app::input::means_nothing;
use crate::app::{Action, Key, Overlay, State};

pub(super) fn press(state: &mut State, key: Key) -> Option<Action> {
    let Some(Overlay::Palette(palette)) = &mut state.ui.overlay else { return None };
    match key {
        Key::Esc => {
            state.ui.overlay = None;
            state.ui.count = None;
        }
        Key::Enter => return selected(state),
        Key::Down | Key::Tab | Key::Ctrl('n' | 'j') => palette.go(1),
        Key::Up | Key::BackTab | Key::Ctrl('p' | 'k') => palette.go(-1),
        Key::PageDown | Key::Ctrl('d') => palette.go(10),
        Key::PageUp => palette.go(-10),
        Key::Insert | Key::F(_) => {
            means_nothing(state, key, "Press Enter to run the selected action, Esc to close");
        }
        Key::Char(_)
        | Key::Ctrl(_)
        | Key::Left
        | Key::Right
        | Key::Backspace
        | Key::Delete
        | Key::Home
        | Key::End => palette.edit(key),
    }
    None
}

/// Closes the list, and asks for the selected action.
fn selected(state: &mut State) -> Option<Action> {
    let Some(Overlay::Palette(palette)) = &state.ui.overlay else { return None };
    let Some(binding) = palette.found().get(palette.chosen).copied() else {
        state
            .only_say("No action has that name. Press Backspace to delete a letter, Esc to close.");
        return None;
    };
    state.ui.overlay = None;
    // The audience sees the key that would have done the same.
    state.ui.note_key(binding.keys[0].to_string());
    Some(binding.action)
}
