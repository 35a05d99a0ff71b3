use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_util::task::TaskTracker;

use crate::app::Event;
use crate::kernel::machine;
use crate::tcp::HostLimits;

/// Reads the limits of this machine beside the loop: the kernel lists no addresses while it sets an interface up.
#[derive(Default)]
pub(in crate::run) struct LimitsReader {
    begun: Option<Instant>,
    task: Option<JoinHandle<HostLimits>>,
    /// One that took too long; the next would have to wait for the same.
    late: Option<JoinHandle<HostLimits>>,
    /// The refusal that they explain; the events behind it wait, too.
    refusal: Option<Event>,
}

impl LimitsReader {
    /// The limits that explain a refusal are at most so old: in a burst there may be a thousand refusals a second.
    const AGE: Duration = Duration::from_millis(100);
    /// A refusal waits for its limits no longer than this.
    const PATIENCE: Duration = Duration::from_secs(1);

    /// Begins to read them: what is read already may be older than what they were changed to.
    pub(super) fn begin(&mut self, tasks: &TaskTracker) {
        drop(self.late.take_if(|late| late.is_finished()));
        if self.late.is_none() {
            self.begun = Some(Instant::now());
            self.task = Some(tasks.spawn_blocking(machine));
        }
    }

    /// Gives the event back, unless it is a refusal whose limits are to be read first.
    pub(super) fn explain(&mut self, event: Event, tasks: &TaskTracker) -> Option<Event> {
        let is_refusal = matches!(&event, Event::Net(news) if news.is_refusal());
        let is_recent = self.begun.is_some_and(|begun| begun.elapsed() < LimitsReader::AGE);
        if !is_refusal || (is_recent && self.task.is_none()) {
            return Some(event);
        }
        if self.task.is_none() {
            self.begin(tasks);
        }
        if self.task.is_none() {
            return Some(event);
        }
        self.refusal.replace(event)
    }

    pub(in crate::run) fn are_coming(&self) -> bool {
        self.task.is_some()
    }

    /// Whether no refusal waits.
    pub(in crate::run) fn is_free(&self) -> bool {
        self.refusal.is_none()
    }

    /// The limits, unless that takes too long, and the refusal that waits for them. Nothing is lost if it is not awaited to its end.
    pub(in crate::run) async fn read(&mut self) -> [Option<Event>; 2] {
        let mut limits = None;
        if let (Some(begun), Some(task)) = (self.begun, &mut self.task) {
            let read = timeout_at(begun + LimitsReader::PATIENCE, task).await;
            if read.is_err() {
                self.late = self.task.take();
            }
            limits = read.ok().and_then(Result::ok).map(Event::LimitsRead);
        }
        (self.task, self.begun) = (None, Some(Instant::now()));
        [limits, self.refusal.take()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tcp::{Call, Errno, ListenSpec, SocketEvent, SyscallError};

    fn refusal() -> Event {
        let why = SyscallError { call: Call::Bind, errno: Errno::EADDRINUSE };
        let spec = ListenSpec::at("127.0.0.1:5000".parse().unwrap());
        Event::Net(SocketEvent::ListenFailed { spec, why })
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_does_not_wait_for_a_kernel_that_does_not_answer() {
        let (mut limits, tasks) = (LimitsReader::default(), TaskTracker::new());
        limits.task = Some(tasks.spawn(std::future::pending()));
        limits.begun = Some(Instant::now());
        assert_eq!(limits.explain(refusal(), &tasks), None);
        assert_eq!(limits.read().await, [None, Some(refusal())]);
        tokio::time::advance(LimitsReader::AGE).await;
        assert_eq!(limits.explain(refusal(), &tasks), Some(refusal()), "the next one not at all");
    }

    #[tokio::test]
    async fn a_refusal_comes_after_its_limits_and_the_next_ones_at_once() {
        let (mut limits, tasks) = (LimitsReader::default(), TaskTracker::new());
        assert_eq!(limits.explain(refusal(), &tasks), None);
        assert!(limits.are_coming() && !limits.is_free());
        let read = limits.read().await;
        assert!(matches!(read, [Some(Event::LimitsRead(_)), Some(Event::Net(_))]), "{read:?}");
        assert!(!limits.are_coming() && limits.is_free());
        assert_eq!(limits.explain(refusal(), &tasks), Some(refusal()));
    }
}
