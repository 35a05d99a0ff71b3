//! What a terminal sends for a key.

use fivetuple::app::Key;

/// The bytes of a key in the dashboard's own notation: `c`, `ctrl-c`, `Enter`.
pub(crate) fn bytes(name: &str) -> Result<Vec<u8>, String> {
    let sent: &[u8] = match name.parse::<Key>()? {
        Key::Char(c) => return Ok(c.to_string().into_bytes()),
        Key::Ctrl(c) if c.is_ascii() => return Ok(vec![c as u8 & 0x1f]),
        Key::Enter => b"\r",
        // As a terminal sends it that leaves no doubt: a bare ESC may be alt with the next key.
        Key::Esc => b"\x1b[27u",
        Key::Tab => b"\t",
        Key::BackTab => b"\x1b[Z",
        Key::Up => b"\x1b[A",
        Key::Down => b"\x1b[B",
        Key::Right => b"\x1b[C",
        Key::Left => b"\x1b[D",
        Key::PageUp => b"\x1b[5~",
        Key::PageDown => b"\x1b[6~",
        Key::Backspace => b"\x7f",
        Key::Delete => b"\x1b[3~",
        Key::Home => b"\x1b[H",
        Key::End => b"\x1b[F",
        Key::Ctrl(_) | Key::Alt(_) | Key::Insert | Key::F(_) => {
            return Err(format!("no test presses {name}"));
        }
    };
    Ok(sent.to_vec())
}
