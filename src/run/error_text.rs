use std::io;

use crate::tcp::in_words;

/// An error with its causes in one line; a cause that the text ends with already is left out.
pub fn reason(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let words = match cause.downcast_ref::<io::Error>() {
            Some(error) => in_words(error),
            None => cause.to_string(),
        };
        if text.is_empty() {
            text = words;
        } else if !text.ends_with(&words) {
            text.extend([": ", &words]);
        }
    }
    text
}
