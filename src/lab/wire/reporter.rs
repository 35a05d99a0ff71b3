use std::mem;
use std::time::Duration;

use crate::tcp::{Moment, WireEvent, WireStatus};

/// Takes a batch of events; returns it when there is no space for it now.
pub(super) type ReportSink = dyn FnMut(Vec<WireEvent>) -> Result<(), Vec<WireEvent>> + Send;

const PER_SECOND: u32 = 2000;
/// How long events wait for more, so that a burst comes in few batches.
const BATCH_TIME: Duration = Duration::from_millis(4);
const MAX_WAITING: usize = 8192;

/// Reports what happens on the wire: in batches, at a limited rate, and without ever blocking.
pub(super) struct Reporter {
    sink: Box<ReportSink>,
    waiting: Vec<WireEvent>,
    status: WireStatus,
    since: Option<Moment>,
    left_this_second: u32,
    second: Moment,
}

impl Reporter {
    pub(super) fn new(sink: Box<ReportSink>) -> Reporter {
        Reporter {
            sink,
            waiting: Vec::new(),
            status: WireStatus::default(),
            since: None,
            left_this_second: PER_SECOND,
            second: Moment::default(),
        }
    }

    /// Whether a segment sent now is reported; if not, it is counted.
    pub(super) fn may_report(&mut self, now: Moment) -> bool {
        if now.since(self.second) >= Duration::from_secs(1) {
            (self.second, self.left_this_second) = (now, PER_SECOND);
        }
        if self.left_this_second == 0 || self.waiting.len() >= MAX_WAITING {
            self.status.unreported += 1;
            self.since.get_or_insert(now);
            return false;
        }
        self.left_this_second -= 1;
        true
    }

    pub(super) fn report(&mut self, now: Moment, event: WireEvent) {
        self.waiting.push(event);
        self.since.get_or_insert(now);
    }

    pub(super) fn missed(&mut self, now: Moment, count: u64) {
        if count > 0 {
            self.status.missed += count;
            self.since.get_or_insert(now);
        }
    }

    pub(super) fn set_status(&mut self, now: Moment, status: WireStatus) {
        let WireStatus { unreported, missed, .. } = self.status;
        let status = WireStatus { unreported, missed, ..status };
        if status != self.status {
            self.status = status;
            self.since.get_or_insert(now);
        }
    }

    pub(super) fn due(&self) -> Option<Moment> {
        self.since.map(|since| since.plus(BATCH_TIME))
    }

    pub(super) fn hand_over(&mut self, now: Moment) {
        if self.due().is_none_or(|due| due > now) {
            return;
        }
        let mut batch = mem::take(&mut self.waiting);
        batch.push(WireEvent::Status(self.status));
        match (self.sink)(batch) {
            Ok(()) => {
                self.since = None;
                (self.status.unreported, self.status.missed) = (0, 0);
            }
            Err(returned) => {
                self.waiting = returned;
                self.waiting.pop();
                self.since = Some(now);
            }
        }
    }
}
