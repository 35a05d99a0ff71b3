//! The last card: the belief crossed out, what was seen, how to see it at home, the next lesson.

use crate::app::{LessonProgress, State};
use crate::view::ThemeRole::{Heading, Key, Strong, Struck, Text};
use crate::view::lesson::lines::{
    LessonLine, LessonLines, Room, blank, caption, filled, signed, wrapped,
};
use crate::view::style::glyphs::{REFUSED, WORKS};

/// The lines of a screen beside what is to be done at home: its edges, the belief, the last caption, the next lesson.
const OTHERS: usize = 9;

pub(super) fn groups(state: &State, progress: &LessonProgress, room: Room) -> Vec<LessonLines> {
    let lesson = &progress.lesson;
    let columns = room.columns;
    let belief =
        signed((Strong, &format!("{REFUSED} Not so: ")), (Struck, &lesson.belief), columns);
    let mut groups = vec![(9, blank()), (0, belief), (7, blank())];
    if let Some(last) = lesson.steps.last().map(|step| filled(state, step)) {
        let words = if last.after.is_empty() { &last.caption } else { &last.after };
        groups.push((2, caption(words, room)));
        groups.push((7, blank()));
    }
    let seen = lesson.steps.iter().map(|step| step.heading.as_str());
    let seen = seen.flat_map(|words| signed((Key, &format!("{WORKS} ")), (Text, words), columns));
    // Without them no second blank line is left behind.
    groups.push((5, titled("What was seen", seen.chain(blank()))));
    let at_home = lesson.at_home.iter().flat_map(|text| text.lines());
    let at_home = at_home.flat_map(|line| wrapped(Text, line, columns));
    let at_home = titled("At home", at_home);
    if at_home.len() + OTHERS > room.rows {
        let lesson = progress.number.map_or_else(|| String::from("FILE"), |n| n.to_string());
        let words = format!("fivetuple lesson {lesson} --hand-out prints how to see the same.");
        groups.push((3, signed((Heading, "At home: "), (Text, &words), columns)));
    } else {
        groups.push((3, at_home));
    }
    if let Some(next) = &progress.next {
        groups.push((8, blank()));
        groups.push((1, signed((Heading, "Next: "), (Strong, next), columns)));
    }
    groups.push((8, blank()));
    groups.retain(|(_, rows)| !rows.is_empty());
    groups
}

/// Rows below a heading, if there are any.
fn titled(heading: &str, rows: impl Iterator<Item = LessonLine>) -> Vec<LessonLine> {
    let mut rows = rows.peekable();
    let heading = rows.peek().map(|_| LessonLine::Words(vec![(Heading, heading.to_owned())]));
    heading.into_iter().chain(rows).collect()
}
