#![expect(clippy::wildcard_enum_match_arm, reason = "a text field ignores all other keys")]

use tui_input::{Input, InputRequest};

use crate::app::keys::Key;

/// The longest text that a field takes.
pub(crate) const LONGEST: usize = 256;

/// The characters of pasted text that a field takes.
pub(crate) fn printable(text: &str, longest: usize) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_control()).take(longest)
}

/// Takes a key in a line of text; says whether it has a meaning there.
pub(crate) fn edit_text(input: &mut Input, key: Key) -> bool {
    let request = match key {
        Key::Char(c) if input.value().chars().count() < LONGEST => InputRequest::InsertChar(c),
        Key::Backspace => InputRequest::DeletePrevChar,
        Key::Delete => InputRequest::DeleteNextChar,
        Key::Left => InputRequest::GoToPrevChar,
        Key::Right => InputRequest::GoToNextChar,
        Key::Home | Key::Ctrl('a') => InputRequest::GoToStart,
        Key::End | Key::Ctrl('e') => InputRequest::GoToEnd,
        Key::Ctrl('u') => InputRequest::DeleteLine,
        Key::Ctrl('w') => InputRequest::DeletePrevWord,
        _ => return false,
    };
    input.handle(request);
    true
}
