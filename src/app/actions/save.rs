//! Saving the ladder as a text file.

use crate::app::actions::only_say;
use crate::app::history::ladder::of;
use crate::app::history::ladder::text::as_text;
use crate::app::model::{Statement, Tone};
use crate::app::{Effect, State};

/// Saves the ladder.
pub(crate) fn save(state: &mut State) -> Vec<Effect> {
    let Some(ladder) = of(state) else {
        return only_say(state, "no-ladder");
    };
    vec![Effect::Save {
        name: String::from("fivetuple-ladder"),
        texts: vec![("txt", as_text(&ladder))],
    }]
}

/// Says where the ladder was saved, or why not.
pub(crate) fn saved(state: &mut State, saved: Result<Vec<String>, String>) -> Vec<Effect> {
    let (tone, what) = match saved {
        Ok(files) => {
            (Tone::Plain, Statement::new("ladder-saved").with("files", files.join(" and ")))
        }
        Err(why) => (Tone::Warning, Statement::new("not-saved").with("why", why)),
    };
    state.notices.say(state.now, tone, what);
    vec![]
}
