//! What a lesson asks of the table: its rows, what holds of them, and the values in its captions.

pub(crate) mod judge;
mod matching;
pub(crate) mod rows;
pub(crate) mod speaker;
mod values;
pub(crate) mod whose;

use crate::app::query::lesson::matching::fits;
use crate::app::query::lesson::rows::lesson_rows;
use crate::app::{Claim, Condition, Lesson, Mark, Need, State, Statement, TableRow};
use crate::tcp::SocketRow;

impl State {
    /// Whether a claim holds of the table now; of one that was to hold once in this step, whether it did.
    pub fn holds(&self, claim: &Claim) -> bool {
        let rows: Vec<&SocketRow> = lesson_rows(self).collect();
        judge::holds(self, claim, &rows)
    }

    /// Whether a row is lit: the step of a lesson puts it forward, or else the last verb changed it.
    pub fn is_lit(&self, line: &TableRow) -> bool {
        self.is_put_forward(&line.row).unwrap_or_else(|| line.is_lit(self.spotlight()))
    }

    /// How a row is marked.
    pub fn mark(&self, line: &TableRow) -> Mark {
        match (line.mark(self.spotlight()), self.is_put_forward(&line.row)) {
            (Mark::New | Mark::Changed | Mark::Plain, Some(true)) => Mark::PutForward,
            (Mark::New | Mark::Changed, Some(false)) => Mark::Plain,
            (mark, _) => mark,
        }
    }

    /// Whether the step of the lesson puts that row forward; `None` where it puts none forward.
    pub(crate) fn is_put_forward(&self, row: &SocketRow) -> Option<bool> {
        let condition = self.lesson.as_ref()?.spotlight.as_ref()?;
        Some(match condition {
            Condition::Row(pattern) | Condition::Count { of: pattern, .. } => {
                fits(self, pattern, row)
            }
            Condition::Refused(_) => false,
        })
    }
}

/// What this machine lacks for a lesson, as far as that is known before it begins.
pub(crate) fn what_it_lacks(state: &State, lesson: &Lesson) -> Option<Statement> {
    lesson.needs.iter().find_map(|need| match *need {
        Need::Ipv6 if !state.machine.has_ipv6 => Some(Statement::new("lesson-without-ipv6")),
        Need::Linux(major, minor) if state.machine.linux < (major, minor) => {
            let (own, needed) = (state.machine.linux, (major, minor));
            let name = |(major, minor)| format!("{major}.{minor}");
            let what = Statement::new("lesson-old-linux").with("needed", name(needed));
            Some(what.with("own", name(own)))
        }
        Need::Lab | Need::Ipv6 | Need::Linux(..) => None,
    })
}
