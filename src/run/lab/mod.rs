pub(crate) mod slot;
pub(crate) mod worker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::thread::JoinHandle;

use anyhow::Context;
use tokio::sync::mpsc::Sender;

use crate::app::Event;
use crate::kernel::watch::Poller;
use crate::lab::Capture;
use crate::net::{RemoteSockets, panic_words};
use crate::run::Clock;
use crate::run::dashboard::inputs::Input;
use crate::run::lab::slot::LabSockets;
use crate::run::lab::worker::{SharedSession, refusal};
use crate::tcp::{Filter, Host, LabEvent, LabSpec, SocketId, WireOrder};

/// Keeps the lab: starts and stops it on a thread of its own, and connects it with everything else.
pub(crate) struct LabSession {
    common: SharedSession,
    thread: Option<JoinHandle<()>>,
}

impl LabSession {
    /// Without a lab yet. What crosses the wire of each lab is written to `capture`.
    pub(crate) fn new(
        clock: Clock,
        inbox: Sender<Input>,
        capture: Option<&Path>,
    ) -> anyhow::Result<LabSession> {
        let open = |path: &Path| {
            let inbox = inbox.clone();
            let complain = move |why| {
                // On a thread of the capture's own, which may wait until there is room.
                let _ = inbox.blocking_send(Input::Fact(Event::Lab(LabEvent::Warned(why))));
            };
            Capture::create(path, clock.epoch(), complain).with_context(|| {
                format!("cannot write what crosses the wire to {}", path.display())
            })
        };
        let capture = capture.map(open).transpose()?;
        let common = SharedSession { place: Arc::default(), clock, inbox, capture };
        let thread = None;
        Ok(LabSession { common, thread })
    }

    /// Where the sockets of its computers come from, while there are any.
    pub(crate) fn sockets(&self) -> Arc<dyn RemoteSockets> {
        Arc::new(LabSockets(Arc::clone(&self.common.place)))
    }

    /// Sets a lab up, unless there is one.
    pub(crate) fn start(&mut self, spec: LabSpec) {
        let Some(number) = self.common.place().want() else {
            return;
        };
        let before = self.thread.take();
        let common = self.common.clone();
        let run = move || {
            // One lab after the other.
            let _ = before.map(JoinHandle::join);
            let ran = catch_unwind(AssertUnwindSafe(|| common.keep(spec, number)));
            let last = ran.unwrap_or_else(|panic| LabEvent::Down(Some(panic_words(&*panic))));
            let up = common.place().leave(number);
            // Waits for the wire and the pollers, while nobody waits for the place.
            drop(up);
            common.tell(last);
        };
        match thread::Builder::new().name("lab".to_owned()).spawn(run) {
            Ok(thread) => self.thread = Some(thread),
            Err(why) => {
                self.common.place().wanted = None;
                let refusal = refusal("clone", &why);
                let fact = Event::Lab(LabEvent::Refused(refusal));
                let _ = self.common.inbox.try_send(Input::Fact(fact));
            }
        }
    }

    /// Takes the lab down, also while it is still being set up.
    pub(crate) fn stop(&self) {
        let mut place = self.common.place();
        place.wanted = None;
        if let Some(up) = &place.up {
            up.stopper.stop();
        }
    }

    /// Has the wire do this.
    pub(crate) fn wire(&self, order: WireOrder) {
        if let Some(up) = &self.common.place().up {
            up.wire.order(order);
        }
    }

    /// Has every computer's table watched.
    pub(crate) fn watch(&self, wanted: &Filter) {
        let mut place = self.common.place();
        place.watched = Some(wanted.clone());
        for (_, poller) in place.up.iter().flat_map(|up| &up.pollers) {
            poller.watch(wanted.clone());
        }
    }

    /// Has rows looked up by their computers; gives back those of this machine.
    pub(crate) fn lookup(&self, names: Vec<SocketId>) -> Vec<SocketId> {
        self.share(names, |poller, theirs| {
            if !theirs.is_empty() {
                poller.lookup(theirs);
            }
        })
    }

    /// These rows are on the screen; gives back those of this machine.
    pub(crate) fn set_visible(&self, names: &[SocketId]) -> Vec<SocketId> {
        self.share(names.to_vec(), Poller::set_visible)
    }

    /// These connections are looked inside; gives back those of this machine.
    pub(crate) fn inspect(&self, names: Vec<SocketId>) -> Vec<SocketId> {
        self.share(names, Poller::inspect)
    }

    /// Gives each computer's poller its own of the names; gives back those of this machine.
    fn share(&self, names: Vec<SocketId>, give: impl Fn(&Poller, Vec<SocketId>)) -> Vec<SocketId> {
        let (here, there): (Vec<SocketId>, Vec<SocketId>) =
            names.into_iter().partition(|name| name.host == Host::THIS);
        for (host, poller) in self.common.place().up.iter().flat_map(|up| &up.pollers) {
            let theirs = there.iter().filter(|name| name.host == *host);
            give(poller, theirs.copied().collect());
        }
        here
    }

    /// Takes the lab down, and waits until all that crossed is written.
    pub(crate) fn end(self) {
        self.stop();
        if let Some(thread) = self.thread {
            let _ = thread.join();
        }
        drop(self.common);
    }
}
