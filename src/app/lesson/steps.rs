//! The steps of a lesson: what stands below each heading.

use std::ops::Range;

use crate::app::lesson::expect;
use crate::app::lesson::fault::{LessonFault, line_at};
use crate::app::lesson::markdown::{MarkdownBlock, MarkdownKind, foreign};
use crate::app::lesson::options::Forms;
use crate::app::lesson::words::Words;
use crate::app::lesson::{claims, values};
use crate::app::{Claim, Lesson, Step};

const AT_HOME: &str = "At home";

/// Reads the blocks below the head, one after another.
pub(super) struct StepReader<'a> {
    pub(super) text: &'a str,
    pub(super) lesson: &'a mut Lesson,
    pub(super) faults: &'a mut Vec<LessonFault>,
    pub(super) forms: Forms,
    pub(super) is_at_home: bool,
    /// What the step has already, by its place in the order: the question, `do`, `expect`.
    has: [bool; 3],
    heading: Range<usize>,
    is_after_paragraph: bool,
}

pub(super) const QUESTION: usize = 0;
pub(super) const DO: usize = 1;
pub(super) const EXPECT: usize = 2;

impl<'a> StepReader<'a> {
    pub(super) fn new(
        text: &'a str,
        lesson: &'a mut Lesson,
        faults: &'a mut Vec<LessonFault>,
    ) -> StepReader<'a> {
        StepReader {
            text,
            lesson,
            faults,
            forms: Forms::new(),
            is_at_home: false,
            has: [false; 3],
            heading: 0..0,
            is_after_paragraph: false,
        }
    }

    pub(super) fn read(mut self, blocks: Vec<MarkdownBlock<'_>>) {
        let mut early = None;
        for block in blocks {
            let was_paragraph = std::mem::take(&mut self.is_after_paragraph);
            let is_prose = matches!(
                block.kind,
                MarkdownKind::Paragraph(_) | MarkdownKind::Tasks(_) | MarkdownKind::Quote(_)
            );
            if is_prose && !self.is_at_home {
                self.faults.extend(values::unknown(self.text, &block.span));
            }
            let span = self.first_line(&block.span);
            match block.kind {
                MarkdownKind::Heading { is_step, text } => self.heading(span, is_step, text),
                _ if self.lesson.steps.is_empty() && !self.is_at_home => {
                    early.get_or_insert(span);
                }
                MarkdownKind::Paragraph(text) => self.paragraph(text),
                MarkdownKind::Fence(fence) => self.fence(span, &fence),
                _ if self.is_at_home => {
                    let what = foreign(
                        span,
                        "a part of a step",
                        "`# At home` has paragraphs and blocks of commands",
                    );
                    self.faults.push(what);
                }
                MarkdownKind::Tasks(tasks) => self.question(span, &tasks, was_paragraph),
                MarkdownKind::Quote(text) => self.note(span, &text),
                MarkdownKind::Foreign(what, help) => self.faults.push(foreign(span, what, help)),
            }
        }
        self.close_step();
        let end = self.text.trim_end().len();
        let last_line = line_at(self.text, end).1..end;
        if self.lesson.steps.is_empty() {
            let fault = LessonFault::new(early.unwrap_or(last_line), "the lesson has no step");
            let help = "write `# Heading` below the head, and below it what is said and done";
            self.faults.push(fault.help(help));
        } else if let Some(early) = early {
            let fault = LessonFault::new(early, "text before the first step");
            self.faults.push(fault.help("begin a step with `# Heading`"));
        }
    }

    /// The part of a place in its first line.
    pub(super) fn first_line(&self, span: &Range<usize>) -> Range<usize> {
        let source = self.text.get(span.clone()).unwrap_or("");
        let first = source.lines().next().unwrap_or("").trim_end();
        span.start..span.start + first.len()
    }

    fn heading(&mut self, span: Range<usize>, is_step: bool, text: String) {
        if !is_step {
            let help = "a step begins with a single `#`; write the rest as a paragraph";
            return self.faults.push(foreign(span, "a heading inside a step", help));
        }
        if self.is_at_home {
            let fault = LessonFault::new(span.clone(), format!("a step after `# {AT_HOME}`"));
            self.faults.push(fault.help(format!("`# {AT_HOME}` is the last part of a lesson")));
        }
        self.close_step();
        if text.is_empty() {
            self.faults.push(
                LessonFault::new(span.clone(), "the heading is empty")
                    .help("write what is to be seen"),
            );
        }
        self.is_at_home = text == AT_HOME;
        self.has = [false; 3];
        self.heading = span.clone();
        if !self.is_at_home {
            let line = line_at(self.text, span.start).0;
            self.lesson.steps.push(Step { heading: text, line, ..Step::default() });
        }
    }

    /// Finds out whether the step that ends has all it needs.
    fn close_step(&mut self) {
        let Some(step) = self.lesson.steps.last().filter(|_| !self.is_at_home) else { return };
        let is_empty = step.caption.is_empty() && step.notes.is_empty() && self.has == [false; 3];
        let fault = |message| LessonFault::new(self.heading.clone(), message);
        let expects_event = || {
            let mut claims = step.expected.iter().flat_map(|expected| &expected.claims);
            claims.any(expect::is_of_this_step)
        };
        if is_empty {
            self.faults
                .push(fault("the step is empty").help("write what is said, or a `do` block"));
        } else if !self.has[DO] && expects_event() {
            let fault = fault("the step does nothing, and expects something that happens in it");
            self.faults.push(fault.help("`refused` and `once` need a `do` block in the same step"));
        }
    }

    fn paragraph(&mut self, text: String) {
        if self.is_at_home {
            return self.lesson.at_home.push(text);
        }
        self.is_after_paragraph = true;
        let has_acted = self.has[DO];
        let Some(step) = self.lesson.steps.last_mut() else { return };
        if has_acted { step.after.push(text) } else { step.caption.push(text) }
    }

    fn note(&mut self, span: Range<usize>, text: &str) {
        let Some(step) = self.lesson.steps.last_mut() else { return };
        let Some(note) = text.strip_prefix("Teacher:") else {
            let help = "a note for the teacher begins with `> Teacher:`";
            return self.faults.push(foreign(span, "a quotation", help));
        };
        step.notes.push(note.trim().to_owned());
    }

    /// Whether the step may have this part now: each once, and in their order.
    pub(super) fn is_in_order(&mut self, part: usize, span: &Range<usize>, name: &str) -> bool {
        let later =
            (part..).zip(["a question", "a `do` block", "an `expect` block"].iter().skip(part));
        let before = later
            .filter(|(other, _)| self.has.get(*other) == Some(&true))
            .map(|(_, name)| *name)
            .next();
        let Some(before) = before else {
            self.has[part] = true;
            return true;
        };
        let message = if self.has[part] {
            format!("the step has {name} already")
        } else {
            format!("{name} after {before}")
        };
        let help = "a step has one question, one `do` and one `expect`, in this order; begin another step with `# Heading`";
        self.faults.push(LessonFault::new(span.clone(), message).help(help));
        false
    }

    pub(super) fn claim(&self, text: &str, start: usize) -> Result<Claim, LessonFault> {
        let mut words = Words::of(text, start);
        let once = claims::take_once(&mut words);
        let line = line_at(self.text, start).0;
        Ok(Claim { text: text.trim().to_owned(), line, once, condition: claims::condition(words)? })
    }
}
