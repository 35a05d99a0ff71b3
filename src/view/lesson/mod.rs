//! The lesson that is being given: its caption at the foot of the screen, the question, the last card.

mod last_card;
mod lines;
pub(crate) mod speaker;
mod step;

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::{LessonProgress, Phase, State};
use crate::view::ThemeRole::{Dim, Text, Warning};
use crate::view::lesson::lines::{LessonLines, MARGIN, Room, filled, styled};
use crate::view::scene::leave_out;
use crate::view::{Painter, ThemeRole, Titles, rect, text};

/// The frame of the pane.
const FRAME: u16 = 2;
/// Lines that a view keeps in any case: its frame, the heading, and a row.
const LEAST: u16 = 4;
/// From this rank on lines only help, and from this one on they only look better.
const HELPFUL: u8 = 3;
const DISPENSABLE: u8 = 6;

/// The lines of the pane on that screen, of so many that are left; none where no lesson is given. A view that has use for `wanted` lines
/// takes them from what is only beautiful, and the `kept` ones from what only helps; but a caption and a question are whole.
pub(crate) fn height(state: &State, screen: Rect, (left, [wanted, kept]): (u16, [u16; 2])) -> u16 {
    let Some(progress) = &state.lesson else { return 0 };
    let mut groups = groups(state, progress, Room::of(state, screen));
    let is_last_card = progress.step().is_none();
    for (rank, view) in [(DISPENSABLE, wanted), (HELPFUL, kept), (0, LEAST)] {
        let most = left.saturating_sub(FRAME + if is_last_card { 0 } else { view });
        leave_out(&mut groups, usize::from(most), rank);
    }
    let lines: usize = groups.iter().map(|(_, rows)| rows.len()).sum();
    let lines = rect::len(lines) + FRAME;
    let beside = left.saturating_sub(if is_last_card { wanted } else { LEAST });
    if is_last_card && lines > beside { left } else { lines.min(beside) }
}

fn groups(state: &State, progress: &LessonProgress, room: Room) -> Vec<LessonLines> {
    match progress.step() {
        Some(step) => step::groups((progress, &filled(state, step)), room),
        None => last_card::groups(state, progress, room),
    }
}

pub(crate) fn draw(painter: &mut Painter<'_>, place: Rect) {
    let scene = painter.scene;
    let Some(progress) = &scene.state.lesson else { return };
    let inner = painter.pane(place, titles(scene.state, progress, place.width));
    let mut groups = groups(scene.state, progress, Room::of(scene.state, painter.buffer.area));
    leave_out(&mut groups, usize::from(inner.height), 0);
    let rows = groups.into_iter().flat_map(|(_, rows)| rows);
    let inner = Rect { x: place.x + rect::len(MARGIN), ..inner };
    let lines: Vec<Line<'static>> = rows.map(|line| styled(scene, line)).collect();
    painter.put(inner.intersection(place), lines);
    let edge = rect::line(place, place.height - 1);
    draw_edge(painter, Rect { x: edge.x + 1, width: edge.width - 2, ..edge });
}

/// The keys of the lesson, and how far the step is, on the lower edge of the frame.
fn draw_edge(painter: &mut Painter<'_>, edge: Rect) {
    let scene = painter.scene;
    let Some(progress) = &scene.state.lesson else { return };
    let room = usize::from(edge.width);
    let all = keys(progress);
    let tries = (0..=all.len()).rev().map(|count| scene.keys(&all[..count]));
    let keys = tries.into_iter().find(|keys| keys.width() <= room).unwrap_or_default();
    let left = room.saturating_sub(keys.width());
    // The keys that are pressed are shown in their place.
    if scene.state.ui.shown_keys(scene.state.now).next().is_none() {
        painter.render(keys.right_aligned(), edge);
    }
    let Some((part, signs)) = sign(progress) else { return };
    if let Some(words) = signs.into_iter().find(|words| text::width(words) <= left) {
        painter.render(scene.span(part, words), edge);
    }
}

/// Which lesson, which step, how many minutes: in as many words as have room.
fn titles(state: &State, progress: &LessonProgress, width: u16) -> Titles {
    let lesson = &progress.lesson;
    let number = progress.exercise.or(progress.number);
    let number = number.map_or_else(String::new, |number| format!("{number}: "));
    let about = number + &lesson.title;
    let minutes = state.now.since(progress.began).as_secs() / 60;
    let (at, steps) = (progress.at + 1, lesson.steps.len());
    let of = lesson.minutes;
    let [long, short] = if progress.step().is_some() {
        [format!("step {at} of {steps}"), format!("{at}/{steps}")]
    } else {
        [String::from("the end"), String::from("end")]
    };
    let tries = [[long, format!("{minutes} of {of} min")], [short, format!("{minutes}/{of} min")]];
    let name = if progress.exercise.is_some() { "Exercise" } else { "Lesson" };
    let room = usize::from(width).saturating_sub(text::width(&about) + name.len() + 6);
    let wide =
        |pieces: &[String; 2]| pieces.iter().map(|piece| text::width(piece) + 2).sum::<usize>();
    let [long, short] = tries;
    let right = if wide(&long) <= room { long } else { short };
    // An exercise has one step.
    let right = right.into_iter().skip(usize::from(progress.exercise.is_some()));
    let right = right.map(|piece| (Text, piece)).collect();
    Titles { name, about, right, ..Titles::default() }
}

/// What the keys of the lesson do now; where there is no room, the last ones are left out.
fn keys(progress: &LessonProgress) -> Vec<(&'static str, &'static str)> {
    const BACK: (&str, &str) = ("Backspace", "back");
    const AGAIN: (&str, &str) = ("r", "again");
    let Some(step) = progress.step() else {
        let next = progress.next.as_ref().map(|_| ("Space", "next lesson"));
        return next.into_iter().chain([BACK]).collect();
    };
    match &progress.phase {
        Phase::SettingUp => Vec::new(),
        Phase::Asking => {
            let choices = step.question.as_ref().map_or(0, |question| question.choices.len());
            let letters = "a b c d".get(..(2 * choices).saturating_sub(1)).unwrap_or("a b c d");
            let then = if progress.practice { "your turn" } else { "shows what the kernel says" };
            vec![(letters, "vote"), ("Space", then), BACK]
        }
        Phase::Waiting if progress.practice => vec![("!", "hint"), AGAIN],
        Phase::Done if progress.exercise.is_some() => vec![("Space", "next exercise"), AGAIN],
        Phase::Failed(_) => vec![("Space", "go on"), BACK, AGAIN],
        Phase::Done if progress.strayed => vec![("Space", "set up again"), BACK],
        Phase::Doing | Phase::Waiting | Phase::Done => vec![("Space", "next"), BACK, AGAIN],
    }
}

/// A quiet sign of how far the step is, and a shorter one.
fn sign(progress: &LessonProgress) -> Option<(ThemeRole, [&'static str; 2])> {
    match (&progress.phase, progress.step()?) {
        (Phase::Waiting, _) if progress.practice => {
            Some((Dim, [" not yet: your turn ", " not yet "]))
        }
        (Phase::Waiting, _) => Some((Dim, [" waiting for the kernel ", " waiting "])),
        (Phase::Done, _) if progress.strayed => {
            Some((Warning, [" no longer as expected ", " strayed "]))
        }
        (Phase::Done, step) if step.expected.is_some() => {
            Some((Dim, [" ✓ as expected ", " ✓ as expected "]))
        }
        (Phase::Failed(_), _) => Some((Warning, [" not as expected ", " not yet "])),
        (Phase::SettingUp | Phase::Asking | Phase::Doing | Phase::Done, _) => None,
    }
}
