//! Titles of panes that show the past, or are paused.

use crate::app::State;
use crate::view::ThemeRole::{KeyCap, Warning};
use crate::view::{ThemeRole, Titles, text};

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

/// Titles for a pane that may show the past: the step after `before` at the right, and the border.
pub(crate) fn titles(state: &State, before: Vec<(ThemeRole, String)>) -> Titles {
    let words = title(state).map(|words| (KeyCap, words));
    Titles {
        right: before.into_iter().chain(words).collect(),
        border: state.is_past().then_some(Warning),
        ..Titles::default()
    }
}

pub(crate) fn short(state: &State) -> Option<String> {
    let past = state.sockets.past()?;
    let word = if past.paused { "PAUSED" } else { "PAST" };
    let ago = text::age(state.now.since(past.at));
    Some(format!(" {word} {ago} "))
}

/// For panes without a history.
pub(crate) fn as_of_now(state: &State) -> Vec<(ThemeRole, String)> {
    let words = state.is_past().then(|| String::from("as of now"));
    words.map(|words| (Warning, words)).into_iter().collect()
}
