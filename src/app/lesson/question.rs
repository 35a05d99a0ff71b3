//! Questions: a task list whose items end with a claim.

use std::ops::Range;

use crate::app::lesson::fault::LessonFault;
use crate::app::lesson::markdown::{Task, first_line, foreign};
use crate::app::lesson::steps::{QUESTION, StepReader};
use crate::app::{Choice, Question, format};

impl StepReader<'_> {
    pub(super) fn question(&mut self, span: Range<usize>, tasks: &[Task], has_text: bool) {
        if tasks.iter().all(|task| task.is_marked.is_none()) {
            let help =
                "write a paragraph; choices have boxes: `- [ ] it disappears `no rows on :5000``";
            return self.faults.push(foreign(span, ("a list", help)));
        }
        if !self.is_in_order(QUESTION, &span) {
            return;
        }
        let text = if has_text { self.step.caption.pop() } else { None };
        if text.is_none() {
            let help = "write the question as a paragraph above them";
            self.faults.push(LessonFault::new(span.clone(), "the choices have no question", help));
        }
        let mut choices: Vec<Choice> = Vec::new();
        for task in tasks {
            let Some(choice) = self.right(self.choice(task)) else { continue };
            if choices.iter().any(|other| other.claim.condition == choice.claim.condition) {
                let place = task.claim.as_ref().map_or(&task.span, |(_, at)| at).clone();
                let help = "exactly one choice may hold when the actions are done";
                self.faults.push(LessonFault::new(place, "two choices make the same claim", help));
            }
            choices.push(choice);
        }
        if !(2..=4).contains(&tasks.len()) {
            let count = format::many(tasks.len() as u64, "choice", "choices");
            let what = format!("a question with {count}");
            self.faults.push(LessonFault::new(span.clone(), what, "write 2 to 4 choices"));
        }
        let mut marked = tasks.iter().filter(|task| task.is_marked == Some(true));
        if marked.next().is_none() {
            let help = "write `[x]` before the right one";
            self.faults.push(LessonFault::new(span, "no choice is marked as right", help));
        }
        if let Some(second) = marked.next() {
            let place = first_line(self.text, &second.span);
            let help = "exactly one has `[x]`, the others `[ ]`";
            let what = "a second choice is marked as right";
            self.faults.push(LessonFault::new(place, what, help));
        }
        self.step.question = Some(Question { text: text.unwrap_or_default(), choices });
    }

    fn choice(&self, task: &Task) -> Result<Choice, LessonFault> {
        let wrong = |what: &str, help: &str| {
            Err(LessonFault::new(first_line(self.text, &task.span), what, help))
        };
        let Some(is_marked) = task.is_marked else {
            return wrong("a choice without a box", "write `- [ ]` before it, or `- [x]`");
        };
        let Some((claim, at)) = &task.claim else {
            let help =
                "write at its end, in backquotes, what the table shows if it is right: `1 LISTEN`";
            return wrong("a choice without a claim", help);
        };
        if task.text.is_empty() {
            return wrong("a choice without words", "write the answer before its claim");
        }
        let code = self.text.get(at.clone()).unwrap_or("");
        let start = at.start + code.find(claim.as_str()).unwrap_or(0);
        Ok(Choice { text: task.text.clone(), claim: self.claim(claim, start)?, is_marked })
    }
}
