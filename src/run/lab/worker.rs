use std::any::Any;
use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::app::Event;
use crate::kernel::watch::Poller;
use crate::kernel::{ChangeCounters, NamespaceSource};
use crate::lab::{Capture, Lab, NO_MORE_PROCESSES, SocketKind, SocketPool, StopHandle, Wire};
use crate::net::{RemoteSockets, panic_message};
use crate::run::Clock;
use crate::run::dashboard::inputs::Input;
use crate::run::fault::break_on_purpose;
use crate::tcp::{Errno, Filter, Host, LabEvent, LabRefusal, LabSpec, PortRange, Protocol};

#[derive(Clone)]
pub(super) struct SharedSession {
    pub(super) slot: Arc<Mutex<LabSlot>>,
    pub(super) clock: Clock,
    pub(super) inbox: Sender<Input>,
    pub(super) capture: Option<Capture>,
}

impl SharedSession {
    pub(super) fn run(&self, spec: LabSpec, number: u64) -> LabEvent {
        let begun = self.clock.now();
        let lab = match Lab::start(Path::new(Lab::THIS_PROGRAM), spec) {
            Ok(lab) => lab,
            Err(why) => return LabEvent::Refused(why),
        };
        let Lab { computers, limits, pool, ends, counters, mut helper } = lab;
        let wire = match self.connect(ends, helper.stopper.clone()) {
            Ok(wire) => wire,
            Err(why) => return LabEvent::Refused(no_thread(&why)),
        };
        let pollers = counters.into_iter().map(|(host, files)| {
            let files = move || files.iter().filter_map(|file| file.try_clone().ok()).collect();
            self.poller(host, &pool, files).map(|poller| (host, poller))
        });
        let pollers = match pollers.collect::<io::Result<Vec<_>>>() {
            Ok(pollers) => pollers,
            Err(why) => return LabEvent::Refused(no_thread(&why)),
        };
        let running =
            RunningSlot { stopper: helper.stopper.clone(), wire, pollers, pool: Arc::clone(&pool) };
        if !self.publish(running, number) {
            return LabEvent::Down(None);
        }
        let took = self.clock.now().since(begun);
        self.send(LabEvent::Up { computers, limits, took });
        let why = helper.wait();
        let is_wanted = self.slot().wanted == Some(number);
        LabEvent::Down(
            is_wanted.then(|| why.unwrap_or_else(|| "the lab's helper process exited".to_owned())),
        )
    }

    /// Makes the lab available; `false` when it is no longer wanted.
    fn publish(&self, running: RunningSlot, number: u64) -> bool {
        let mut slot = self.slot();
        if slot.wanted != Some(number) {
            return false;
        }
        if let Some(watched) = &slot.watched {
            for (_, poller) in &running.pollers {
                poller.watch(watched.clone());
            }
        }
        slot.running = Some(running);
        true
    }

    /// Connects the computers; a panic of the wire's thread stops the lab.
    fn connect(&self, ends: Vec<(Host, OwnedFd)>, stopper: StopHandle) -> io::Result<Wire> {
        let (clock, inbox) = (self.clock, self.inbox.clone());
        // The wire must not wait for space in the inbox.
        let report = move |events| {
            break_on_purpose("wire");
            match inbox.try_send(Input::Event(Event::Lab(LabEvent::Wire(events)))) {
                Err(TrySendError::Full(Input::Event(Event::Lab(LabEvent::Wire(events))))) => {
                    Err(events)
                }
                Ok(()) | Err(TrySendError::Full(_) | TrySendError::Closed(_)) => Ok(()),
            }
        };
        let on_panic = move |panic: Box<dyn Any + Send>| {
            stopper.stop_because(format!("the wire failed: {}", panic_message(&*panic)));
        };
        Wire::start(ends, move || clock.now(), report, self.capture.clone(), on_panic)
    }

    fn poller(
        &self,
        host: Host,
        pool: &Arc<SocketPool>,
        files: impl Fn() -> Vec<std::fs::File> + Send + 'static,
    ) -> io::Result<Poller> {
        let pool = Arc::clone(pool);
        let open = move || pool.take(host, SocketKind::Diag);
        let (clock, inbox) = (self.clock, self.inbox.clone());
        let report = move |event| inbox.blocking_send(Input::from(event)).is_ok();
        Poller::over(
            host,
            Box::new(move || (Box::new(NamespaceSource::over(host, &open)), None)),
            move || ChangeCounters::over(files()),
            move || clock.now(),
            report,
        )
    }

    pub(super) fn send(&self, event: LabEvent) {
        let _ = self.inbox.blocking_send(Input::Event(Event::Lab(event)));
    }

    pub(super) fn slot(&self) -> MutexGuard<'_, LabSlot> {
        lock(&self.slot)
    }
}

pub(super) fn no_thread(why: &io::Error) -> LabRefusal {
    let errno = Errno::from(why);
    let helps = if errno == Errno::EAGAIN { NO_MORE_PROCESSES } else { "" };
    LabRefusal { step: "clone".to_owned(), errno, helps: helps.to_owned() }
}

#[derive(Default)]
pub(super) struct LabSlot {
    pub(super) wanted: Option<u64>,
    count: u64,
    pub(super) running: Option<RunningSlot>,
    pub(super) watched: Option<Filter>,
}

pub(super) struct RunningSlot {
    pub(super) pool: Arc<SocketPool>,
    pub(super) stopper: StopHandle,
    pub(super) wire: Wire,
    pub(super) pollers: Vec<(Host, Poller)>,
}

impl LabSlot {
    /// Reserves the slot, unless it is taken; returns the number of the new lab.
    pub(super) fn reserve(&mut self) -> Option<u64> {
        if self.wanted.is_some() {
            return None;
        }
        self.count += 1;
        self.wanted = Some(self.count);
        self.wanted
    }

    /// Frees the slot of that lab, and returns what still has to be dropped.
    pub(super) fn free(&mut self, number: u64) -> Option<RunningSlot> {
        self.wanted.take_if(|wanted| *wanted == number);
        self.running.take()
    }
}

pub(super) struct LabSockets(pub(super) Arc<Mutex<LabSlot>>);

impl LabSockets {
    fn pool(&self) -> Option<Arc<SocketPool>> {
        lock(&self.0).running.as_ref().map(|lab| Arc::clone(&lab.pool))
    }
}

const fn kind(protocol: Protocol, ip: IpAddr) -> SocketKind {
    match (protocol, ip) {
        (Protocol::Tcp, IpAddr::V4(_)) => SocketKind::Tcp4,
        (Protocol::Tcp, IpAddr::V6(_)) => SocketKind::Tcp6,
        (Protocol::Udp, IpAddr::V4(_)) => SocketKind::Udp4,
        (Protocol::Udp, IpAddr::V6(_)) => SocketKind::Udp6,
    }
}

impl RemoteSockets for LabSockets {
    fn socket(&self, host: Host, protocol: Protocol, ip: IpAddr) -> io::Result<OwnedFd> {
        let none = || io::Error::from_raw_os_error(Errno::EHOSTUNREACH.0);
        self.pool().ok_or_else(none)?.take(host, kind(protocol, ip))
    }

    fn take_ready(&self, host: Host, protocol: Protocol, ip: IpAddr) -> Option<OwnedFd> {
        self.pool()?.take_ready(host, kind(protocol, ip))
    }

    fn ephemeral_range(&self) -> PortRange {
        self.pool().map_or(PortRange::DEFAULT, |pool| pool.ports())
    }

    fn descriptors(&self) -> u64 {
        if lock(&self.0).running.is_some() { SocketPool::DESCRIPTORS } else { 0 }
    }
}

fn lock(slot: &Mutex<LabSlot>) -> MutexGuard<'_, LabSlot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
