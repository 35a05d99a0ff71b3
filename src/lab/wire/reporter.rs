use std::collections::HashMap;
use std::mem;
use std::time::Duration;

use crate::tcp::{FiveTuple, Flags, Host, Moment, WireEvent, WireStatus};

/// Takes a batch of events; returns it when there is no space for it now.
pub(super) type ReportSink = dyn FnMut(Vec<WireEvent>) -> Result<(), Vec<WireEvent>> + Send;

const SECOND: Duration = Duration::from_secs(1);
/// How many segments are reported in a second that open or end a connection, and how many others.
const PER_SECOND: [u32; 2] = [2000, 1000];
/// How many of the others are kept for ends that have had few of them, and how few.
const SHARED: u32 = 500;
const SHARE: u32 = 32;
/// Of how many ends it is counted what is not reported.
const MAX_ENDS: usize = 1024;
/// How long events wait for more, so that a burst comes in few batches.
const BATCH_TIME: Duration = Duration::from_millis(4);
const MAX_WAITING: usize = 8192;

/// Reports what happens on the wire: in batches, at a limited rate, and without ever blocking.
pub(super) struct Reporter {
    sink: Box<ReportSink>,
    waiting: Vec<WireEvent>,
    status: WireStatus,
    since: Option<Moment>,
    second: Moment,
    /// How many may be reported in this second: of the segments that open or end a connection, and of others.
    left: [u32; 2],
    /// How many each end had reported in this second.
    shares: HashMap<End, u32>,
    /// How many each end had not, since the last one that was; reported once in a second.
    unreported: HashMap<End, u64>,
    counted_at: Moment,
}

/// An end as its segments show it.
pub(super) type End = (Host, FiveTuple);

impl Reporter {
    pub(super) fn new(sink: Box<ReportSink>) -> Reporter {
        Reporter {
            sink,
            waiting: Vec::new(),
            status: WireStatus::default(),
            since: None,
            second: Moment::default(),
            left: PER_SECOND,
            shares: HashMap::new(),
            unreported: HashMap::new(),
            counted_at: Moment::default(),
        }
    }

    /// Whether a segment of an end, sent now, is reported; if not, it is counted.
    pub(super) fn may_report(&mut self, now: Moment, end: End, flags: Flags) -> bool {
        if now.since(self.second) >= SECOND {
            (self.second, self.left) = (now, PER_SECOND);
            self.shares.clear();
        }
        let share = self.shares.get(&end).copied().unwrap_or_default();
        let [openings, others] = &mut self.left;
        let (left, may) = if flags.opens_or_ends() {
            (openings, true)
        } else {
            let may = *others > SHARED || share < SHARE;
            (others, may)
        };
        if !may || *left == 0 || self.waiting.len() >= MAX_WAITING {
            self.leave_out(now, Some(end));
            return false;
        }
        *left -= 1;
        self.shares.insert(end, share + 1);
        let before = self.unreported.remove(&end).map(|count| unreported(now, end, count));
        self.waiting.extend(before);
        true
    }

    /// Counts a segment that is not reported.
    pub(super) fn leave_out(&mut self, now: Moment, end: Option<End>) {
        self.status.unreported += 1;
        self.since.get_or_insert(now);
        let is_counted =
            |end: &End| self.unreported.len() < MAX_ENDS || self.unreported.contains_key(end);
        if let Some(end) = end.filter(is_counted) {
            *self.unreported.entry(end).or_default() += 1;
        }
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
        let batch = self.since.map(|since| since.plus(BATCH_TIME));
        let counts = (!self.unreported.is_empty()).then(|| self.counted_at.plus(SECOND));
        batch.into_iter().chain(counts).min()
    }

    pub(super) fn hand_over(&mut self, now: Moment) {
        if self.due().is_none_or(|due| due > now) {
            return;
        }
        let mut batch = mem::take(&mut self.waiting);
        if now.since(self.counted_at) >= SECOND {
            self.counted_at = now;
            batch.extend(self.unreported.drain().map(|(end, count)| unreported(now, end, count)));
        }
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

fn unreported(at: Moment, (from, tuple): End, count: u64) -> WireEvent {
    WireEvent::Unreported { at, from, tuple, count }
}
