//! What says that the picture shows the past, or stands still.

use crate::app::State;
use crate::view::{ThemeRole, Titles, text};

/// Which step of the past is shown, and how long ago that was.
fn title(state: &State) -> Option<String> {
    let past = state.sockets.past()?;
    let (_, newest) = state.sockets.steps();
    let ago = text::age(state.now.since(past.at));
    let (step, newest) = (text::number(past.step), text::number(newest));
    Some(if past.paused {
        String::from("PAUSED")
    } else {
        format!("PAST {ago} ago, step {step} of {newest}")
    })
}

/// The titles of a pane that may show the past: what stands at the right, behind `before`, and its border.
pub(crate) fn titles(state: &State, before: Vec<(ThemeRole, String)>) -> Titles {
    let words = title(state).map(|words| (ThemeRole::KeyCap, words));
    Titles {
        right: before.into_iter().chain(words).collect(),
        border: state.is_past().then_some(ThemeRole::Warning),
        ..Titles::default()
    }
}

/// For the first line: in as few words as can be.
pub(crate) fn short(state: &State) -> Option<String> {
    let past = state.sockets.past()?;
    let word = if past.paused { "PAUSED" } else { "PAST" };
    let ago = text::age(state.now.since(past.at));
    Some(format!(" {word} {ago} "))
}

/// For panes whose numbers have no past.
pub(crate) fn as_of_now(state: &State) -> Vec<(ThemeRole, String)> {
    let words = state.is_past().then(|| String::from("as of now"));
    words.map(|words| (ThemeRole::Warning, words)).into_iter().collect()
}
