//! Bytes as text and, which std lacks, back: strangers' bytes reach a terminal only through [`escape`].

/// `bytes` in printable ASCII: line ends, escapes and everything foreign as `\n`, `\x1b`, ...
pub fn escape(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// What the user wrote, never strangers' bytes: like [`escape`], but letters and signs beyond ASCII stay. `unescape` turns it back.
pub fn legible(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if !c.is_ascii() && is_legible(c) {
                text.push(c);
            } else {
                text.push_str(&escape(c.encode_utf8(&mut [0; 4]).as_bytes()));
            }
        }
        text.push_str(&escape(chunk.invalid()));
    }
    text
}

/// Whether a character stands for itself: it can be seen, and changes nothing beside itself.
pub fn is_legible(c: char) -> bool {
    // What Rust prints of a character by itself: no controls, formats, combining marks, or spaces that look like none.
    c == ' ' || c.is_ascii_graphic() || (!c.is_ascii() && c.escape_debug().eq([c]))
}

/// The bytes that `text` stands for: `\n`, `\r`, `\t`, `\0`, `\\`, `\'`, `\"` and `\xHH` are understood, the rest is UTF-8 as it is.
///
/// # Errors
/// When a backslash is followed by something else; the text says what would be right.
pub fn unescape(text: &str) -> Result<Vec<u8>, &'static str> {
    const WRONG: &str =
        r#"unknown escape; write \n, \r, \t, \0, \\, \", \' or \xHH (two hexadecimal digits)"#;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        bytes.push(match rest.next().ok_or(WRONG)? {
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            '0' => 0,
            quoted @ ('\\' | '\'' | '"') => quoted as u8,
            'x' => {
                let mut digit = || rest.next().and_then(|c| c.to_digit(16)).ok_or(WRONG);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).map_err(|_| WRONG)?
            }
            _ => return Err(WRONG),
        });
    }
    Ok(bytes)
}
