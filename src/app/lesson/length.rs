//! How long a lesson is: on the screen, and read aloud.

use std::ops::Range;

use crate::app::lesson::fault::LessonFault;
use crate::app::{Lesson, Step};

/// How many words a minute a teacher reads aloud.
const WORDS_A_MINUTE: usize = 130;

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
                warnings.push(LessonFault::warning(place.clone(), message).help(help));
            }
        }
    }
    let words: usize = lesson.steps.iter().map(words_of).sum();
    let minutes = words.div_ceil(WORDS_A_MINUTE);
    if (1..minutes).contains(&lesson.minutes.into()) {
        let line = text.lines().position(|line| line.starts_with("minutes")).unwrap_or(0);
        let message = format!("{words} words need {minutes} minutes read aloud");
        let help =
            format!("write `minutes: {minutes}`, or say less; {WORDS_A_MINUTE} words are a minute");
        warnings.push(LessonFault::warning(line_place(text, line + 1), message).help(help));
    }
    warnings
}

/// The words that are read aloud.
fn words_of(step: &Step) -> usize {
    let question = step.question.iter();
    let asked = question
        .flat_map(|asked| asked.choices.iter().map(|choice| &choice.text).chain([&asked.text]));
    let said = step.caption.iter().chain(&step.after).chain([&step.heading]).chain(asked);
    said.map(|said| said.split_whitespace().count()).sum()
}

/// The place of a line, counted from 1.
fn line_place(text: &str, line: usize) -> Range<usize> {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let length = text
        .get(start..)
        .and_then(|rest| rest.lines().next())
        .map_or(0, |line| line.trim_end().len());
    start..start + length
}
