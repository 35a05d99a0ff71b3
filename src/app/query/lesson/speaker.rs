//! What the speaker reads of the lesson that is given.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::app::{Phase, State, Step};

/// What the speaker reads of a step, or of the last card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeakerPage {
    /// The lesson, with its number if it is one of the course.
    pub title: String,
    /// When it began, in seconds since 1970.
    pub began: u64,
    /// How many minutes it shall take.
    pub minutes: u8,
    /// The step, counted from 1; the last card has the number behind the last one.
    pub step: usize,
    /// How many steps there are.
    pub steps: usize,
    /// How far the step is.
    pub phase: Phase,
    /// Whether the table did fit the step, and does not any more.
    pub strayed: bool,
    /// The step's heading.
    pub heading: String,
    /// What the class reads before the deed.
    pub caption: Vec<String>,
    /// What it reads then.
    pub after: Vec<String>,
    /// What only the speaker reads.
    pub notes: Vec<String>,
    /// What the class is asked.
    pub question: Option<SpeakerQuestion>,
    /// The heading of the next step and its first words.
    pub next: Vec<String>,
}

/// A question with its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeakerQuestion {
    /// The question.
    pub text: String,
    /// The choices.
    pub choices: Vec<SpeakerChoice>,
}

/// One choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeakerChoice {
    /// In words.
    pub text: String,
    /// Whether it is the right one.
    pub is_right: bool,
    /// How many voted for it.
    pub votes: u32,
}

impl State {
    /// What the speaker reads now, if a lesson is given; `epoch` is the time since 1970 at the start.
    pub fn speaker_page(&self, epoch: Duration) -> Option<SpeakerPage> {
        let progress = self.lesson.as_ref()?;
        let lesson = &progress.lesson;
        let number = progress.number.map_or_else(String::new, |number| format!("{number}: "));
        let page = SpeakerPage {
            title: number + &lesson.title,
            began: (epoch + progress.began.since_start()).as_secs(),
            minutes: lesson.minutes,
            step: progress.at + 1,
            steps: lesson.steps.len(),
            phase: progress.phase.clone(),
            strayed: progress.strayed,
            ..SpeakerPage::default()
        };
        let Some(step) = progress.step() else {
            let heading = String::from("The end");
            let caption = vec![format!("Not so: {}", lesson.belief)];
            let after = lesson.at_home.iter().flat_map(|text| text.lines());
            let after = after.map(String::from).collect();
            let next = progress.next.iter().cloned().collect();
            return Some(SpeakerPage { heading, caption, after, next, ..page });
        };
        let next = lesson.steps.get(progress.at + 1);
        Some(SpeakerPage {
            heading: step.heading.clone(),
            caption: self.all_filled(&step.caption),
            after: self.all_filled(&step.after),
            notes: step.notes.clone(),
            question: self.asked(step, progress.votes),
            next: next.map_or_else(|| vec![String::from("The end")], |next| self.first_words(next)),
            ..page
        })
    }

    fn asked(&self, step: &Step, votes: [u32; 4]) -> Option<SpeakerQuestion> {
        let question = step.question.as_ref()?;
        let choices = question.choices.iter().zip(votes).map(|(choice, votes)| SpeakerChoice {
            text: self.fills(&choice.text),
            is_right: choice.is_marked,
            votes,
        });
        Some(SpeakerQuestion { text: self.fills(&question.text), choices: choices.collect() })
    }

    /// The heading, the first paragraph, and the question.
    fn first_words(&self, step: &Step) -> Vec<String> {
        let asked = step.question.as_ref().map(|question| &question.text);
        let words = step.caption.iter().take(1).chain(asked).map(|text| self.fills(text));
        std::iter::once(step.heading.clone()).chain(words).collect()
    }

    fn all_filled(&self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.fills(text)).collect()
    }
}
