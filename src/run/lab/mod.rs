//! The dashboard's lab: starts and stops it, and gives its computers their orders.

mod worker;

use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};

use anyhow::Context;
use tokio::sync::mpsc::Sender;

use crate::app::Event;
use crate::kernel::watch::Poller;
use crate::lab::Capture;
use crate::net::{RemoteSockets, panic_message};
use crate::run::Clock;
use crate::run::dashboard::inputs::Input;
use crate::run::lab::worker::{LabSockets, SharedSession, no_thread};
use crate::tcp::{Filter, Host, LabEvent, LabSpec, WireOrder, legible};

/// Starts and stops labs, each on a thread of its own.
pub(super) struct LabSession {
    shared: SharedSession,
    thread: Option<JoinHandle<()>>,
    /// Why what crosses the wire is no longer written down.
    pub(in crate::run) capture_failed: Arc<OnceLock<String>>,
}

impl LabSession {
    /// A session without a lab. What crosses the wire of its labs is written to `capture`.
    pub(super) fn new(
        clock: Clock,
        inbox: Sender<Input>,
        capture: Option<&Path>,
    ) -> anyhow::Result<LabSession> {
        let failed = Arc::<OnceLock<String>>::default();
        let open = |path: &Path| {
            let (inbox, failed) = (inbox.clone(), Arc::clone(&failed));
            let name = legible(path.as_os_str().as_bytes());
            let cannot = format!("cannot write the capture to {name}");
            let report = move |event| {
                if let LabEvent::CaptureFailed(why) = &event {
                    let _ = failed.set(format!("the capture to {name} has stopped: {why}"));
                }
                // Runs on the capture's thread, which may block.
                let _ = inbox.blocking_send(Input::Event(Event::Lab(event)));
            };
            Capture::create(path, clock.epoch(), report).context(cannot)
        };
        let capture = capture.map(open).transpose()?;
        let shared = SharedSession { slot: Arc::default(), clock, inbox, capture };
        Ok(LabSession { shared, thread: None, capture_failed: failed })
    }

    pub(super) fn sockets(&self) -> Arc<dyn RemoteSockets> {
        Arc::new(LabSockets(Arc::clone(&self.shared.slot)))
    }

    pub(super) fn start(&mut self, spec: LabSpec) {
        let Some(number) = self.shared.slot().reserve() else { return };
        let before = self.thread.take();
        let shared = self.shared.clone();
        let run = move || {
            // The lab before must have ended.
            let _ = before.map(JoinHandle::join);
            let ran = catch_unwind(AssertUnwindSafe(|| shared.run(spec, number)));
            let last = ran.unwrap_or_else(|panic| LabEvent::Down(Some(panic_message(&*panic))));
            let ended = shared.slot().free(number);
            // Dropped with the slot unlocked, as it waits for the wire and the pollers.
            drop(ended);
            shared.send(last);
        };
        match thread::Builder::new().name("lab".to_owned()).spawn(run) {
            Ok(thread) => self.thread = Some(thread),
            Err(why) => {
                self.shared.slot().wanted = None;
                let event = Event::Lab(LabEvent::Refused(no_thread(&why)));
                let _ = self.shared.inbox.try_send(Input::Event(event));
            }
        }
    }

    /// Takes the lab down, even while it is being set up.
    pub(super) fn stop(&self) {
        let mut slot = self.shared.slot();
        slot.wanted = None;
        if let Some(lab) = &slot.running {
            lab.stopper.stop();
        }
    }

    pub(super) fn wire(&self, order: WireOrder) {
        if let Some(lab) = &self.shared.slot().running {
            lab.wire.order(order);
        }
    }

    pub(super) fn watch(&self, wanted: &Filter) {
        self.shared.slot().watched = Some(wanted.clone());
        self.each_poller(|_, poller| poller.watch(wanted.clone()));
    }

    pub(super) fn each_poller(&self, f: impl Fn(Host, &Poller)) {
        for (host, poller) in self.shared.slot().running.iter().flat_map(|lab| &lab.pollers) {
            f(*host, poller);
        }
    }

    /// Takes the lab down.
    pub(super) fn end(self) {
        self.stop();
        if let Some(thread) = self.thread {
            let _ = thread.join();
        }
        // The capture ends with it.
        drop(self.shared);
    }
}
