//! The question which background a terminal has, and its answer (xterm's control sequences, OSC 11).

use crate::app::keys::sequence::TerminalEvent;

/// The question, and one that every terminal answers (DA1): after its answer no other is to be waited for.
pub const ASK_BACKGROUND: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";
/// Longer than any answer.
pub(super) const LONGEST_ANSWER: usize = 64;

/// The colour in an answer: `11;rgb:ffff/ffff/ffff`.
pub(super) fn answer(string: &[u8]) -> Option<TerminalEvent> {
    let text = str::from_utf8(string).ok()?.strip_prefix("11;")?;
    // Some add how opaque it is.
    let (_, parts) = text.split_once("rgb:").or_else(|| text.split_once("rgba:"))?;
    let mut parts = parts.split('/').map(part);
    let colour = [parts.next()??, parts.next()??, parts.next()??];
    Some(TerminalEvent::Background(Some(colour)))
}

/// A part of a colour in one to four hexadecimal digits.
fn part(digits: &str) -> Option<u8> {
    let is_part = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let digits = Some(digits).filter(|_| is_part)?;
    let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)?.checked_sub(1)?;
    let part = u32::from_str_radix(digits, 16).ok()?;
    u8::try_from((part * 255).checked_div(most)?).ok()
}
