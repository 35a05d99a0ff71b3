//! Blocks between fences: `do`, `expect`, `hint`, and the commands of `# At home`.

use std::ops::Range;

use crate::app::lesson::fault::{LessonFault, line_at};
use crate::app::lesson::markdown::Fence;
use crate::app::lesson::steps::{DO, EXPECT, StepReader};
use crate::app::lesson::{actions, expect};
use crate::app::{Hint, LessonAction, Need};

const FENCES: [&str; 3] = ["do", "expect", "hint"];

impl StepReader<'_> {
    pub(super) fn fence(&mut self, span: Range<usize>, fence: &Fence<'_>) {
        let swallowed = fence.lines.iter().any(|(_, line)| line.starts_with("```"));
        if !fence.is_closed || swallowed {
            let fault = LessonFault::new(span, "the block is not closed");
            return self.faults.push(fault.help("write ``` on a line of its own below it"));
        }
        if self.is_at_home {
            // Indented, as Markdown has code without a fence: so a hand-out and the last card show it apart from the words.
            let code = |(_, line): &(usize, &str)| format!("    {line}").trim_end().to_owned();
            let lines: Vec<String> = fence.lines.iter().map(code).collect();
            return self.lesson.at_home.push(lines.join("\n"));
        }
        match fence.info.as_str() {
            "do" => self.actions(&span, fence),
            "expect" if self.is_in_order(EXPECT, &span, "an `expect` block") => {
                self.expected(span, fence);
            }
            "expect" => (),
            "hint" => self.hint(span, fence),
            other => {
                let what = if other.is_empty() {
                    String::from("a block without a name")
                } else {
                    format!("unknown block `{other}`")
                };
                let fault = LessonFault::new(span, what);
                self.faults.push(fault.suggest(other, FENCES, "write ```do, ```expect or ```hint"));
            }
        }
    }

    fn actions(&mut self, span: &Range<usize>, fence: &Fence<'_>) {
        if !self.is_in_order(DO, span, "a `do` block") {
            return;
        }
        let lines = fence.lines.iter().filter(|(_, line)| !line.trim().is_empty());
        let mut actions = Vec::new();
        for (start, line) in lines.clone() {
            let text = line.trim();
            match actions::read(line, *start, &self.forms) {
                Ok((what, needs_lab)) => {
                    if needs_lab && !self.lesson.needs.contains(&Need::Lab) {
                        let place = *start..*start + line.trim_end().len();
                        let fault = LessonFault::new(place, format!("`{text}` needs the lab"));
                        self.faults.push(fault.help("write `needs: lab` in the head"));
                    }
                    let line = line_at(self.text, *start).0;
                    actions.push(LessonAction { text: text.to_owned(), line, what });
                }
                Err(fault) => self.faults.push(fault),
            }
        }
        if lines.count() == 0 {
            self.faults.push(
                LessonFault::new(span.clone(), "the block does nothing")
                    .help("write one action a line: `listen`"),
            );
        }
        if let Some(step) = self.lesson.steps.last_mut() {
            step.actions = actions;
        }
    }

    fn expected(&mut self, span: Range<usize>, fence: &Fence<'_>) {
        let mut claims = Vec::new();
        let mut is_right = true;
        for (start, line) in expect::lines(fence) {
            match self.claim(line, start) {
                Ok(claim) => claims.push((claim, start..start + line.trim_end().len())),
                Err(fault) => {
                    is_right = false;
                    self.faults.push(fault);
                }
            }
        }
        if claims.is_empty() && is_right {
            let fault = LessonFault::new(span, "the block expects nothing");
            self.faults.push(fault.help("write `(no rows)` for an empty table"));
        }
        self.faults.extend(expect::conflicts(&claims));
        let claims = claims.into_iter().map(|(claim, _)| claim).collect();
        if let Some(step) = self.lesson.steps.last_mut() {
            step.expected = Some(expect::expectation(expect::may_have_more(fence), claims));
        }
    }

    fn hint(&mut self, span: Range<usize>, fence: &Fence<'_>) {
        let mut lines = fence.lines.iter().filter(|(_, line)| !line.trim().is_empty()).peekable();
        let mut when = None;
        if let Some((start, line)) =
            lines.next_if(|(_, line)| line.trim_start().starts_with("when "))
        {
            let at = line.find("when ").unwrap_or(0) + "when ".len();
            match self.claim(&line[at..], start + at) {
                Ok(claim) => when = Some(claim),
                Err(fault) => return self.faults.push(fault),
            }
        }
        let text: Vec<&str> = lines.map(|(_, line)| line.trim()).collect();
        if text.is_empty() {
            let fault = LessonFault::new(span, "the hint says nothing");
            return self.faults.push(fault.help("write a sentence below the line with `when`"));
        }
        if let Some(step) = self.lesson.steps.last_mut() {
            step.hints.push(Hint { when, text: text.join(" ") });
        }
    }
}
