use crate::app::keys::Key;

pub(crate) const ESC: u8 = 0x1b;

/// What the user did on the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalEvent {
    /// A key was pressed.
    Pressed(Key),
    /// Text was pasted.
    Pasted(String),
    /// The terminal said which background it has, in red, green and blue, or answered another question.
    Background(Option<[u8; 3]>),
    /// The left button of the mouse was pressed on a cell.
    Clicked {
        /// Its column.
        x: u16,
        /// Its row.
        y: u16,
    },
    /// The wheel was turned over a cell.
    Wheel {
        /// Its column.
        x: u16,
        /// Its row.
        y: u16,
        /// Downwards, or else upwards.
        down: bool,
    },
}

/// What a sequence of bytes from a terminal means.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    Event(TerminalEvent),
    OpensString,
    OpensPaste,
    /// A reply, a key that is released, the mouse that is moved.
    Nothing,
}

impl From<Option<TerminalEvent>> for Meaning {
    fn from(event: Option<TerminalEvent>) -> Meaning {
        event.map_or(Meaning::Nothing, Meaning::Event)
    }
}

impl From<Option<Key>> for Meaning {
    fn from(key: Option<Key>) -> Meaning {
        key.map(TerminalEvent::Pressed).into()
    }
}

/// The length of the first sequence, and its meaning; `None` while it is not whole.
pub(crate) fn sequence(bytes: &[u8]) -> Option<(usize, Meaning)> {
    let (skipped, (length, meaning)) = match bytes {
        [] | [ESC] | [ESC, ESC] => return None,
        [ESC, b'[', rest @ ..] => (2, control_sequence(rest)?),
        [ESC, b'O', rest @ ..] => (2, single_shift(rest)?),
        [ESC, b']' | b'P' | b'X' | b'^' | b'_', rest @ ..] => {
            rest.first()?;
            (2, (0, Meaning::OpensString))
        }
        [ESC, ESC, b'[' | b'O', ..] => match sequence(&bytes[1..])? {
            // An arrow with alt, as rxvt sends it. The mouse does not know of the Esc before it.
            key @ (_, Meaning::Event(TerminalEvent::Pressed(_))) => (1, key),
            _ => (1, (0, Some(Key::Esc).into())),
        },
        [ESC, ESC, ..] => (1, (0, Some(Key::Esc).into())),
        [ESC, rest @ ..] => {
            let (length, key) = plain_key(rest)?;
            let with_alt = key.map(|key| if let Key::Char(c) = key { Key::Alt(c) } else { key });
            (1, (length, with_alt.into()))
        }
        _ => {
            let (length, key) = plain_key(bytes)?;
            (0, (length, key.into()))
        }
    };
    Some((skipped + length, meaning))
}

/// A key that is no sequence: a letter in UTF-8, or a control byte.
fn plain_key(bytes: &[u8]) -> Option<(usize, Option<Key>)> {
    let key = match *bytes.first()? {
        b'\r' => Key::Enter,
        b'\t' => Key::Tab,
        0x7f => Key::Backspace,
        0 => Key::Ctrl(' '),
        letter @ 0x01..=0x1a => Key::Ctrl((b'a' - 1 + letter).into()),
        sign @ 0x1b..=0x1f => Key::Ctrl((b'3' - 0x1b + sign).into()),
        b' '.. => {
            let bytes = &bytes[..bytes.len().min(4)];
            let text = bytes.utf8_chunks().next()?;
            let Some(c) = text.valid().chars().next() else {
                let broken = text.invalid();
                let is_cut = str::from_utf8(bytes).is_err_and(|why| why.error_len().is_none());
                return (!is_cut).then_some((broken.len(), None));
            };
            return Some((c.len_utf8(), (!c.is_control()).then_some(Key::Char(c))));
        }
    };
    Some((1, Some(key)))
}

/// A key after ESC O; xterm puts its modifiers in between.
fn single_shift(bytes: &[u8]) -> Option<(usize, Meaning)> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let key = match *bytes.get(digits)? {
        b'M' => Some(Key::Enter),
        letter @ 0x20..=0x7e => key_by_letter(letter),
        _ => return Some((0, Some(Key::Alt('O')).into())),
    };
    Some((digits + 1, key.into()))
}

/// Longer than any key, and than any reply.
const LONGEST: usize = 256;

/// The bytes after ESC [.
fn control_sequence(bytes: &[u8]) -> Option<(usize, Meaning)> {
    if let [b'M', rest @ ..] = bytes {
        // The oldest report of the mouse: three bytes, each at least a space.
        if rest.iter().take(3).any(|byte| *byte < b' ') {
            return Some((1, Meaning::Nothing));
        }
        let [button, x, y] = rest.first_chunk()?.map(|byte| u32::from(byte) - 32);
        return Some((4, mouse(button, (x, y), true).into()));
    }
    if let [b'[', rest @ ..] = bytes {
        // F1 to F5 of the Linux console.
        let n = rest.first()?.wrapping_sub(b'A');
        return Some(if n < 5 { (2, Some(Key::F(n + 1)).into()) } else { (1, Meaning::Nothing) });
    }
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_rxvt_with_shift = digits > 0 && bytes.get(digits) == Some(&b'$');
    let end = bytes.iter().position(|byte| !(b' '..=b'?').contains(byte));
    let end = if is_rxvt_with_shift { Some(digits) } else { end };
    let Some(end) = end else {
        return (bytes.len() > LONGEST).then_some((bytes.len(), Meaning::Nothing));
    };
    let last = bytes[end];
    if !(b' '..=b'~').contains(&last) {
        // Cut off: this byte is a key of its own.
        return Some((end, Meaning::Nothing));
    }
    let parameters = str::from_utf8(&bytes[..end]).unwrap_or_default();
    Some((end + 1, meaning(&Parameters(parameters), last)))
}

/// Numbers between semicolons, which may have parts between colons.
struct Parameters<'a>(&'a str);

impl Parameters<'_> {
    fn part(&self, at: usize, part: usize) -> Option<u32> {
        self.0.split(';').nth(at)?.split(':').nth(part)?.parse().ok()
    }

    fn get(&self, at: usize) -> Option<u32> {
        self.part(at, 0)
    }

    /// A bit each for shift, alt, ctrl and others.
    fn modifiers(&self) -> u32 {
        self.get(1).unwrap_or(1).saturating_sub(1)
    }
}

fn meaning(parameters: &Parameters<'_>, last: u8) -> Meaning {
    if let Some(report) = parameters.0.strip_prefix('<').map(Parameters) {
        return mouse_report(&report, 0, last == b'M').into();
    }
    if last == b'c' && parameters.0.starts_with('?') {
        return Meaning::Event(TerminalEvent::Background(None));
    }
    let is_reply = parameters.0.contains(|c: char| !matches!(c, '0'..='9' | ';' | ':'));
    let is_released = parameters.part(1, 1) == Some(3);
    if is_reply || is_released {
        return Meaning::Nothing;
    }
    let first = parameters.get(0).unwrap_or(1);
    let key = match last {
        b'M' => return mouse_report(parameters, 32, true).into(),
        b'~' if first == 200 => return Meaning::OpensPaste,
        b'~' if first == 27 => {
            parameters.get(2).and_then(|code| key_by_code(code, parameters.modifiers()))
        }
        b'~' | b'^' | b'$' | b'@' => key_by_number(first),
        b'u' => {
            let has_shift = parameters.modifiers() & SHIFT != 0;
            let shifted = parameters.part(0, 1).filter(|_| has_shift);
            key_by_code(shifted.unwrap_or(first), parameters.modifiers())
        }
        letter if first == 1 => key_by_letter(letter),
        _ => None,
    };
    key.into()
}

fn key_by_letter(letter: u8) -> Option<Key> {
    Some(match letter {
        b'A' | b'a' => Key::Up,
        b'B' | b'b' => Key::Down,
        b'C' | b'c' => Key::Right,
        b'D' | b'd' => Key::Left,
        b'F' => Key::End,
        b'H' => Key::Home,
        b'P'..=b'S' => Key::F(letter - b'P' + 1),
        b'Z' => Key::BackTab,
        _ => return None,
    })
}

fn key_by_number(number: u32) -> Option<Key> {
    let function = |gaps: u32| u8::try_from(number - 10 - gaps).ok().map(Key::F);
    Some(match number {
        1 | 7 => Key::Home,
        2 => Key::Insert,
        3 => Key::Delete,
        4 | 8 => Key::End,
        5 => Key::PageUp,
        6 => Key::PageDown,
        11..=15 => return function(0),
        17..=21 => return function(1),
        23..=26 => return function(2),
        28..=29 => return function(3),
        31..=34 => return function(4),
        _ => return None,
    })
}

const SHIFT: u32 = 1;
const ALT: u32 = 2;
const CTRL: u32 = 4;
/// Super, hyper, meta: keys of the desktop.
const OF_THE_DESKTOP: u32 = 8 | 16 | 32;
const CAPS_LOCK: u32 = 64;

/// A key by its code point; those in the private use area are kitty's, the keypad's among them.
fn key_by_code(code: u32, modifiers: u32) -> Option<Key> {
    const KEYPAD: [Key; 10] = [
        Key::Left,
        Key::Right,
        Key::Up,
        Key::Down,
        Key::PageUp,
        Key::PageDown,
        Key::Home,
        Key::End,
        Key::Insert,
        Key::Delete,
    ];
    let has = |modifier| modifiers & modifier != 0;
    let c = match code {
        _ if has(OF_THE_DESKTOP) => return None,
        9 if has(SHIFT) => return Some(Key::BackTab),
        9 => return Some(Key::Tab),
        13 | 57414 => return Some(Key::Enter),
        27 => return Some(Key::Esc),
        8 | 127 => return Some(Key::Backspace),
        57399..=57408 => char::from_digit(code - 57399, 10)?,
        57417..=57426 => return Some(KEYPAD[code as usize - 57417]),
        0xe000..=0xf8ff => return None,
        _ => char::from_u32(code).filter(|c| !c.is_control())?,
    };
    Some(if has(CTRL) {
        Key::Ctrl(c.to_ascii_lowercase())
    } else if has(ALT) {
        Key::Alt(c)
    } else if has(SHIFT | CAPS_LOCK) {
        Key::Char(c.to_uppercase().next().unwrap_or(c))
    } else {
        Key::Char(c)
    })
}

fn mouse_report(report: &Parameters<'_>, from: u32, is_press: bool) -> Option<TerminalEvent> {
    let button = report.get(0)?.checked_sub(from)?;
    mouse(button, (report.get(1)?, report.get(2)?), is_press)
}

/// A click of the left button, or the wheel, with whichever modifiers.
fn mouse(button: u32, (x, y): (u32, u32), is_press: bool) -> Option<TerminalEvent> {
    const MODIFIERS: u32 = 4 | 8 | 16;
    let cell = |n: u32| u16::try_from(n.saturating_sub(1)).unwrap_or(u16::MAX);
    let (x, y) = (cell(x), cell(y));
    match button & !MODIFIERS {
        0 if is_press => Some(TerminalEvent::Clicked { x, y }),
        64 => Some(TerminalEvent::Wheel { x, y, down: false }),
        65 => Some(TerminalEvent::Wheel { x, y, down: true }),
        _ => None,
    }
}
