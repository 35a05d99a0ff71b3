//! Blocks between fences: `do`, `expect`, `hint`, and the commands of `# At home`.

use std::ops::Range;

use crate::app::lesson::actions;
use crate::app::lesson::fault::{LessonFault, line_at};
use crate::app::lesson::markdown::Fence;
use crate::app::lesson::steps::{DO, EXPECT, Part, StepReader};
use crate::app::{Claim, Condition, Expectation, Hint, LessonAction, Need};

const FENCES: [&str; 3] = ["do", "expect", "hint"];

impl StepReader<'_> {
    pub(super) fn fence(&mut self, span: Range<usize>, fence: &Fence<'_>) {
        if !fence.is_closed {
            let help = "write ``` on a line of its own below it";
            return self.faults.push(LessonFault::new(span, "the block is not closed", help));
        }
        if self.part == Part::AtHome {
            // Indented, as Markdown has code without a fence: so a hand-out and the last card show it apart from the words.
            let code = |(_, line): &(usize, &str)| format!("    {line}").trim_end().to_owned();
            let lines: Vec<String> = fence.lines.iter().map(code).collect();
            return self.lesson.at_home.push(lines.join("\n"));
        }
        match fence.info.as_str() {
            "do" => self.actions(span, fence),
            "expect" => self.expected(span, fence),
            "hint" => self.hint(span, fence),
            other => {
                let what = match other {
                    "" => String::from("a block without a name"),
                    other => format!("unknown block `{other}`"),
                };
                let help = "write ```do, ```expect or ```hint";
                self.faults.push(LessonFault::new(span, what, help).suggest(other, FENCES));
            }
        }
    }

    fn actions(&mut self, span: Range<usize>, fence: &Fence<'_>) {
        if !self.is_in_order(DO, &span) {
            return;
        }
        if fence.written().next().is_none() {
            let help = "write one action a line: `listen`";
            self.faults.push(LessonFault::new(span, "the block does nothing", help));
        }
        for (start, line) in fence.written() {
            let read = actions::read(line, start, &self.forms);
            let Some((what, needs_lab)) = self.right(read) else { continue };
            let text = line.trim().to_owned();
            if needs_lab && !self.lesson.needs.contains(&Need::Lab) {
                let (place, what) =
                    (start..start + line.trim_end().len(), format!("`{text}` needs the lab"));
                self.faults.push(LessonFault::new(place, what, "write `needs: lab` in the head"));
            }
            let line = line_at(self.text, start).0;
            self.step.actions.push(LessonAction { text, line, what });
        }
    }

    fn expected(&mut self, span: Range<usize>, fence: &Fence<'_>) {
        if !self.is_in_order(EXPECT, &span) {
            return;
        }
        let mut lines = fence.written().peekable();
        let has_more = lines.next_if(|(_, line)| line.trim() == "...").is_some();
        let is_heading = |line: &str| line.starts_with("Proto ") || line.starts_with("Active ");
        let lines = lines.filter(|(_, line)| !is_heading(line.trim_start()));
        let claims: Vec<Option<Claim>> =
            lines.map(|(start, line)| self.right(self.claim(line, start))).collect();
        if claims.is_empty() {
            let help = "write `(no rows)` for an empty table";
            self.faults.push(LessonFault::new(span, "the block expects nothing", help));
        }
        let claims: Vec<Claim> = claims.into_iter().flatten().collect();
        // A block that names no row of the table says nothing about the other ones.
        let names_rows =
            claims.iter().any(|claim| !claim.once && matches!(claim.condition, Condition::Row(_)));
        self.step.expected = Some(Expectation { may_have_more: has_more || !names_rows, claims });
    }

    fn hint(&mut self, span: Range<usize>, fence: &Fence<'_>) {
        let mut lines = fence.written().peekable();
        let mut when = None;
        if let Some((start, line)) =
            lines.next_if(|(_, line)| line.trim_start().starts_with("when "))
        {
            let at = line.find("when ").unwrap_or(0) + "when ".len();
            when = self.right(self.claim(&line[at..], start + at));
            if when.is_none() {
                return;
            }
        }
        let text: Vec<&str> = lines.map(|(_, line)| line.trim()).collect();
        if text.is_empty() {
            let help = "write a sentence below the line with `when`";
            return self.faults.push(LessonFault::new(span, "the hint says nothing", help));
        }
        self.step.hints.push(Hint { when, text: text.join(" ") });
    }
}
