use std::time::Duration;

use crate::app::Ui;
use crate::tcp::Moment;

/// A key that was pressed, as it is shown to an audience.
#[derive(Clone, Debug)]
pub struct PressedKey {
    /// When.
    pub at: Moment,
    /// The key and the count before it, or the text typed.
    pub keys: String,
    /// What it does.
    pub words: String,
}

impl Ui {
    const PRESSED: usize = 6;
    const SHOWN: Duration = Duration::from_millis(1800);

    /// The keys that are still shown, if they are shown at all.
    pub fn shown_keys(&self, now: Moment) -> impl DoubleEndedIterator<Item = &PressedKey> {
        let is_shown = move |key: &&PressedKey| now.since(key.at) < Ui::SHOWN;
        self.pressed.iter().filter(|_| self.look.keys).filter(is_shown)
    }

    /// After how long the next of them fades.
    pub(crate) fn next_fade(&self, now: Moment) -> Option<Duration> {
        self.shown_keys(now).map(|key| Ui::SHOWN.saturating_sub(now.since(key.at))).min()
    }

    /// Remembers a key; one that `goes_on` continues what was typed before, which has no meaning of its own.
    pub(crate) fn note_key(&mut self, key: PressedKey, goes_on: bool) {
        let is_open = |last: &&mut PressedKey| {
            goes_on && last.words.is_empty() && key.at.since(last.at) < Ui::SHOWN
        };
        if let Some(last) = self.pressed.back_mut().filter(is_open) {
            let keys = std::mem::take(&mut last.keys) + &key.keys;
            *last = PressedKey { keys, ..key };
            return;
        }
        if self.pressed.len() == Ui::PRESSED {
            self.pressed.pop_front();
        }
        self.pressed.push_back(key);
    }
}
