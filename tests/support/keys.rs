//! What a terminal sends for a key.

use fivetuple::app::Key;

/// The bytes of a key in the dashboard's own notation (`c`, `ctrl-c`, `Enter`), and of the same with `alt-` before it.
pub(crate) fn bytes(name: &str) -> Result<Vec<u8>, String> {
    if let Some(rest) = name.strip_prefix("alt-").filter(|rest| !rest.is_empty()) {
        return Ok([b"\x1b".to_vec(), bytes(rest)?].concat());
    }
    let sent: &[u8] = match name.parse::<Key>()? {
        Key::Char(c) => return Ok(c.to_string().into_bytes()),
        Key::Ctrl(c) => return control(c).map(|byte| vec![byte]),
        Key::Enter => b"\r",
        Key::Esc => b"\x1b",
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
        Key::Insert => b"\x1b[2~",
        Key::F(n) => return function(n),
    };
    Ok(sent.to_vec())
}

fn function(n: u8) -> Result<Vec<u8>, String> {
    let number = match n {
        1..=5 => 10 + n,
        6..=10 => 11 + n,
        11..=12 => 12 + n,
        _ => return Err(format!("no terminal has bytes for F{n}")),
    };
    Ok(format!("\x1b[{number}~").into_bytes())
}

fn control(c: char) -> Result<u8, String> {
    match u8::try_from(c.to_ascii_uppercase()) {
        Ok(byte @ b'@'..=b'_') => Ok(byte & 0x1f),
        _ => Err(format!("no terminal has a byte for ctrl-{c}")),
    }
}

#[test]
fn keys_become_what_xterm_sends() {
    let table: [(&str, &[u8]); 9] = [
        ("l", b"l"),
        ("ctrl-c", b"\x03"),
        ("ctrl-[", b"\x1b"),
        ("alt-x", b"\x1bx"),
        ("shift-Tab", b"\x1b[Z"),
        ("Space", b" "),
        ("é", "é".as_bytes()),
        ("F5", b"\x1b[15~"),
        ("F12", b"\x1b[24~"),
    ];
    for (name, sent) in table {
        assert_eq!(bytes(name).as_deref(), Ok(sent), "{name}");
    }
    assert!(bytes("ctrl-é").is_err() && bytes("F13").is_err());
}
