use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::Context;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::app::{Event, Sight};
use crate::kernel::{Elsewhere as ElsewhereSource, Pulse};
use crate::lab::{Capture, Kind, Lab, Stock, Stopper, Wire};
use crate::net::{Elsewhere, panic_words};
use crate::run::inputs::Input;
use crate::run::{Clock, Poller};
use crate::tcp::{
    Errno, Filter, Host, LabNews, LabRefusal, LabSpec, PortRange, Protocol, RowName, WireOrder,
};

/// This program, to be its own helper.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// Keeps the lab: starts and stops it on a thread of its own, and connects it with everything else.
pub(crate) struct LabKeeper {
    common: Common,
    thread: Option<JoinHandle<()>>,
}

/// What the keeper and its thread have in common.
#[derive(Clone)]
struct Common {
    place: Arc<Mutex<Place>>,
    clock: Clock,
    inbox: Sender<Input>,
    capture: Option<Capture>,
}

/// Where the lab is, while there is one.
#[derive(Default)]
struct Place {
    /// The number of the one that is being set up, or is there.
    wanted: Option<u64>,
    /// How many there were.
    count: u64,
    up: Option<Up>,
    /// What is watched, for computers that come later.
    watched: Option<Filter>,
}

/// A lab that is up.
struct Up {
    stock: Arc<Stock>,
    stopper: Stopper,
    wire: Wire,
    pollers: Vec<(Host, Poller)>,
}

impl Place {
    /// Makes room for a lab, unless there is one already; its number.
    fn want(&mut self) -> Option<u64> {
        if self.wanted.is_some() {
            return None;
        }
        self.count += 1;
        self.wanted = Some(self.count);
        self.wanted
    }

    /// The lab of that number is over.
    fn leave(&mut self, number: u64) -> Option<Up> {
        self.wanted.take_if(|wanted| *wanted == number);
        self.up.take()
    }
}

impl LabKeeper {
    /// Without a lab yet. What crosses the wire of each lab is written to `capture`.
    pub(crate) fn new(
        clock: Clock,
        inbox: Sender<Input>,
        capture: Option<&Path>,
    ) -> anyhow::Result<LabKeeper> {
        let open = |path: &Path| {
            let inbox = inbox.clone();
            let complain = move |why| {
                let _ = inbox.try_send(Input::Fact(Event::Lab(LabNews::Warned(why))));
            };
            Capture::create(path, clock.epoch(), complain).with_context(|| {
                format!("cannot write what crosses the wire to {}", path.display())
            })
        };
        let capture = capture.map(open).transpose()?;
        let common = Common {
            place: Arc::default(),
            clock,
            inbox,
            capture,
        };
        let thread = None;
        Ok(LabKeeper { common, thread })
    }

    /// Where the sockets of its computers come from, while there are any.
    pub(crate) fn sockets(&self) -> Arc<dyn Elsewhere> {
        Arc::new(Sockets(Arc::clone(&self.common.place)))
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
            let last = ran.unwrap_or_else(|panic| LabNews::Down(Some(panic_words(&*panic))));
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
                let fact = Event::Lab(LabNews::Refused(refusal));
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
    pub(crate) fn look(&self, names: Vec<RowName>) -> Vec<RowName> {
        self.share(names, |poller, theirs| {
            if !theirs.is_empty() {
                poller.look(theirs);
            }
        })
    }

    /// These rows are on the screen; gives back those of this machine.
    pub(crate) fn visible(&self, names: &[RowName]) -> Vec<RowName> {
        self.share(names.to_vec(), Poller::visible)
    }

    /// Gives each computer's poller its own of the names; gives back those of this machine.
    fn share(&self, names: Vec<RowName>, give: impl Fn(&Poller, Vec<RowName>)) -> Vec<RowName> {
        let (here, there): (Vec<RowName>, Vec<RowName>) =
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

impl Common {
    /// Sets a lab up, and waits for its end; the last news of it.
    fn keep(&self, spec: LabSpec, number: u64) -> LabNews {
        let begun = self.clock.now();
        let lab = match Lab::start(Path::new(THIS_PROGRAM), spec) {
            Ok(lab) => lab,
            Err(why) => return LabNews::Refused(why),
        };
        let Lab {
            computers,
            stock,
            ends,
            counters,
            mut helper,
        } = lab;
        let wire = match self.connect(ends) {
            Ok(wire) => wire,
            Err(why) => return LabNews::Refused(refusal("clone", &why)),
        };
        let pollers = counters.into_iter().map(|(host, files)| {
            let files = move || {
                files
                    .iter()
                    .filter_map(|file| file.try_clone().ok())
                    .collect()
            };
            (host, self.poller(host, &stock, files))
        });
        let up = Up {
            stopper: helper.stopper(),
            wire,
            pollers: pollers.collect(),
            stock: Arc::clone(&stock),
        };
        if !self.arrive(up, number) {
            return LabNews::Down(None);
        }
        let took = self.clock.now().since(begun);
        self.tell(LabNews::Up { computers, took });
        let why = helper.wait();
        let is_wanted = self.place().wanted == Some(number);
        LabNews::Down(
            is_wanted.then(|| {
                why.unwrap_or_else(|| "the lab's helper process ended by itself".to_owned())
            }),
        )
    }

    /// From now on everybody can use it; `false` when nobody wants it any more.
    fn arrive(&self, up: Up, number: u64) -> bool {
        let mut place = self.place();
        if place.wanted != Some(number) {
            return false;
        }
        if let Some(watched) = &place.watched {
            for (_, poller) in &up.pollers {
                poller.watch(watched.clone());
            }
        }
        place.up = Some(up);
        true
    }

    fn connect(&self, ends: Vec<(Host, OwnedFd)>) -> io::Result<Wire> {
        let (clock, inbox) = (self.clock, self.inbox.clone());
        // The wire goes on whether anybody listens or not.
        let tell = move |news| match inbox.try_send(Input::Fact(Event::Lab(LabNews::Wire(news)))) {
            Err(TrySendError::Full(Input::Fact(Event::Lab(LabNews::Wire(news))))) => Err(news),
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Closed(_)) => Ok(()),
        };
        Wire::start(ends, move || clock.now(), tell, self.capture.clone())
    }

    fn poller(
        &self,
        host: Host,
        stock: &Arc<Stock>,
        files: impl Fn() -> Vec<std::fs::File> + Send + 'static,
    ) -> Poller {
        let stock = Arc::clone(stock);
        let open = move || stock.take(host, Kind::Diag);
        let inbox = self.inbox.clone();
        let report = move |event| {
            let event = match event {
                Event::Seen(sight) => Event::Seen(Sight { host, ..sight }),
                other => other,
            };
            inbox.blocking_send(Input::Fact(event)).is_ok()
        };
        Poller::over(
            Box::new(move || (Box::new(ElsewhereSource::over(host, &open)), None)),
            move || Pulse::over(files()),
            report,
        )
    }

    /// Waits for room in the inbox: a lab that came or went is not to be missed.
    fn tell(&self, news: LabNews) {
        let _ = self.inbox.blocking_send(Input::Fact(Event::Lab(news)));
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        lock(&self.place)
    }
}

/// The sockets of the lab that is up, if one is.
struct Sockets(Arc<Mutex<Place>>);

impl Elsewhere for Sockets {
    fn socket(&self, host: Host, protocol: Protocol, ip: IpAddr) -> io::Result<OwnedFd> {
        let stock = lock(&self.0).up.as_ref().map(|up| Arc::clone(&up.stock));
        let none = || io::Error::from_raw_os_error(Errno::EHOSTUNREACH.0);
        let kind = match (protocol, ip) {
            (Protocol::Tcp, IpAddr::V4(_)) => Kind::Tcp4,
            (Protocol::Tcp, IpAddr::V6(_)) => Kind::Tcp6,
            (Protocol::Udp, IpAddr::V4(_)) => Kind::Udp4,
            (Protocol::Udp, IpAddr::V6(_)) => Kind::Udp6,
        };
        stock.ok_or_else(none)?.take(host, kind)
    }

    fn ports(&self) -> PortRange {
        let place = lock(&self.0);
        let up = place.up.as_ref();
        up.map_or(PortRange::DEFAULT, |up| up.stock.ports())
    }

    fn descriptors(&self) -> u64 {
        if lock(&self.0).up.is_some() {
            Stock::DESCRIPTORS
        } else {
            0
        }
    }
}

fn lock(place: &Mutex<Place>) -> MutexGuard<'_, Place> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refusal(step: &str, why: &io::Error) -> LabRefusal {
    LabRefusal {
        step: step.to_owned(),
        errno: Errno::from(why),
        helps: String::new(),
    }
}
