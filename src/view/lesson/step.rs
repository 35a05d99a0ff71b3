//! A step: its caption, its question, its actions, and what was seen in place of what is expected.

use crate::app::{Advice, LessonActionKind, LessonProgress, Phase, Question, Step};
use crate::view::ThemeRole::{Dim, Error, Gauge, Heading, Key, Strong, Text};
use crate::view::lesson::lines::{
    LessonLine, LessonLines, Room, STRAYED, blank, caption, signed, wrapped,
};
use crate::view::style::glyphs::{REFUSED, SELECTED, WORKS};
use crate::view::{ThemeRole, text};

/// The columns of a bar, the fewest that show anything, and those of a count behind it.
const BAR: usize = 24;
const SHORTEST: usize = 8;
const COUNT: usize = 6;
/// Between two actions in a line.
const GAP: usize = 3;

pub(super) fn groups((progress, step): (&LessonProgress, &Step), room: Room) -> Vec<LessonLines> {
    let heading = wrapped(Heading, &step.heading, room.columns);
    let mut groups = vec![(9, blank())];
    if step.heading != progress.lesson.title {
        groups.push((6, heading));
    }
    groups.extend(match &progress.phase {
        Phase::SettingUp => setting_up((progress, step), room),
        Phase::Asking => asking((progress, step), room),
        Phase::Failed(seen) => failed(seen, (progress, step), room),
        Phase::Doing | Phase::Waiting | Phase::Done => told((progress, step), room),
    });
    groups.push((8, blank()));
    groups.retain(|(_, rows)| !rows.is_empty());
    groups
}

/// One line, in as many as the step has when it is set up.
fn setting_up((progress, step): (&LessonProgress, &Step), room: Room) -> Vec<LessonLines> {
    let next = if step.question.is_some() { asking } else { told };
    let lines: usize = next((progress, step), room).iter().map(|(_, rows)| rows.len()).sum();
    let words = "Setting the step up: the sockets of the steps before are made anew.";
    let mut groups = vec![(0, wrapped(Dim, words, room.columns))];
    groups.extend((1..lines).map(|_| (9, blank())));
    groups
}

fn asking((progress, step): (&LessonProgress, &Step), room: Room) -> Vec<LessonLines> {
    let Some(question) = &step.question else { return Vec::new() };
    let before = step.caption.iter().flat_map(|words| wrapped(Text, words, room.columns));
    vec![
        (2, before.collect()),
        (0, caption(std::slice::from_ref(&question.text), room)),
        (7, blank()),
        (1, choices(progress, question, room.columns)),
    ]
}

fn told((progress, step): (&LessonProgress, &Step), room: Room) -> Vec<LessonLines> {
    let is_done = progress.phase == Phase::Done;
    let mut groups = Vec::new();
    match &step.question {
        Some(_) if !is_done => groups = asking((progress, step), room),
        Some(question) => {
            groups.push((4, wrapped(Text, &question.text, room.columns)));
            groups.push((2, choices(progress, question, room.columns)));
            groups.push((7, blank()));
            groups.push((0, caption(words(progress, step), room)));
        }
        None => groups.push((0, caption(words(progress, step), room))),
    }
    groups.push((7, blank()));
    groups.push((5, actions((progress, step), room.columns)));
    groups.push((1, practice(progress, room.columns)));
    if progress.strayed {
        groups.push((1, signed((Key, "! "), (Strong, STRAYED), room.columns)));
    }
    groups
}

/// In practice, whether the table shows it, and what helps.
fn practice(progress: &LessonProgress, columns: usize) -> Vec<LessonLine> {
    let mut lines = Vec::new();
    if progress.phase == Phase::Done && progress.exercise.is_some() {
        let words = "Done: the table shows it.";
        lines.extend(signed((Key, &format!("{WORKS} ")), (Strong, words), columns));
    }
    if let Some(Advice::Broken(words)) = progress.advice.as_ref().filter(|_| progress.practises()) {
        lines.extend(signed((Key, "! "), (Strong, words), columns));
    }
    if let Some((words, degree)) = progress.hint() {
        let sign = match degree {
            Some([degree, degrees]) => format!("Hint {degree} of {degrees}: "),
            None => String::from("Hint: "),
        };
        lines.extend(signed((Heading, &sign), (Text, words), columns));
    }
    lines
}

/// What is said of a step now.
fn words<'a>(progress: &LessonProgress, step: &'a Step) -> &'a [String] {
    let is_over = progress.phase == Phase::Done && !step.after.is_empty();
    if is_over { &step.after } else { &step.caption }
}

fn failed(
    seen: &[(usize, String)],
    (progress, step): (&LessonProgress, &Step),
    room: Room,
) -> Vec<LessonLines> {
    let sign = format!("{REFUSED} ");
    let sentence =
        |(_, words): &(usize, String)| signed((Error, &sign), (Strong, words), room.columns);
    let caption = step.caption.iter().flat_map(|words| wrapped(Text, words, room.columns));
    vec![
        (4, caption.collect()),
        (7, blank()),
        (0, seen.iter().flat_map(sentence).collect()),
        (7, blank()),
        (5, actions((progress, step), room.columns)),
    ]
}

/// The choices with the votes for each; once the kernel has answered, with the right one.
fn choices(progress: &LessonProgress, question: &Question, columns: usize) -> Vec<LessonLine> {
    let is_answered = progress.phase == Phase::Done;
    let most = progress.votes.into_iter().max().unwrap_or(0);
    let lead = if is_answered { "✓ a  ".len() - 2 } else { "a  ".len() };
    let right = if is_answered { "  (right)" } else { "" };
    let widest = question.choices.iter().map(|choice| text::width(&choice.text)).max();
    let widest = widest.unwrap_or(0) + right.len();
    let left = columns.saturating_sub(lead + widest + COUNT).min(BAR);
    let bar = if left < SHORTEST { 0 } else { left };
    let count = if most > 0 { COUNT } else { 0 };
    let words = columns.saturating_sub(lead + count).min(widest);
    let rows =
        question.choices.iter().zip('a'..).zip(progress.votes).map(|((choice, letter), votes)| {
            let is_right = is_answered && choice.is_marked;
            let (part, sign) = match (is_answered, is_right) {
                (false, _) => (Text, String::new()),
                (true, true) => (Strong, format!("{WORKS} ")),
                (true, false) => (Dim, format!("{REFUSED} ")),
            };
            let answer =
                if is_right { format!("{}{right}", choice.text) } else { choice.text.clone() };
            let mut rows =
                signed((Key, &format!("{sign}{letter}  ")), (part, &answer), words + lead);
            if let Some(LessonLine::Words(first)) = rows.first_mut().filter(|_| most > 0) {
                let wide: usize = first.iter().map(|(_, words)| text::width(words)).sum();
                let (full, rest) = text::gauge(votes, most, bar);
                // A gap is between the bars of two lines.
                let full = full.replace(['█', '▌'], "▆");
                first.push((Text, " ".repeat((lead + words + 2).saturating_sub(wide))));
                first.extend([(Gauge, full), (Dim, rest), (Strong, format!(" {votes}"))]);
            }
            rows
        });
    rows.flatten().collect()
}

/// The actions in their order, each with the key that does the same by hand.
fn actions((progress, step): (&LessonProgress, &Step), columns: usize) -> Vec<LessonLine> {
    let mut rows: Vec<Vec<(ThemeRole, String)>> = Vec::new();
    let width = |row: &[(ThemeRole, String)]| {
        row.iter().map(|(_, words)| text::width(words)).sum::<usize>()
    };
    let actions = step.actions.iter().enumerate().filter(|_| !progress.practice);
    for (n, action) in actions {
        let is_next = progress.phase == Phase::Doing && n == progress.done;
        let sign = match (n < progress.done, is_next) {
            (true, _) => WORKS,
            (false, true) => SELECTED,
            (false, false) => " ",
        };
        let by_hand = match (&action.what, action.by_hand()) {
            (_, Some((key, words))) => [(Key, key), (Text, format!(" {words}"))],
            (LessonActionKind::Wait(_), None) => {
                [(Key, String::new()), (Text, action.text.clone())]
            }
            (_, None) => continue,
        };
        let mut item = vec![(Dim, format!("{sign} "))];
        item.extend(by_hand);
        match rows.last_mut() {
            Some(row) if width(row) + GAP + width(&item) <= columns => {
                row.push((Text, " ".repeat(GAP)));
                row.extend(item);
            }
            _ => rows.push(item),
        }
    }
    rows.into_iter().map(LessonLine::Words).collect()
}
