use std::io;

use crate::tcp::in_words;

/// Why it did not work, in one line: what could not be done, and the reasons behind it, each told once.
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
