use std::borrow::Cow;

use tui_input::Input;

use crate::app::ui::field::edit_text;
use crate::app::ui::glossary::TERMS;
use crate::app::ui::moved;
use crate::app::{Action, BINDINGS, Key};

/// A list that is searched by typing: the text typed, and the selected entry.
#[derive(Clone, Debug)]
pub struct Palette {
    /// What it lists.
    pub kind: PaletteKind,
    /// All of it.
    pub entries: Vec<PaletteEntry>,
    /// The words to find; empty shows everything.
    pub text: Input,
    /// The selected one of the entries found, counted from 0.
    pub chosen: usize,
}

/// What a palette lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaletteKind {
    /// Every action, and the terms that a search may mean.
    Actions,
    /// The lessons.
    Lessons,
    /// The terms of the field.
    Glossary,
}

/// One line of a palette.
#[derive(Clone, Debug, Default)]
pub struct PaletteEntry {
    /// Its keys, or its number.
    pub keys: Vec<String>,
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it is about, in a line.
    pub about: Cow<'static, str>,
    /// A few words for the end of its line, and fewer.
    pub right: [String; 2],
    /// What is said of it while it is selected, a paragraph each.
    pub details: Vec<Cow<'static, str>>,
    /// What Enter does; `None` closes the list.
    pub action: Option<Action>,
}

impl Palette {
    /// A list of these entries.
    pub fn new(kind: PaletteKind, entries: Vec<PaletteEntry>) -> Palette {
        Palette { kind, entries, text: Input::default(), chosen: 0 }
    }

    /// Every action by its name; a search finds terms, too.
    pub(crate) fn actions() -> Palette {
        let actions = BINDINGS.iter().filter(|binding| binding.is_listed());
        let actions = actions.map(|binding| PaletteEntry {
            keys: binding.keys.iter().map(ToString::to_string).collect(),
            name: binding.help.into(),
            about: binding.about.into(),
            action: Some(binding.action),
            ..PaletteEntry::default()
        });
        let terms = TERMS.iter().enumerate().map(|(n, term)| PaletteEntry {
            name: term.name.into(),
            about: format!("look up: {}", term.name).into(),
            action: Some(Action::LookUp(n)),
            ..PaletteEntry::default()
        });
        Palette::new(PaletteKind::Actions, actions.chain(terms).collect())
    }

    /// Every term of the glossary; the one at that place is selected.
    pub(crate) fn glossary(chosen: usize) -> Palette {
        let entries = TERMS.iter().map(|term| PaletteEntry {
            name: term.name.into(),
            about: term.meaning.as_str().into(),
            details: vec![term.meaning.as_str().into(), term.see.into()],
            ..PaletteEntry::default()
        });
        Palette { chosen, ..Palette::new(PaletteKind::Glossary, entries.collect()) }
    }

    /// The entries that contain every word typed, the best match first.
    pub fn found(&self) -> Vec<&PaletteEntry> {
        let typed = self.text.value().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let of_list = |entry: &&PaletteEntry| !words.is_empty() || !self.is_term(entry);
        let ranked = self.entries.iter().filter(of_list);
        let ranked = ranked.filter_map(|entry| Some((rank(entry, &words)?, entry)));
        let mut found: Vec<(usize, &PaletteEntry)> = ranked.collect();
        found.sort_by_key(|(rank, entry)| (self.is_term(entry), *rank));
        found.into_iter().map(|(_, entry)| entry).collect()
    }

    /// How many there are while nothing is typed.
    pub fn count(&self) -> usize {
        self.entries.iter().filter(|entry| !self.is_term(entry)).count()
    }

    /// Whether that is a term among actions.
    fn is_term(&self, entry: &PaletteEntry) -> bool {
        self.kind == PaletteKind::Actions && entry.keys.is_empty()
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

/// How badly the words match an entry, 0 for best; `None` where one does not match.
fn rank(entry: &PaletteEntry, words: &[&str]) -> Option<usize> {
    let name = entry.name.to_lowercase();
    let about = entry.about.to_lowercase();
    let one = |word: &&str| {
        let is_key = entry
            .keys
            .iter()
            .any(|key| key == *word || (key.len() > 1 && key.to_lowercase() == *word));
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
