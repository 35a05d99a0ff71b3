use std::time::Duration;

use crate::tcp::{Moment, WireCounts, WireEvent, WireStatus};

/// Takes news; gives it back when there is no room for it now.
pub(crate) type ReportSink = dyn FnMut(Vec<WireEvent>) -> Result<(), Vec<WireEvent>> + Send;

/// So many segments a second are told of one by one.
const PER_SECOND: u32 = 2000;
/// How long news waits for more, so that a burst does not come in crumbs.
const GATHER: Duration = Duration::from_millis(4);
/// So many news may wait for the reader.
const WAITING: usize = 8192;

/// Tells what happens on the wire: in batches, no faster than anybody can use, and without ever waiting for the reader.
pub(crate) struct Reporter {
    tell: Box<ReportSink>,
    waiting: Vec<WireEvent>,
    tally: WireCounts,
    since: Option<Moment>,
    /// What is left of this second.
    left: u32,
    second: Moment,
}

impl Reporter {
    pub(crate) fn new(tell: Box<ReportSink>) -> Reporter {
        Reporter {
            tell,
            waiting: Vec::new(),
            tally: WireCounts::default(),
            since: None,
            left: PER_SECOND,
            second: Moment::default(),
        }
    }

    /// Whether a segment that is sent now is told of; if not, it is counted.
    pub(crate) fn may_tell(&mut self, now: Moment) -> bool {
        if now.since(self.second) >= Duration::from_secs(1) {
            (self.second, self.left) = (now, PER_SECOND);
        }
        if self.left == 0 || self.waiting.len() >= WAITING {
            self.tally.untold += 1;
            self.since.get_or_insert(now);
            return false;
        }
        self.left -= 1;
        true
    }

    pub(crate) fn tell(&mut self, now: Moment, news: WireEvent) {
        self.waiting.push(news);
        self.since.get_or_insert(now);
    }

    /// A segment was dropped that was not told of.
    pub(crate) fn dropped(&mut self, now: Moment) {
        self.tally.dropped += 1;
        self.since.get_or_insert(now);
    }

    /// So many frames never came on the wire.
    pub(crate) fn missed(&mut self, now: Moment, count: u64) {
        if count > 0 {
            self.tally.missed += count;
            self.since.get_or_insert(now);
        }
    }

    /// How it stands with the segments on the wire.
    pub(crate) fn stands(&mut self, now: Moment, standing: WireStatus) {
        if standing != self.tally.standing {
            self.tally.standing = standing;
            self.since.get_or_insert(now);
        }
    }

    /// When the next batch is to be handed over.
    pub(crate) fn due(&self) -> Option<Moment> {
        self.since.map(|since| since.plus(GATHER))
    }

    /// Hands a batch over, if it is time.
    pub(crate) fn hand_over(&mut self, now: Moment) {
        if self.due().is_none_or(|due| due > now) {
            return;
        }
        let mut batch = std::mem::take(&mut self.waiting);
        batch.push(WireEvent::Counts(self.tally));
        match (self.tell)(batch) {
            Ok(()) => {
                self.since = None;
                self.tally = WireCounts { standing: self.tally.standing, ..WireCounts::default() };
            }
            Err(back) => {
                self.waiting = back;
                self.waiting.pop();
                self.since = Some(now);
            }
        }
    }
}
