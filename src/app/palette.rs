//! Every action by its name, for those who forget the keys.

use tui_input::Input;

use crate::app::form::edit_text;
use crate::app::press::means_nothing;
use crate::app::{BINDINGS, Binding, Effect, Key, Overlay, State, Tone, act};

/// What is typed to find an action, and which of those found is chosen.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// The words that are looked for; empty shows every action.
    pub text: Input,
    /// Which of the actions found is chosen, counted from 0.
    pub chosen: usize,
}

impl Palette {
    /// The actions that every word typed is found in: those whose name begins with it first.
    pub fn found(&self) -> Vec<&'static Binding> {
        let typed = self.text.value().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let listed = BINDINGS.iter().filter(|binding| binding.is_listed());
        let ranked = listed.filter_map(|binding| Some((rank(binding, &words)?, binding)));
        let mut found: Vec<(usize, &'static Binding)> = ranked.collect();
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, binding)| binding).collect()
    }

    /// Chooses the action so many further down, or up.
    pub(crate) fn go(&mut self, steps: i64) {
        let last = self.found().len().saturating_sub(1);
        let distance = usize::try_from(steps.unsigned_abs()).unwrap_or(usize::MAX);
        self.chosen = if steps < 0 {
            self.chosen.saturating_sub(distance)
        } else {
            self.chosen.saturating_add(distance).min(last)
        };
    }

    /// Adds pasted text.
    pub(crate) fn paste(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()).take(64) {
            edit_text(&mut self.text, Key::Char(c));
        }
        self.chosen = 0;
    }
}

/// How far the words are from being the name of an action, if they can be meant for it.
fn rank(binding: &Binding, words: &[&str]) -> Option<usize> {
    let name = binding.help.to_lowercase();
    let about = binding.about.to_lowercase();
    let one = |word: &&str| {
        let is_key = binding.keys.iter().any(|key| {
            let key = key.to_string();
            key == *word || (key.len() > 1 && key.to_lowercase() == *word)
        });
        if is_key {
            Some(0)
        } else if name.starts_with(word) {
            Some(1)
        } else if begins_a_word(&name, word) {
            Some(2)
        } else if begins_a_word(&about, word) {
            Some(3)
        } else if name.contains(word) || about.contains(word) {
            Some(4)
        } else {
            abbreviates(&name, word).then_some(6)
        }
    };
    words.iter().map(one).sum()
}

fn begins_a_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(word))
}

/// Whether the letters of `word` are in a word of `text`, in their order, from its first letter on: `hcls` is half-close.
fn abbreviates(text: &str, word: &str) -> bool {
    text.split(' ').any(|part| {
        let mut letters = part.chars();
        part.chars().next() == word.chars().next() && word.chars().all(|c| letters.any(|l| l == c))
    })
}

/// Opens the list; a count that was typed before it stays for what is chosen in it.
pub(crate) fn open(state: &mut State, count: Option<u32>) -> Vec<Effect> {
    state.desk.count = count;
    state.desk.overlay = Some(Overlay::Palette(Palette::default()));
    vec![]
}

/// Takes a key while the list is open.
pub(crate) fn press(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(Overlay::Palette(palette)) = &mut state.desk.overlay else {
        return vec![];
    };
    match key {
        Key::Esc => {
            state.desk.overlay = None;
            state.desk.count = None;
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
    let Some(Overlay::Palette(palette)) = &state.desk.overlay else {
        return vec![];
    };
    let Some(binding) = palette.found().get(palette.chosen).copied() else {
        let text = "no action is called that; Backspace takes letters back, Esc closes";
        state.notices.say(state.now, Tone::Plain, text);
        return vec![];
    };
    state.desk.overlay = None;
    // The audience sees the key that would have done the same.
    state.desk.note_key(binding.keys[0].to_string());
    act(state, binding.action)
}
