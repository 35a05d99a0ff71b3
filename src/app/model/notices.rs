use std::collections::VecDeque;
use std::time::Duration;

use crate::app::model::Failure;
use crate::tcp::{Moment, SocketId};

/// What happened, one sentence for each event, the newest last.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    all: VecDeque<Notice>,
    /// How many lines the pane is scrolled back from the newest.
    pub back: usize,
    /// The last refusal.
    pub case: Option<Failure>,
}

/// One sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// When it happened.
    pub at: Moment,
    /// The sentence, in the reader's words.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
    /// The rows that it is about; those of a refusal are marked in the table.
    pub blame: Vec<SocketId>,
    topic: Option<Topic>,
    count: u32,
    /// How many of them came at once, and are told together.
    at_once: u32,
}

/// How a sentence is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// It happened.
    #[default]
    Plain,
    /// It did not work, and that is the lesson.
    Refused,
    /// Somebody should know before it goes on.
    Warning,
}

/// What many alike events are about, so that a flood of them is one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Connections came.
    Came,
    /// Clients called, and had no answer yet.
    Called,
    /// One end of a connection hung up.
    Went,
    /// The other end hung up, too.
    WentToo,
    /// Connections were aborted.
    Aborted,
    /// One end of a connection hung up, and goes on reading.
    HalfClosed,
    /// Connections went that were ordered to go all at once.
    Ordered,
    /// Data came.
    Data,
    /// Rows in TIME_WAIT were ended by a RST.
    CutShort,
    /// Connections broke.
    Broke,
    /// accept() failed.
    AcceptFailed,
    /// A call was refused.
    Refused,
    /// Something else is looked at, or nothing else can be.
    Looked,
    /// The past was stepped through.
    Past,
}

impl Topic {
    /// Whether sentences about it that come at once are one from the second on: they follow from one order, and say the same.
    const fn is_told_at_once(self) -> bool {
        matches!(self, Topic::WentToo | Topic::HalfClosed | Topic::CutShort)
    }
}

/// How many alike sentences in a row are told one by one; more become a number.
const ONE_BY_ONE: u32 = 4;
/// Alike sentences that are further apart than this are told anew.
const TOGETHER: Duration = Duration::from_millis(1500);
/// What one key did to several connections comes within this time.
const AT_ONCE: Duration = Duration::from_millis(100);
/// So many of the newest sentences may still be taken back for better ones.
const NEAR: usize = 16;
/// How many rows are marked as to blame at most.
const BLAMED: usize = 100;
/// How many sentences are kept.
const KEPT: usize = 1000;

impl Notices {
    /// Says a sentence.
    pub fn say(&mut self, at: Moment, tone: Tone, text: impl Into<String>) {
        self.push(Notice {
            at,
            text: text.into(),
            tone,
            blame: Vec::new(),
            topic: None,
            count: 1,
            at_once: 1,
        });
    }

    /// Says a sentence, unless it has been said already.
    pub fn say_once(&mut self, at: Moment, tone: Tone, text: String) {
        if !self.all.iter().any(|notice| notice.text == text) {
            self.say(at, tone, text);
        }
    }

    /// Says a sentence about rows.
    pub fn blame(&mut self, at: Moment, text: impl Into<String>, blame: Vec<SocketId>) {
        let notice = Notice {
            at,
            text: text.into(),
            tone: Tone::Refused,
            blame: blame.into_iter().take(BLAMED).collect(),
            topic: None,
            count: 1,
            at_once: 1,
        };
        self.push(notice);
    }

    /// Says a sentence that may come in floods: after a few of one `topic` in quick succession the last becomes `many(n)`.
    pub fn count(
        &mut self,
        at: Moment,
        topic: Topic,
        text: impl Into<String>,
        many: impl Fn(u32) -> String,
    ) {
        let run = self.all.iter().rev().take(NEAR).find(|notice| notice.topic == Some(topic));
        let count =
            run.filter(|last| at.since(last.at) < TOGETHER).map_or(1, |last| last.count + 1);
        let tone = match topic {
            Topic::Came
            | Topic::Called
            | Topic::Went
            | Topic::WentToo
            | Topic::Aborted
            | Topic::HalfClosed
            | Topic::CutShort
            | Topic::Ordered
            | Topic::Data
            | Topic::Past
            | Topic::Looked => Tone::Plain,
            Topic::Broke | Topic::AcceptFailed | Topic::Refused => Tone::Refused,
        };
        let together = run.filter(|last| topic.is_told_at_once() && at.since(last.at) < AT_ONCE);
        let at_once = together.map_or(1, |last| last.at_once + 1);
        let text = if count > ONE_BY_ONE {
            many(count)
        } else if at_once > 1 {
            many(at_once)
        } else {
            text.into()
        };
        let notice =
            Notice { at, text, tone, blame: Vec::new(), topic: Some(topic), count, at_once };
        let mut before = self.all.iter();
        let before = before
            .rposition(|old| old.topic == Some(topic) && (at_once > 1 || old.count > ONE_BY_ONE));
        match before.filter(|_| at_once > 1 || count > ONE_BY_ONE + 1) {
            Some(place) => {
                self.all.remove(place);
                self.push(notice);
            }
            None => self.push(notice),
        }
    }

    /// Says the newest sentence in other words, if it is the refusal of that time; whether it was.
    pub fn reword_last(&mut self, at: Moment, text: String, blame: Vec<SocketId>) -> bool {
        let last = self.last_refusal(at);
        last.map(|last| (last.text, last.blame) = (text, blame)).is_some()
    }

    /// Blames those rows for it, if the newest sentence is the refusal of that time; whether it was.
    pub(crate) fn blame_last(&mut self, at: Moment, blame: Vec<SocketId>) -> bool {
        let last = self.last_refusal(at);
        last.map(|last| last.blame = blame).is_some()
    }

    fn last_refusal(&mut self, at: Moment) -> Option<&mut Notice> {
        let last = self.all.back_mut();
        last.filter(|last| last.at == at && last.tone == Tone::Refused)
    }

    /// Says a sentence in place of the newest, if that was about the same.
    pub(crate) fn retell(&mut self, at: Moment, topic: Topic, text: impl Into<String>) {
        let last = self.all.back();
        if last.is_some_and(|last| last.topic == Some(topic)) {
            self.all.pop_back();
        }
        self.begin(at, topic, text);
    }

    /// Says a sentence in place of the last about the same that is near, whatever was said since.
    pub(crate) fn go_on(&mut self, at: Moment, topic: Topic, text: impl Into<String>) {
        let near = self.all.len().saturating_sub(NEAR);
        let place = self.all.iter().rposition(|notice| notice.topic == Some(topic));
        if let Some(place) = place.filter(|place| *place >= near) {
            self.all.remove(place);
        }
        self.begin(at, topic, text);
    }

    /// Says the first sentence of several about the same.
    pub(crate) fn begin(&mut self, at: Moment, topic: Topic, text: impl Into<String>) {
        self.push(Notice {
            at,
            text: text.into(),
            tone: Tone::Plain,
            blame: Vec::new(),
            topic: Some(topic),
            count: 1,
            at_once: 1,
        });
    }

    /// Says in other words what was said a moment ago, now that more is known.
    pub(crate) fn reword(&mut self, before: &str, better: &str) {
        let near = self.all.iter_mut().rev().take(NEAR);
        for notice in near.filter(|notice| notice.text == before) {
            better.clone_into(&mut notice.text);
        }
    }

    /// It cannot be scrolled further back than this: only who draws it knows how many sentences fit.
    pub fn ends_at(&mut self, last: usize) {
        self.back = self.back.min(last);
    }

    /// The newest sentence.
    pub fn last(&self) -> Option<&Notice> {
        self.all.back()
    }

    /// All sentences, the newest first.
    pub fn newest_first(&self) -> impl DoubleEndedIterator<Item = &Notice> + ExactSizeIterator {
        self.all.iter().rev()
    }

    /// How many sentences there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether nothing has happened yet.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn push(&mut self, notice: Notice) {
        // Only the newest sentence marks rows.
        if let Some(last) = self.all.back_mut() {
            last.blame = Vec::new();
        }
        if self.all.len() == KEPT {
            self.all.pop_front();
        }
        self.all.push_back(notice);
        self.back = 0;
    }
}
