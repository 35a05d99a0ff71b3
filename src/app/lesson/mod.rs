//! Reads lessons: Markdown files with steps, questions, actions and tables.
//!
//! All errors of a file are found in one pass. What a file cannot say must not be sayable: no shell, no conditions, no loops,
//! no other files.

mod actions;
mod claims;
mod computers;
mod course;
mod fault;
mod fences;
mod head;
mod length;
mod markdown;
pub mod menu;
mod options;
mod ports;
mod question;
mod steps;
mod values;
mod words;

use std::borrow::Cow;

pub use crate::app::lesson::course::{COURSE, EXERCISES};
pub use crate::app::lesson::fault::{LessonFault, LessonFaults};
pub use crate::app::lesson::values::{CAPTION_VALUES, COMPUTER_VALUES};

use crate::app::Lesson;
use crate::app::lesson::fault::is_printable;
use crate::app::lesson::steps::StepReader;
use crate::tcp::{ListenSpec, Port};

/// No lesson is longer, in bytes.
const LONGEST: usize = 64 * 1024;

/// Reads the lesson in a file.
///
/// # Errors
/// When it is no lesson: everything that is wrong with it.
pub fn read(file_name: &str, text: &str) -> Result<Lesson, LessonFaults> {
    let text = plain(text);
    let (lesson, mut faults) = examined(&text);
    faults.retain(|fault| !fault.is_warning);
    if faults.is_empty() { Ok(lesson) } else { Err(LessonFaults::new(file_name, &text, faults)) }
}

/// The same with its ten ports from that one on. Errors are about the text as it is written.
///
/// # Errors
/// As of [`read`].
pub fn read_at(file_name: &str, text: &str, port: Port) -> Result<Lesson, LessonFaults> {
    let as_written = read(file_name, text)?;
    let is_moved = port != ListenSpec::PORT;
    if is_moved { read(file_name, &ports::moved(text, port)) } else { Ok(as_written) }
}

/// Everything that is wrong with the lesson in a file, and what could be better.
pub fn check(file_name: &str, text: &str) -> LessonFaults {
    let text = plain(text);
    LessonFaults::new(file_name, &text, examined(&text).1)
}

/// The text of a lesson's file.
///
/// # Errors
/// When it is no text.
pub fn decode<'a>(file_name: &str, bytes: &'a [u8]) -> Result<&'a str, LessonFaults> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to().min(LONGEST)).unwrap_or_default();
        let text = String::from_utf8_lossy(valid);
        let (end, help) = (text.len()..text.len(), "save the file as UTF-8");
        let fault = LessonFault::new(end, "this is not text in UTF-8", help);
        LessonFaults::new(file_name, &text, vec![fault])
    })
}

/// The text with the line ends of Unix, and without a byte order mark.
fn plain(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\r') { text.replace("\r\n", "\n").into() } else { text.into() }
}

fn examined(text: &str) -> (Lesson, Vec<LessonFault>) {
    let mut lesson = Lesson::default();
    let mut faults = Vec::new();
    if text.len() > LONGEST {
        let first = text.lines().next().map_or(0, |line| line.len().min(80));
        let first = (0..=first).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let help = format!("a lesson has at most {} KiB", LONGEST / 1024);
        return (lesson, vec![LessonFault::new(0..first, "the file is too long", help)]);
    }
    let unseen = text.char_indices().find(|(_, c)| *c != '\n' && *c != '\t' && !is_printable(*c));
    if let Some((at, c)) = unseen {
        let message = format!("a character that cannot be seen, U+{:04X}", u32::from(c));
        let help = "a lesson is plain text: remove it";
        return (lesson, vec![LessonFault::new(at..at + c.len_utf8(), message, help)]);
    }
    let body = head::read(text, &mut lesson, &mut faults);
    let blocks = markdown::blocks(text, body, &mut faults);
    StepReader::new(text, &mut lesson, &mut faults).read(blocks);
    faults.extend(length::warnings(text, &lesson));
    (lesson, faults)
}
