//! The lines of a lesson, before a theme gives them colours.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::{State, Step};
use crate::view::ThemeRole::Strong;
use crate::view::style::big_letters::BigLetters;
use crate::view::{Scene, ThemeRole, rect, text};

/// Columns at both sides of the text, with the frame.
pub(super) const MARGIN: usize = 3;

/// A line of the pane, before a theme gives it colours.
#[derive(Clone, Debug)]
pub(super) enum LessonLine {
    Words(Vec<(ThemeRole, String)>),
    /// One of the lines of a text in large letters.
    Large(String, u16),
}

/// Lines that belong together, with their rank: where there is no room, the highest goes first.
pub(super) type LessonLines = (u8, Vec<LessonLine>);
/// What a screen of that size has for the text of a lesson.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) columns: usize,
    /// The lines of the screen.
    pub(super) rows: usize,
    /// The most lines of a caption in large letters.
    pub(super) large: u16,
}

impl Room {
    pub(super) fn of(state: &State, screen: Rect) -> Room {
        let columns = usize::from(screen.width).saturating_sub(2 * MARGIN);
        let large = match state.ui.look.big {
            true => screen.height / 3,
            false if screen.width >= 150 && screen.height >= 50 => screen.height / 4,
            false => 0,
        };
        Room { columns, rows: screen.height.into(), large }
    }
}

/// A text in so many columns, each line with its role.
pub(super) fn wrapped(part: ThemeRole, words: &str, columns: usize) -> Vec<LessonLine> {
    let lines = text::wrap(words, columns).into_iter();
    lines.map(|words| LessonLine::Words(vec![(part, words)])).collect()
}

/// The same behind a sign in front of its first line.
pub(super) fn signed(
    sign: (ThemeRole, &str),
    (part, words): (ThemeRole, &str),
    columns: usize,
) -> Vec<LessonLine> {
    let lines = indented(sign.1, words, columns).into_iter();
    let row = |(before, words)| LessonLine::Words(vec![(sign.0, before), (part, words)]);
    lines.map(row).collect()
}

/// The lines of a text, with what stands before each: the sign, or as many blanks.
pub(super) fn indented(sign: &str, words: &str, columns: usize) -> Vec<(String, String)> {
    let indent = text::width(sign);
    let lines = text::wrap(words, columns.saturating_sub(indent)).into_iter();
    let before = std::iter::once(sign.to_owned()).chain(std::iter::repeat(" ".repeat(indent)));
    before.zip(lines).collect()
}

/// The step with the values of the table in its texts.
pub(super) fn filled(state: &State, step: &Step) -> Step {
    let mut step = step.clone();
    let texts = step.caption.iter_mut().chain(&mut step.after);
    let question = step.question.iter_mut();
    let asked = question.flat_map(|asked| {
        asked.choices.iter_mut().map(|choice| &mut choice.text).chain([&mut asked.text])
    });
    for text in texts.chain(asked) {
        *text = state.fills(text);
    }
    step
}

pub(super) fn blank() -> Vec<LessonLine> {
    vec![LessonLine::Words(vec![])]
}

/// In the largest letters that leave room for everything else.
pub(super) fn caption(paragraphs: &[String], room: Room) -> Vec<LessonLine> {
    let size = BigLetters::SENTENCE;
    let lines: Vec<String> =
        paragraphs.iter().flat_map(|words| text::wrap(words, size.fitting(room.columns))).collect();
    let has_letters = paragraphs.iter().all(|words| words.is_ascii());
    if has_letters && size.height() * rect::len(lines.len()) <= room.large {
        let large =
            |words: String| (0..size.height()).map(move |n| LessonLine::Large(words.clone(), n));
        return lines.into_iter().flat_map(large).collect();
    }
    paragraphs.iter().flat_map(|words| wrapped(Strong, words, room.columns.min(MEASURE))).collect()
}

/// The most columns of a line that is read with ease.
pub(super) const MEASURE: usize = 100;

/// What is said of a step that is done, and whose table has changed.
pub(super) const STRAYED: &str = "The table no longer fits this step. Space sets it up again.";

pub(super) fn styled(scene: Scene<'_>, line: LessonLine) -> Line<'static> {
    match line {
        LessonLine::Words(words) => {
            words.iter().flat_map(|(part, words)| scene.named(*part, words)).collect()
        }
        // Without blocks the words stand in the middle of the lines.
        LessonLine::Large(words, n) if scene.theme.is_ascii() => {
            scene.line(Strong, if n == 1 { words } else { String::new() })
        }
        LessonLine::Large(words, n) => {
            let lines = BigLetters::SENTENCE.draw(&words);
            scene.line(Strong, lines.into_iter().nth(n.into()).unwrap_or_default())
        }
    }
}
