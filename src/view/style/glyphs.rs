//! Characters beyond ASCII, and what replaces them in an ASCII theme.

use ratatui::buffer::Buffer;

use crate::app::Mark;
use crate::tcp::TcpState;

/// Before what is selected, and in the title of the pane with the focus.
pub(crate) const SELECTED: &str = "▶";
pub(crate) const CUT: &str = "…";
/// The glyph of a row that is gone, whatever its last state was.
pub(crate) const HOLLOW: char = '○';
pub(crate) const OTHER: &str = "◀";
/// After the mark of a row that is to be compared.
pub(crate) const MARKED: &str = "◆";
/// Between two fields that differ, and two that are equal.
pub(crate) const DIFFERS: &str = "≠";
pub(crate) const EQUAL: &str = "=";
pub(crate) const DOWN: char = '▼';
/// A port in use, a free one, and one that the kernel never chooses.
pub(crate) const FULL: char = '█';
pub(crate) const FREE: char = '·';
pub(crate) const NEVER: char = '-';
/// A place of a queue that is taken, and one that is not.
pub(crate) const SLOT_FULL: &str = "■";
pub(crate) const SLOT_FREE: &str = "□";
pub(crate) const REFUSED: &str = "✗";
pub(crate) const WORKS: &str = "✓";
/// Before a warning, and a row that is to blame.
pub(crate) const BLAMED: &str = "!";
/// Between the pieces of a title.
pub(crate) const DASH: &str = "─";
pub(crate) const ARROW: &str = "→";
/// The upper of two ends of one connection.
pub(crate) const UPPER: &str = "┐";
/// The lower of two ends of one connection.
pub(crate) const LOWER: &str = "┘";

/// The glyph of a state: each has its own, and one that DejaVu Sans Mono and JetBrains Mono both have.
pub const fn glyph(state: TcpState) -> char {
    match state {
        TcpState::Listen => '◎',
        TcpState::SynSent => '▷',
        TcpState::SynReceived => '◁',
        TcpState::Established => '●',
        TcpState::FinWait1 => '◕',
        TcpState::FinWait2 => '◔',
        TcpState::CloseWait => '◨',
        TcpState::Closing => '◫',
        TcpState::LastAck => '◧',
        TcpState::TimeWait => '◌',
        TcpState::Closed => '◇',
    }
}

pub(crate) const fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::New => "+",
        Mark::Changed => "~",
        Mark::PutForward => "*",
        Mark::Gone => "-",
        Mark::Told => "'",
        Mark::Plain => " ",
    }
}

/// Characters beyond ASCII, those of frames first; the last of each piece replaces the others.
const ASCII: &str = r"─–▂▃▌- │┃| ━▄▅= ╭╮╰╯┏┓┗┛╔╗╚╝✓+ ·○□╌╍. █■≠# ▆▇●* ▶→›> ‹←◀< …═~ ✗×x ◫% ║I ┐└┴\ ┘/ ▕[ ▏] ▁_ ◎@ ◁& ◕1 ◔2 ◨w ◧a ╎╏◌: ◇o ▼◆v ▷?";

/// The replacement of `c` in an ASCII theme.
pub fn in_ascii(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    let alike = ASCII.split(' ').find(|alike| alike.contains(c));
    alike.and_then(|alike| alike.chars().last()).unwrap_or('?')
}

pub(crate) fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        cell.set_char(cell.symbol().chars().next().map_or(' ', in_ascii));
    }
}
