//! How far a lesson is that is being given.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::app::model::lesson::{Condition, Hint, Lesson, Step};
use crate::tcp::{Moment, Port, SocketId, SocketRow};

/// A lesson that is being given.
#[derive(Clone, Debug, Default)]
pub struct LessonProgress {
    /// The lesson.
    pub lesson: Arc<Lesson>,
    /// Its number in the course; `None` for a file of one's own.
    pub number: Option<usize>,
    /// The title of the lesson after it in the course.
    pub next: Option<String>,
    /// When it began.
    pub began: Moment,
    /// The step, counted from 0; behind the last one stands the last card.
    pub at: usize,
    /// How far the step is.
    pub phase: Phase,
    /// Since when the step is in this phase.
    pub since: Moment,
    /// Whether the actions are hidden, and left to the reader.
    pub practice: bool,
    /// Its number among the exercises, if it is one.
    pub exercise: Option<usize>,
    /// How many of the step's hints were asked for.
    pub hints: usize,
    /// What is said in practice of a table that does not fit.
    pub advice: Option<Advice>,
    /// When Space was pressed in practice, and the table did not fit: the next one skips the step.
    pub asked_to_skip: Option<Moment>,
    /// How many of the step's actions are done.
    pub done: usize,
    /// The class's answers, `a` to `d`.
    pub votes: [u32; 4],
    /// The claims of this step that held at some time, by their line.
    pub held_once: BTreeSet<usize>,
    /// Rows that were there before the lesson, and do not belong to it.
    pub strangers: HashSet<SocketId>,
    /// The ports that it speaks of, whose rows are watched from its beginning.
    pub ports: BTreeSet<Port>,
    /// Whether the table did fit the step, and does not any more.
    pub strayed: bool,
    /// What this machine lacks for the lesson, in a sentence.
    pub lacks: Option<String>,
    /// The rows that the step puts forward.
    pub spotlight: Option<Condition>,
    /// How fast the lesson goes on without a key, in percent of reading it aloud; `None` waits for a key.
    pub pace: Option<u32>,
    /// When Esc was pressed, if that is the last key that did anything: the next one leaves the lesson.
    pub asked_to_leave: Option<Moment>,
    /// What the player remembers between two events.
    pub(crate) play: LessonPlay,
}

/// What is said in practice of a table that does not fit, without being asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// The hint at that place, whose claim holds.
    Hint(usize),
    /// The step cannot be done any more as it is, in a sentence.
    Broken(String),
}

/// What the player of a lesson remembers between two events.
#[derive(Clone, Debug, Default)]
pub(crate) struct LessonPlay {
    /// How far it has set up.
    pub(crate) set_up: SetUp,
    /// Whether the lab was asked for.
    pub(crate) asked_for_lab: bool,
    /// Whether the lab is to be started anew: rows in its tables are in the way.
    pub(crate) lab_afresh: bool,
    /// The step whose actions are run: while it sets up, one before that which is shown.
    pub(crate) step: usize,
    /// Since when the next action is waited for.
    pub(crate) since: Moment,
    /// When the last order of the step was given.
    pub(crate) ordered: Moment,
    /// Rows that it has tried to end.
    pub(crate) ended: HashSet<SocketId>,
    /// How many of these calls are not over: they hold the ports.
    pub(crate) ending: usize,
    /// Rows whose TIME_WAIT was over since the sockets were made: had the class been quicker, they would be there.
    pub(crate) expired: Vec<SocketRow>,
    /// When the table was compared with the step the last time.
    pub(crate) compared: Moment,
    /// In practice, the rows of the step that were there at its beginning, by their lines in the file.
    pub(crate) had: BTreeSet<usize>,
    /// How often the next step was asked for while this one is under way.
    pub(crate) goes_on: u8,
}

/// How far the sockets of the steps before are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SetUp {
    /// The lab is started or stopped, as the lesson needs it.
    #[default]
    Lab,
    /// Everything is closed.
    Closing,
    /// The actions are done again.
    Redoing,
}

/// How far a step is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// The sockets of the steps before are made.
    #[default]
    SettingUp,
    /// The question is shown, and nothing done yet.
    Asking,
    /// The actions are under way.
    Doing,
    /// They are done, and the table does not show yet what is expected.
    Waiting,
    /// The table shows what is expected.
    Done,
    /// It does not: sentences that say what was seen in place of it, each with the line of the file that it is about.
    Failed(Vec<(usize, String)>),
}

impl LessonProgress {
    const MINUTE: Duration = Duration::from_secs(60);
    /// How fast a text is read aloud.
    pub const WORDS_A_MINUTE: u32 = 130;
    /// How long the table is looked at.
    const LOOK: Duration = Duration::from_secs(3);

    /// A lesson before its first step.
    pub fn new(lesson: Arc<Lesson>, number: Option<usize>) -> LessonProgress {
        LessonProgress { lesson, number, ..LessonProgress::default() }
    }

    /// How long the step is shown where the lesson goes on by itself: its text is read aloud before the deed that asks for an answer, else
    /// after it.
    pub(crate) fn reading_time(&self) -> Option<Duration> {
        let (pace, step) = (self.pace?, self.step()?);
        let [before, after] = step.words();
        let words = match (&step.question, &self.phase) {
            (Some(_), Phase::Asking) => before,
            (Some(_), _) => after,
            (None, _) => before + after,
        };
        let words = u32::try_from(words).unwrap_or(u32::MAX);
        let aloud = (LessonProgress::MINUTE * words / LessonProgress::WORDS_A_MINUTE)
            .max(LessonProgress::LOOK);
        Some(aloud * 100 / pace.max(1))
    }

    /// Whether it waits for the kernel, and a moment may decide.
    pub(crate) fn waits(&self) -> bool {
        self.is_under_way() || (self.phase == Phase::Waiting && !self.practice)
    }

    /// Whether something is done that a key has to wait for.
    pub(crate) fn is_under_way(&self) -> bool {
        matches!(self.phase, Phase::SettingUp | Phase::Doing)
    }

    /// Whether the reader is to make the rows now.
    pub fn practises(&self) -> bool {
        self.practice && self.phase == Phase::Waiting
    }

    /// The hint that is shown in practice, with its degree and how many degrees there are if it was asked for.
    pub fn hint(&self) -> Option<(&str, Option<[usize; 2]>)> {
        let step = self.step().filter(|_| self.practises())?;
        if let Some(Advice::Hint(place)) = self.advice {
            return step.hints.get(place).map(|hint| (hint.text.as_str(), None));
        }
        let shown = self.degrees().nth(self.hints.checked_sub(1)?)?;
        Some((&shown.text, Some([self.hints, self.degrees().count()])))
    }

    /// The hints of the step that can be asked for, one after another.
    pub(crate) fn degrees(&self) -> impl Iterator<Item = &Hint> {
        let hints = self.step().into_iter().flat_map(|step| &step.hints);
        hints.filter(|hint| hint.when.is_none())
    }

    /// The step that is shown; `None` at the last card.
    pub fn step(&self) -> Option<&Step> {
        self.lesson.steps.get(self.at)
    }
}
