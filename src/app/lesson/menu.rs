//! The lessons and exercises that come with the program: a list to select from, and what comes after each.

use std::sync::{Arc, LazyLock};

use crate::app::actions::lesson;
use crate::app::lesson::{COURSE, EXERCISES, read, read_at};
use crate::app::{
    Action, Effect, Lesson, Need, Overlay, Palette, PaletteEntry, PaletteKind, Phase, State,
    Statement,
};
use crate::tcp::Port;

/// Lesson 0, for those who see the program for the first time.
pub const TOUR: (&str, &str) = ("00-tour.md", include_str!("../../../assets/lessons/00-tour.md"));

/// The tour and the course, each with its number and its text.
static LESSONS: LazyLock<Vec<CourseLesson>> =
    LazyLock::new(|| CourseLesson::all((0..).zip(std::iter::once(&TOUR).chain(&COURSE))));

static ALL_EXERCISES: LazyLock<Vec<CourseLesson>> =
    LazyLock::new(|| CourseLesson::all((1..).zip(&EXERCISES)));

struct CourseLesson {
    number: usize,
    name: &'static str,
    text: &'static str,
    lesson: Arc<Lesson>,
}

impl CourseLesson {
    fn all(
        files: impl Iterator<Item = (usize, &'static (&'static str, &'static str))>,
    ) -> Vec<CourseLesson> {
        let lessons = files.filter_map(|(number, (name, text))| {
            Some(CourseLesson { number, name, text, lesson: Arc::new(read(name, text).ok()?) })
        });
        lessons.collect()
    }

    fn numbered(number: usize) -> Option<&'static CourseLesson> {
        LESSONS.iter().find(|lesson| lesson.number == number)
    }

    /// It, with its ports from that one on.
    fn at(&self, port: Port) -> Arc<Lesson> {
        let lesson = read_at(self.name, self.text, port);
        lesson.map_or_else(|_| Arc::clone(&self.lesson), Arc::new)
    }
}

/// Opens the list of lessons, at the one after that which is given.
pub(crate) fn open_list(state: &mut State) -> Vec<Effect> {
    let given = state.lesson.as_ref().and_then(|progress| progress.number);
    let lessons = LESSONS.iter().map(|lesson| (lesson.number, &*lesson.lesson));
    let list = list(lessons);
    let next = given.map_or(0, |number| number + 1).min(list.entries.len().saturating_sub(1));
    state.ui.overlay = Some(Overlay::Palette(Palette { chosen: next, ..list }));
    vec![]
}

/// Gives the lesson of that number.
pub(crate) fn give(state: &mut State, number: usize) -> Vec<Effect> {
    let Some(given) = CourseLesson::numbered(number) else { return vec![] };
    let given = given.at(state.servers.at_start().at.port);
    begin(state, given, Some(number), None)
}

/// Opens the exercise of that number, in practice.
pub(crate) fn exercise(state: &mut State, number: usize) -> Vec<Effect> {
    let Some(given) = ALL_EXERCISES.iter().find(|exercise| exercise.number == number) else {
        return vec![];
    };
    let given = given.at(state.servers.at_start().at.port);
    let effects = lesson::give(state, given, None, None);
    if let Some(progress) = &mut state.lesson {
        (progress.practice, progress.exercise) = (true, Some(number));
        progress.began = state.now;
    }
    effects
}

/// Begins a lesson, whose last card names the one after it.
pub(crate) fn begin(
    state: &mut State,
    given: Arc<Lesson>,
    number: Option<usize>,
    pace: Option<u32>,
) -> Vec<Effect> {
    let effects = lesson::give(state, given, number, pace);
    if let Some(progress) = &mut state.lesson {
        let next = number.and_then(|number| CourseLesson::numbered(number + 1));
        let next = next.map(|next| next.lesson.title.clone());
        (progress.began, progress.next) = (state.now, next);
    }
    effects
}

/// Goes on in the lesson that is given; behind its last card with the next one.
pub(crate) fn go_on(state: &mut State) -> Vec<Effect> {
    let over = state.lesson.as_ref().filter(|progress| progress.step().is_none());
    let next = over.filter(|progress| progress.next.is_some()).and_then(|over| over.number);
    if let Some(number) = next {
        let practice = over.is_some_and(|progress| progress.practice);
        let effects = give(state, number + 1);
        if let Some(progress) = &mut state.lesson {
            progress.practice = practice;
        }
        return effects;
    }
    let done = state.lesson.as_ref().filter(|progress| progress.phase == Phase::Done);
    if done.and_then(|done| done.exercise) == Some(EXERCISES.len()) {
        let done = state.exercises_done.len() as u64;
        return state.only_say(Statement::new("exercises-over").count("done", done));
    }
    lesson::next(state);
    // Behind its only step an exercise has no last card.
    let over = state.lesson.as_ref().filter(|progress| progress.step().is_none());
    let next = over.and_then(|over| over.exercise).map(|number| number + 1);
    next.map_or_else(Vec::new, |next| exercise(state, next.min(EXERCISES.len())))
}

/// A list of lessons: number, title, minutes and needs of each, and the belief that the selected one tests.
pub fn list<'a>(lessons: impl Iterator<Item = (usize, &'a Lesson)>) -> Palette {
    let entry = |(number, lesson): (usize, &Lesson)| {
        let needs = needs(lesson);
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
            action: Some(Action::GiveLesson(number)),
        }
    };
    Palette::new(PaletteKind::Lessons, lessons.map(entry).collect())
}

/// What a lesson needs of the machine, in a few words.
pub(crate) fn needs(lesson: &Lesson) -> String {
    let needs = lesson.needs.iter().map(|need| match *need {
        Need::Lab => String::from("lab"),
        Need::Ipv6 => String::from("IPv6"),
        Need::Linux(major, minor) => format!("Linux {major}.{minor}"),
    });
    needs.collect::<Vec<_>>().join(", ")
}
