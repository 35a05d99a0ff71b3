use std::any::Any;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::app::Event;
use crate::kernel::watch::Poller;
use crate::kernel::{ChangeCounters, NamespaceSource};
use crate::lab::{Capture, Lab, SocketKind, SocketPool, StopHandle, Wire};
use crate::net::panic_words;
use crate::run::Clock;
use crate::run::dashboard::inputs::Input;
use crate::run::fault::break_on_purpose;
use crate::run::lab::slot::{LabSlot, RunningSlot, lock};
use crate::tcp::{Errno, Host, LabEvent, LabRefusal, LabSpec};

/// This program, to be its own helper.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// What the keeper and its thread have in common.
#[derive(Clone)]
pub(crate) struct SharedSession {
    pub(crate) place: Arc<Mutex<LabSlot>>,
    pub(crate) clock: Clock,
    pub(crate) inbox: Sender<Input>,
    pub(crate) capture: Option<Capture>,
}

impl SharedSession {
    /// Sets a lab up, and waits for its end; the last news of it.
    pub(crate) fn keep(&self, spec: LabSpec, number: u64) -> LabEvent {
        let begun = self.clock.now();
        let lab = match Lab::start(Path::new(THIS_PROGRAM), spec) {
            Ok(lab) => lab,
            Err(why) => return LabEvent::Refused(why),
        };
        let Lab { computers, limits, stock, ends, counters, mut helper } = lab;
        let wire = match self.connect(ends, helper.stopper()) {
            Ok(wire) => wire,
            Err(why) => return LabEvent::Refused(refusal("clone", &why)),
        };
        let pollers = counters.into_iter().map(|(host, files)| {
            let files = move || files.iter().filter_map(|file| file.try_clone().ok()).collect();
            (host, self.poller(host, &stock, files))
        });
        let up = RunningSlot {
            stopper: helper.stopper(),
            wire,
            pollers: pollers.collect(),
            stock: Arc::clone(&stock),
        };
        if !self.arrive(up, number) {
            return LabEvent::Down(None);
        }
        let took = self.clock.now().since(begun);
        self.tell(LabEvent::Up { computers, limits, took });
        let why = helper.wait();
        let is_wanted = self.place().wanted == Some(number);
        LabEvent::Down(
            is_wanted.then(|| {
                why.unwrap_or_else(|| "the lab's helper process ended by itself".to_owned())
            }),
        )
    }

    /// From now on everybody can use it; `false` when nobody wants it any more.
    fn arrive(&self, up: RunningSlot, number: u64) -> bool {
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

    /// Connects the computers; where the wire breaks, the lab is over.
    fn connect(&self, ends: Vec<(Host, OwnedFd)>, stopper: StopHandle) -> io::Result<Wire> {
        let (clock, inbox) = (self.clock, self.inbox.clone());
        // The wire goes on whether anybody listens or not.
        let tell = move |news| {
            break_on_purpose("wire");
            match inbox.try_send(Input::Fact(Event::Lab(LabEvent::Wire(news)))) {
                Err(TrySendError::Full(Input::Fact(Event::Lab(LabEvent::Wire(news))))) => Err(news),
                Ok(()) | Err(TrySendError::Full(_) | TrySendError::Closed(_)) => Ok(()),
            }
        };
        let broke = move |panic: Box<dyn Any + Send>| {
            stopper.give_up(format!("its wire broke: {}", panic_words(&*panic)));
        };
        Wire::start(ends, move || clock.now(), tell, self.capture.clone(), broke)
    }

    fn poller(
        &self,
        host: Host,
        stock: &Arc<SocketPool>,
        files: impl Fn() -> Vec<std::fs::File> + Send + 'static,
    ) -> Poller {
        let stock = Arc::clone(stock);
        let open = move || stock.take(host, SocketKind::Diag);
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

    /// Waits for room in the inbox: a lab that came or went is not to be missed.
    pub(crate) fn tell(&self, news: LabEvent) {
        let _ = self.inbox.blocking_send(Input::Fact(Event::Lab(news)));
    }

    pub(crate) fn place(&self) -> MutexGuard<'_, LabSlot> {
        lock(&self.place)
    }
}

pub(crate) fn refusal(step: &str, why: &io::Error) -> LabRefusal {
    LabRefusal { step: step.to_owned(), errno: Errno::from(why), helps: String::new() }
}
