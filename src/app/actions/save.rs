//! Saving the ladder as a text file.

use crate::app::history::ladder::of;
use crate::app::history::ladder::text::as_text;
use crate::app::model::Tone;
use crate::app::{Effect, State};

/// Saves the ladder.
pub(crate) fn save(state: &mut State) -> Vec<Effect> {
    let Some(ladder) = of(state) else {
        state.say("No connection to save a ladder of. Press l, then c.");
        return vec![];
    };
    vec![Effect::Save {
        name: String::from("fivetuple-ladder"),
        texts: vec![("txt", as_text(&ladder))],
    }]
}

/// Says where the ladder was saved, or why not.
pub(crate) fn saved(state: &mut State, saved: Result<Vec<String>, String>) -> Vec<Effect> {
    let (tone, text) = match saved {
        Ok(files) => (
            Tone::Plain,
            format!("Saved the ladder as {} in the current directory.", files.join(" and ")),
        ),
        Err(why) => (Tone::Warning, format!("Cannot save the file: {why}.")),
    };
    state.notices.say(state.now, tone, text);
    vec![]
}
