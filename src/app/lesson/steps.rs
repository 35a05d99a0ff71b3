//! The steps of a lesson: what stands below each heading.

use std::ops::Range;

use crate::app::lesson::fault::{LessonFault, line_at};
use crate::app::lesson::markdown::{MarkdownBlock, MarkdownKind, first_line, foreign};
use crate::app::lesson::options::Forms;
use crate::app::lesson::words::Words;
use crate::app::lesson::{claims, values};
use crate::app::{Claim, Condition, Lesson, Step};

const AT_HOME: &str = "At home";

/// Reads the blocks below the head, one after another.
pub(super) struct StepReader<'a> {
    pub(super) text: &'a str,
    pub(super) lesson: &'a mut Lesson,
    pub(super) faults: &'a mut Vec<LessonFault>,
    pub(super) forms: Forms,
    pub(super) part: Part,
    /// The step that is read.
    pub(super) step: Step,
    /// What it has already, by its place in the order: the question, `do`, `expect`.
    has: [bool; 3],
    heading: Range<usize>,
    is_after_paragraph: bool,
}

/// The part of a lesson that a heading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// None began yet.
    Nothing,
    Step,
    AtHome,
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
            part: Part::Nothing,
            step: Step::default(),
            has: [false; 3],
            heading: 0..0,
            is_after_paragraph: false,
        }
    }

    pub(super) fn read(mut self, blocks: Vec<MarkdownBlock<'_>>) {
        let mut early = None;
        for block in blocks {
            let was_paragraph = std::mem::take(&mut self.is_after_paragraph);
            let is_prose =
                !matches!(block.kind, MarkdownKind::Heading { .. } | MarkdownKind::Fence(_));
            if is_prose && self.part != Part::AtHome {
                self.faults.extend(values::unknown(self.text, &block.span));
            }
            let span = first_line(self.text, &block.span);
            match (block.kind, self.part) {
                (MarkdownKind::Heading { is_step, text }, _) => self.heading(span, is_step, text),
                (_, Part::Nothing) => drop(early.get_or_insert(span)),
                (MarkdownKind::Fence(fence), _) => self.fence(span, &fence),
                (MarkdownKind::Paragraph(text), Part::AtHome) => self.lesson.at_home.push(text),
                (_, Part::AtHome) => {
                    let help = "`# At home` has paragraphs and blocks of commands";
                    self.faults.push(foreign(span, ("a part of a step", help)));
                }
                (MarkdownKind::Paragraph(text), Part::Step) => {
                    self.is_after_paragraph = true;
                    let step = &mut self.step;
                    if self.has[DO] { &mut step.after } else { &mut step.caption }.push(text);
                }
                (MarkdownKind::Tasks(tasks), Part::Step) => {
                    self.question(span, &tasks, was_paragraph);
                }
                (MarkdownKind::Quote(text), Part::Step) => self.note(span, &text),
            }
        }
        self.close_step();
        let end = self.text.trim_end().len();
        let last_line = line_at(self.text, end).1..end;
        if self.lesson.steps.is_empty() {
            let help = "write `# Heading` below the head, and below it what is said and done";
            let place = early.unwrap_or(last_line);
            self.faults.push(LessonFault::new(place, "the lesson has no step", help));
        } else if let Some(early) = early {
            let help = "begin a step with `# Heading`";
            self.faults.push(LessonFault::new(early, "text before the first step", help));
        }
    }

    fn heading(&mut self, span: Range<usize>, is_step: bool, text: String) {
        if !is_step {
            let help = "a step begins with a single `#`; write the rest as a paragraph";
            return self.faults.push(foreign(span, ("a heading inside a step", help)));
        }
        if self.part == Part::AtHome {
            let (what, help) = (
                format!("a step after `# {AT_HOME}`"),
                format!("`# {AT_HOME}` is the last part of a lesson"),
            );
            self.faults.push(LessonFault::new(span.clone(), what, help));
        }
        self.close_step();
        if text.is_empty() {
            let help = "write what is to be seen";
            self.faults.push(LessonFault::new(span.clone(), "the heading is empty", help));
        }
        self.part = if text == AT_HOME { Part::AtHome } else { Part::Step };
        let line = line_at(self.text, span.start).0;
        self.step = Step { heading: text, line, ..Step::default() };
        (self.has, self.heading) = ([false; 3], span);
    }

    /// Finds out whether the step that ends has all it needs.
    fn close_step(&mut self) {
        if self.part != Part::Step {
            return;
        }
        let step = std::mem::take(&mut self.step);
        let is_empty = step.caption.is_empty() && step.notes.is_empty() && self.has == [false; 3];
        let mut claims = step.expected.iter().flat_map(|expected| &expected.claims);
        let mut expects_event =
            || claims.any(|claim| claim.once || matches!(claim.condition, Condition::Refused(_)));
        if is_empty {
            let help = "write what is said, or a `do` block";
            self.faults.push(LessonFault::new(self.heading.clone(), "the step is empty", help));
        } else if !self.has[DO] && expects_event() {
            let what = "the step does nothing, and expects something that happens in it";
            let help = "`refused` and `once` need a `do` block in the same step";
            self.faults.push(LessonFault::new(self.heading.clone(), what, help));
        }
        self.lesson.steps.push(step);
    }

    fn note(&mut self, span: Range<usize>, text: &str) {
        let Some(note) = text.strip_prefix("Teacher:") else {
            let help = "a note for the teacher begins with `> Teacher:`";
            return self.faults.push(foreign(span, ("a quotation", help)));
        };
        self.step.notes.push(note.trim().to_owned());
    }

    /// Whether the step may have this part now: each once, and in their order.
    pub(super) fn is_in_order(&mut self, part: usize, span: &Range<usize>) -> bool {
        let names = ["a question", "a `do` block", "an `expect` block"];
        let Some(before) = (part..names.len()).find(|later| self.has[*later]) else {
            self.has[part] = true;
            return true;
        };
        let message = if before == part {
            format!("the step has {} already", names[part])
        } else {
            format!("{} after {}", names[part], names[before])
        };
        let help = "a step has one question, one `do` and one `expect`, in this order; begin another step with `# Heading`";
        self.faults.push(LessonFault::new(span.clone(), message, help));
        false
    }

    pub(super) fn claim(&self, text: &str, start: usize) -> Result<Claim, LessonFault> {
        let mut words = Words::of(text, start);
        let once = words.take_all("once");
        let line = line_at(self.text, start).0;
        Ok(Claim { text: text.trim().to_owned(), line, once, condition: claims::condition(words)? })
    }

    /// What was read, unless it is wrong.
    pub(super) fn right<T>(&mut self, read: Result<T, LessonFault>) -> Option<T> {
        read.map_err(|fault| self.faults.push(fault)).ok()
    }
}
