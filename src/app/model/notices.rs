use std::collections::VecDeque;
use std::time::Duration;

use crate::app::model::{Account, Failure, OtherVerb, Statement};
use crate::tcp::{Call, ConnectId, Moment, SocketId};

/// What happened, one notice for each event, the newest last.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    all: VecDeque<Notice>,
    /// How many sentences the pane is scrolled back from the newest.
    pub back: usize,
    /// The sentences of a page back, and of one forward, as the pane showed them.
    pub(crate) pages: [u16; 2],
    /// The last refusal.
    pub failure: Option<Failure>,
    /// How many have come since the last key that ordered something: its effects are not merged with those of the keys before.
    of_this_step: usize,
}

/// One event, without words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// When it happened.
    pub at: Moment,
    /// What happened.
    pub content: Content,
    /// Its tone.
    pub tone: Tone,
    /// The rows it is about; those of a failure are marked in the table.
    pub blame: Vec<SocketId>,
    topic: Option<Topic>,
    count: u32,
    /// How many came at once and share one sentence.
    at_once: u32,
}

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// What happened to a connection, with the number of its episode.
    Account(u64, Account),
    /// Anything else.
    Statement(Statement),
}

/// The tone of a sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Something happened.
    #[default]
    Plain,
    /// Something failed.
    Refused,
    /// A warning.
    Warning,
}

/// Topic of similar events, so that many of them become one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Connections were made.
    Came,
    /// Clients are connecting without an answer yet.
    Called,
    /// One end closed.
    Went,
    /// The other end closed too.
    WentToo,
    /// Connections were aborted.
    Aborted,
    /// One end half-closed.
    HalfClosed,
    /// Connections were closed by one order.
    Ordered,
    /// Data was sent.
    Sent,
    /// Data arrived.
    Received,
    /// Rows in TIME_WAIT were ended by an RST.
    CutShort,
    /// Rows were gone as the kernel waited no longer.
    TimedOut,
    /// Connections broke.
    Broke,
    /// That call failed where a connection was to be accepted.
    AcceptFailed(Call),
    /// A system call failed.
    Refused,
    /// A name is looked up for that order to connect.
    Resolving(ConnectId),
    /// Other programs did something.
    Others(OtherVerb),
    /// The view changed, or cannot change.
    Looked,
    /// Keys that were typed ahead are lost.
    Keys,
    /// The past was stepped through.
    Past,
}

impl Notice {
    fn new(at: Moment, tone: Tone, topic: Option<Topic>, content: Content) -> Notice {
        Notice { at, content, tone, blame: Vec::new(), topic, count: 1, at_once: 1 }
    }

    /// How many similar events it covers, if more than one.
    pub(crate) fn number(&self) -> Option<u32> {
        let at_once = Some(self.at_once).filter(|n| *n > 1);
        Some(self.count).filter(|n| *n > ONE_BY_ONE).or(at_once)
    }
}

impl Topic {
    const fn tone(self) -> Tone {
        let is_refusal = matches!(self, Topic::Broke | Topic::AcceptFailed(_) | Topic::Refused);
        if is_refusal { Tone::Refused } else { Tone::Plain }
    }

    /// Whether sentences that come at once are merged from the second on.
    const fn is_told_at_once(self) -> bool {
        matches!(self, Topic::WentToo | Topic::HalfClosed | Topic::CutShort | Topic::TimedOut)
    }
}

/// How many similar sentences in a row stay separate; more become a number.
const ONE_BY_ONE: u32 = 4;
/// Similar sentences further apart than this are not merged.
const TOGETHER: Duration = Duration::from_millis(1500);
/// How many of the newest sentences may still be replaced.
const NEAR: usize = 16;
const KEPT: usize = 1000;

impl Notices {
    /// The effects of one key press come within this time.
    pub(crate) const AT_ONCE: Duration = Duration::from_millis(100);

    /// Adds a notice.
    pub fn say(&mut self, at: Moment, tone: Tone, what: impl Into<Statement>) {
        self.push(Notice::new(at, tone, None, Content::Statement(what.into())));
    }

    pub(crate) fn say_once(&mut self, at: Moment, tone: Tone, what: Statement) {
        let content = Content::Statement(what);
        if !self.all.iter().any(|notice| notice.content == content) {
            self.push(Notice::new(at, tone, None, content));
        }
    }

    /// Adds a notice about a failure, and the rows to blame.
    pub fn blame(&mut self, at: Moment, what: Statement, rows: &[SocketId]) {
        let notice = Notice::new(at, Tone::Refused, None, Content::Statement(what));
        self.push(Notice { blame: rows.to_vec(), ..notice });
    }

    /// Adds a notice that may come often: after a few of one `topic` in quick succession the last stands for all of them.
    pub(crate) fn count(&mut self, at: Moment, topic: Topic, what: Statement, many: u32) {
        let notice = Notice::new(at, topic.tone(), Some(topic), Content::Statement(what));
        self.add(Notice { count: many, at_once: many, ..notice });
    }

    /// Adds the notice for that many similar connections; for one order it replaces the last.
    pub(crate) fn tell(
        &mut self,
        at: Moment,
        topic: Option<Topic>,
        (id, account): (u64, Account),
        many: u32,
    ) {
        let tone = topic.map_or(Tone::Plain, Topic::tone);
        let notice = Notice::new(at, tone, topic, Content::Account(id, account));
        let notice = Notice { count: many, at_once: many, ..notice };
        match topic {
            Some(Topic::Ordered) => self.replace(notice),
            Some(_) => self.add(notice),
            None => self.push(notice),
        }
    }

    pub(crate) fn amend(&mut self, id: u64, account: &Account) {
        let mut near = self.all.iter_mut().rev().take(NEAR);
        let is_it =
            |notice: &&mut Notice| matches!(&notice.content, Content::Account(it, _) if *it == id);
        if let Some(notice) = near.find(is_it) {
            notice.content = Content::Account(id, account.clone());
        }
    }

    /// Replaces what was seen of the failure of that time; only the newest notice marks rows.
    pub(crate) fn amend_failure(&mut self, at: Moment, what: &Statement, rows: &[SocketId]) {
        let mut near = self.all.iter_mut().rev().take(NEAR).enumerate();
        let is_it =
            |(_, notice): &(usize, &mut Notice)| notice.at == at && notice.tone == Tone::Refused;
        if let Some((place, notice)) = near.find(is_it) {
            notice.content = Content::Statement(what.clone());
            if place == 0 {
                notice.blame = rows.to_vec();
            }
        }
    }

    pub(crate) fn begin_step(&mut self) {
        self.of_this_step = 0;
    }

    fn add(&mut self, mut notice: Notice) {
        let (at, topic, many) = (notice.at, notice.topic, notice.count);
        let near = NEAR.min(self.of_this_step);
        let run = self.all.iter().rev().take(near).find(|before| before.topic == topic);
        if let Some(last) = run.filter(|last| at.since(last.at) < TOGETHER) {
            notice.count += last.count;
        }
        let is_one = topic.is_some_and(Topic::is_told_at_once);
        if let Some(last) = run.filter(|last| is_one && at.since(last.at) < Notices::AT_ONCE) {
            notice.at_once += last.at_once;
        }
        let is_at_once = notice.at_once > many;
        let goes_on = notice.number().is_some() && (is_at_once || notice.count > ONE_BY_ONE + many);
        let is_same = |old: &Notice| old.topic == topic && (is_at_once || old.number().is_some());
        if let Some(place) = self.all.iter().rposition(is_same).filter(|_| goes_on) {
            self.all.remove(place);
        }
        self.push(notice);
    }

    /// Adds a notice, replacing the newest if it has the same topic.
    pub(crate) fn retell(&mut self, at: Moment, topic: Topic, what: impl Into<Statement>) {
        let last = self.all.back();
        if last.is_some_and(|last| last.topic == Some(topic)) {
            self.all.pop_back();
        }
        self.begin(at, topic, what);
    }

    /// Adds a notice in place of the last of its topic, if that is near the end.
    fn replace(&mut self, notice: Notice) {
        let near = self.all.len().saturating_sub(NEAR);
        let place = self.all.iter().rposition(|old| old.topic == notice.topic);
        if let Some(place) = place.filter(|place| *place >= near) {
            self.all.remove(place);
        }
        self.push(notice);
    }

    pub(crate) fn begin(&mut self, at: Moment, topic: Topic, what: impl Into<Statement>) {
        self.push(Notice::new(at, Tone::Plain, Some(topic), Content::Statement(what.into())));
    }

    /// Drops the newest notice if it says that a name is looked up for that order: what came of it takes its place.
    pub(crate) fn resolved(&mut self, order: ConnectId) {
        let is_its = |last: &Notice| last.topic == Some(Topic::Resolving(order));
        if self.all.back().is_some_and(is_its) {
            self.all.pop_back();
        }
    }

    /// Limits scrolling to so many sentences, by such pages; only the view knows how many fit.
    pub fn fit(&mut self, last: usize, pages: [u16; 2]) {
        (self.back, self.pages) = (self.back.min(last), pages);
    }

    /// The newest sentence.
    pub fn last(&self) -> Option<&Notice> {
        self.all.back()
    }

    /// All sentences, the newest first.
    pub fn newest_first(&self) -> impl DoubleEndedIterator<Item = &Notice> {
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

    fn push(&mut self, mut notice: Notice) {
        // An effect may be seen only after a later event.
        let later = self.all.iter().rev().take_while(|other| other.at > notice.at).count();
        if later > 0 {
            notice.blame = Vec::new();
        } else if let Some(last) = self.all.back_mut() {
            // Only the newest sentence marks rows.
            last.blame = Vec::new();
        }
        self.all.insert(self.all.len() - later, notice);
        if self.all.len() > KEPT {
            self.all.pop_front();
        }
        self.back = 0;
        self.of_this_step += 1;
    }
}
