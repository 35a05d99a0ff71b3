use tui_input::Input;

use crate::app::ui::field::edit_text;
use crate::app::ui::moved;
use crate::app::{BINDINGS, Binding, Key};

/// The list of actions by name: the text typed, and the selected one.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// The words to find; empty shows every action.
    pub text: Input,
    /// The selected one of the actions found, counted from 0.
    pub chosen: usize,
}

impl Palette {
    /// The actions that contain every word typed, the best match first.
    pub fn found(&self) -> Vec<&'static Binding> {
        let typed = self.text.value().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let listed = BINDINGS.iter().filter(|binding| binding.is_listed());
        let ranked = listed.filter_map(|binding| Some((rank(binding, &words)?, binding)));
        let mut found: Vec<(usize, &'static Binding)> = ranked.collect();
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, binding)| binding).collect()
    }

    pub(crate) fn go(&mut self, steps: i64) {
        self.chosen = moved(self.chosen, steps, self.found().len().saturating_sub(1));
    }

    pub(crate) fn edit(&mut self, key: Key) {
        let before = self.text.value().to_owned();
        edit_text(&mut self.text, key);
        if self.text.value() != before {
            self.chosen = 0;
        }
    }
}

/// How badly the words match an action, 0 for best; `None` where one does not match.
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

/// Whether `word` abbreviates a word of `text`: `hcls` is half-close.
fn abbreviates(text: &str, word: &str) -> bool {
    text.split(' ').any(|part| {
        let mut letters = part.chars();
        part.chars().next() == word.chars().next() && word.chars().all(|c| letters.any(|l| l == c))
    })
}
