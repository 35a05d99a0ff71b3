//! Every action by its name, for those who forget the keys.

use crate::app::keys::Key;
use crate::app::model::Tone;
use crate::app::state::means_nothing;
use crate::app::ui::Palette;
use crate::app::ui::text_input::edit_text;
use crate::app::update::act;
use crate::app::{Effect, Overlay, State};

/// Opens the list; a count that was typed before it stays for what is chosen in it.
pub(crate) fn open(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    state.ui.count = count;
    state.ui.overlay = Some(Overlay::Palette(Palette::default()));
    vec![]
}

/// Takes a key while the list is open.
pub(crate) fn press(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(Overlay::Palette(palette)) = &mut state.ui.overlay else {
        return vec![];
    };
    match key {
        Key::Esc => {
            state.ui.overlay = None;
            state.ui.count = None;
        }
        Key::Enter => return carry_out(state),
        Key::Down | Key::Tab | Key::Ctrl('n' | 'j') => palette.go(1),
        Key::Up | Key::BackTab | Key::Ctrl('p' | 'k') => palette.go(-1),
        Key::PageDown | Key::Ctrl('d') => palette.go(10),
        Key::PageUp => palette.go(-10),
        Key::Insert | Key::F(_) => {
            return means_nothing(state, key, "Enter does what is chosen, Esc closes");
        }
        Key::Char(_)
        | Key::Ctrl(_)
        | Key::Left
        | Key::Right
        | Key::Backspace
        | Key::Delete
        | Key::Home
        | Key::End => {
            let before = palette.text.value().to_owned();
            edit_text(&mut palette.text, key);
            if palette.text.value() != before {
                palette.chosen = 0;
            }
        }
    }
    vec![]
}

/// Does what the key of the chosen action does.
fn carry_out(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Palette(palette)) = &state.ui.overlay else {
        return vec![];
    };
    let Some(binding) = palette.found().get(palette.chosen).copied() else {
        let text = "no action is called that; Backspace takes letters back, Esc closes";
        state.notices.say(state.now, Tone::Plain, text);
        return vec![];
    };
    state.ui.overlay = None;
    // The audience sees the key that would have done the same.
    state.ui.note_key(binding.keys[0].to_string());
    act(state, binding.action)
}
