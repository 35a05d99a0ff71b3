use std::fmt;
use std::str::FromStr;

/// A key, with Shift already applied; prints and parses as `c`, `ctrl-c`, `Enter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A letter, digit or sign.
    Char(char),
    /// A letter with ctrl.
    Ctrl(char),
    /// A letter with alt, which is not bound.
    Alt(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Insert, which is not bound.
    Insert,
    /// F1 to F24: desktops keep most of them, so that F1 is only a second key for help.
    F(u8),
}

const NAMED: [(Key, &str); 16] = [
    (Key::Enter, "Enter"),
    (Key::Esc, "Esc"),
    (Key::Tab, "Tab"),
    (Key::BackTab, "shift-Tab"),
    (Key::Up, "Up"),
    (Key::Down, "Down"),
    (Key::Left, "Left"),
    (Key::Right, "Right"),
    (Key::PageUp, "PageUp"),
    (Key::PageDown, "PageDown"),
    (Key::Backspace, "Backspace"),
    (Key::Delete, "Delete"),
    (Key::Home, "Home"),
    (Key::End, "End"),
    (Key::Insert, "Insert"),
    (Key::Char(' '), "Space"),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((_, name)) = NAMED.iter().find(|(key, _)| key == self) {
            f.pad(name)
        } else if let Key::Ctrl(c) = self {
            f.pad(&format!("ctrl-{c}"))
        } else if let Key::Alt(c) = self {
            f.pad(&format!("alt-{c}"))
        } else if let Key::F(n) = self {
            f.pad(&format!("F{n}"))
        } else if let Key::Char(c) = self {
            f.pad(c.encode_utf8(&mut [0; 4]))
        } else {
            write!(f, "{self:?}")
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Key, String> {
        if let Some((key, _)) = NAMED.iter().find(|(_, name)| *name == text) {
            return Ok(*key);
        }
        if let Some(n @ 1..=24) = text.strip_prefix('F').and_then(|number| number.parse().ok()) {
            return Ok(Key::F(n));
        }
        let (kind, letters): (fn(char) -> Key, &str) = match text.split_once('-') {
            Some(("ctrl", letter)) => (Key::Ctrl, letter),
            Some(("alt", letter)) => (Key::Alt, letter),
            _ => (Key::Char, text),
        };
        let mut letters = letters.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => Ok(kind(letter)),
            _ => Err(format!("{text:?} is not a key; write c, ctrl-c, Enter, Esc, Tab, Up, ...")),
        }
    }
}
