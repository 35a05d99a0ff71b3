//! Questions: a task list whose items end with a claim.

use std::ops::Range;

use crate::app::lesson::fault::LessonFault;
use crate::app::lesson::markdown::{Task, foreign};
use crate::app::lesson::steps::{QUESTION, StepReader};
use crate::app::{Choice, Question, format};

impl StepReader<'_> {
    pub(super) fn question(&mut self, span: Range<usize>, tasks: &[Task], has_text: bool) {
        if tasks.iter().all(|task| task.is_marked.is_none()) {
            let help =
                "write a paragraph; choices have boxes: `- [ ] it disappears `no rows on :5000``";
            return self.faults.push(foreign(span, "a list", help));
        }
        if !self.is_in_order(QUESTION, &span, "a question") {
            return;
        }
        let text =
            self.lesson.steps.last_mut().filter(|_| has_text).and_then(|step| step.caption.pop());
        if text.is_none() {
            let fault = LessonFault::new(span.clone(), "the choices have no question");
            self.faults.push(fault.help("write the question as a paragraph above them"));
        }
        let mut choices: Vec<Choice> = Vec::new();
        for task in tasks {
            match self.choice(task) {
                Ok(choice) => {
                    if choices.iter().any(|other| other.claim.condition == choice.claim.condition) {
                        let place =
                            task.claim.as_ref().map_or(task.span.clone(), |(_, at)| at.clone());
                        let fault = LessonFault::new(place, "two choices make the same claim");
                        self.faults.push(
                            fault.help("exactly one choice may hold when the actions are done"),
                        );
                    }
                    choices.push(choice);
                }
                Err(fault) => self.faults.push(fault),
            }
        }
        if !(2..=4).contains(&tasks.len()) {
            let fault = LessonFault::new(
                span.clone(),
                format!(
                    "a question with {}",
                    format::many(tasks.len() as u64, "choice", "choices")
                ),
            );
            self.faults.push(fault.help("write 2 to 4 choices"));
        }
        let marked: Vec<&Task> = tasks.iter().filter(|task| task.is_marked == Some(true)).collect();
        match marked[..] {
            [] => {
                let fault = LessonFault::new(span, "no choice is marked as right");
                self.faults.push(fault.help("write `[x]` before the right one"));
            }
            [_] => (),
            [_, second, ..] => {
                let fault = LessonFault::new(
                    self.first_line(&second.span),
                    "a second choice is marked as right",
                );
                self.faults.push(fault.help("exactly one has `[x]`, the others `[ ]`"));
            }
        }
        if let Some(step) = self.lesson.steps.last_mut() {
            step.question = Some(Question { text: text.unwrap_or_default(), choices });
        }
    }

    fn choice(&self, task: &Task) -> Result<Choice, LessonFault> {
        let span = self.first_line(&task.span);
        let Some(is_marked) = task.is_marked else {
            return Err(LessonFault::new(span, "a choice without a box")
                .help("write `- [ ]` before it, or `- [x]`"));
        };
        let Some((claim, at)) = &task.claim else {
            return Err(LessonFault::new(span, "a choice without a claim").help(
                "write at its end, in backquotes, what the table shows if it is right: `1 LISTEN`",
            ));
        };
        if task.text.is_empty() {
            return Err(LessonFault::new(span, "a choice without words")
                .help("write the answer before its claim"));
        }
        let code = self.text.get(at.clone()).unwrap_or("");
        let start = at.start + code.find(claim.as_str()).unwrap_or(0);
        Ok(Choice { text: task.text.clone(), claim: self.claim(claim, start)?, is_marked })
    }
}
