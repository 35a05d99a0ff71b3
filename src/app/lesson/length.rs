//! How long a lesson is: on the screen, and read aloud.

use std::ops::Range;

use crate::app::lesson::fault::LessonFault;
use crate::app::lesson::markdown::lines_of;
use crate::app::{Lesson, LessonProgress, Step};

/// How many lines a caption has room for, at this width.
const MOST_LINES: usize = 3;
const WIDTH: usize = 80;

/// Captions that are too long, and minutes that are too few.
pub(super) fn warnings(text: &str, lesson: &Lesson) -> Vec<LessonFault> {
    let mut warnings: Vec<LessonFault> = Vec::new();
    for step in &lesson.steps {
        let place = line_place(text, step.line);
        for (what, said) in [("caption", &step.caption), ("text after the actions", &step.after)] {
            let lines: usize = said.iter().map(|part| textwrap::wrap(part, WIDTH).len()).sum();
            if lines > MOST_LINES {
                let message =
                    format!("the {what} of this step has {lines} lines of {WIDTH} columns");
                let help = format!("at most {MOST_LINES} fit on the screen: make two steps of it");
                warnings.push(LessonFault::warning(place.clone(), message, help));
            }
        }
    }
    let words: usize = lesson.steps.iter().flat_map(Step::words).sum();
    let a_minute = LessonProgress::WORDS_A_MINUTE;
    let minutes = words.div_ceil(a_minute as usize);
    if (1..minutes).contains(&lesson.minutes.into()) {
        let line = text.lines().position(|line| line.starts_with("minutes")).unwrap_or(0);
        let message = format!("{words} words need {minutes} minutes read aloud");
        let help =
            format!("write `minutes: {minutes}`, or say less; {a_minute} words are a minute");
        warnings.push(LessonFault::warning(line_place(text, line + 1), message, help));
    }
    warnings
}

/// The place of a line, counted from 1.
fn line_place(text: &str, line: usize) -> Range<usize> {
    let (start, line) = lines_of(text, 0..text.len()).nth(line - 1).unwrap_or_default();
    start..start + line.trim_end().len()
}
