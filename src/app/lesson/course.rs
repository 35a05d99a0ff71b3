//! The lessons that come with the program, as a list to select from.

use std::sync::{Arc, LazyLock};

use crate::app::lesson::{COURSE, read};
use crate::app::{
    Action, Effect, Lesson, LessonProgress, Need, Overlay, Palette, PaletteEntry, PaletteKind,
    State,
};

/// Lesson 0, for those who see the program for the first time.
pub const TOUR: (&str, &str) = ("00-tour.md", include_str!("../../../assets/lessons/00-tour.md"));

/// The tour and the course, each with its number.
static LESSONS: LazyLock<Vec<(usize, Arc<Lesson>)>> = LazyLock::new(|| {
    let files = std::iter::once(&TOUR).chain(&COURSE).enumerate();
    let lessons = files.filter_map(|(number, (name, text))| Some((number, read(name, text).ok()?)));
    lessons.map(|(number, lesson)| (number, Arc::new(lesson))).collect()
});

/// Opens the list of lessons, at the one after that which is given.
pub(crate) fn open_list(state: &mut State) -> Vec<Effect> {
    let given = state.lesson.as_ref().and_then(|progress| progress.number);
    let list = list(&LESSONS);
    let next = given.map_or(0, |number| number + 1).min(list.entries.len().saturating_sub(1));
    state.ui.overlay = Some(Overlay::Palette(Palette { chosen: next, ..list }));
    vec![]
}

/// Gives the lesson of that number.
pub(crate) fn give(state: &mut State, number: usize) -> Vec<Effect> {
    let lesson = |number: usize| LESSONS.iter().find(|(n, _)| *n == number);
    let Some((_, given)) = lesson(number) else { return vec![] };
    let next = lesson(number + 1).map(|(_, lesson)| lesson.title.clone());
    let progress = LessonProgress::new(Arc::clone(given), Some(number));
    state.lesson = Some(LessonProgress { next, began: state.now, ..progress });
    vec![]
}

/// A list of lessons: number, title, minutes and needs of each, and the belief that the selected one tests.
pub fn list(lessons: &[(usize, Arc<Lesson>)]) -> Palette {
    let entry = |(number, lesson): &(usize, Arc<Lesson>)| {
        let needs: Vec<String> = lesson.needs.iter().map(|need| in_words(*need)).collect();
        let needs = needs.join(", ");
        let minutes = format!("{:>2} min", lesson.minutes);
        let details =
            [("Common belief", format!("\"{}\"", lesson.belief)), ("Needs", needs.clone())];
        let details = details.into_iter().filter(|(_, words)| !words.is_empty());
        PaletteEntry {
            keys: vec![number.to_string()],
            name: lesson.title.clone().into(),
            about: lesson.belief.clone().into(),
            right: [format!("{minutes}  {needs}").trim_end().to_owned(), minutes],
            details: details.map(|(of, words)| format!("{of}: {words}").into()).collect(),
            action: Some(Action::GiveLesson(*number)),
        }
    };
    Palette::new(PaletteKind::Lessons, lessons.iter().map(entry).collect())
}

fn in_words(need: Need) -> String {
    match need {
        Need::Lab => String::from("lab"),
        Need::Ipv6 => String::from("IPv6"),
        Need::Linux(major, minor) => format!("Linux {major}.{minor}"),
    }
}
