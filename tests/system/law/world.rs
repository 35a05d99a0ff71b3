//! What the dashboard's loop owns beside its state, for a test: a clock that can be put forward, and the lab.

use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::Duration;

use fivetuple::app::Event;
use fivetuple::kernel::watch::{Poller, WatchEvent};
use fivetuple::kernel::{ChangeCounters, NamespaceSource};
use fivetuple::lab::{Helper, Lab, SocketKind, SocketPool, Wire};
use fivetuple::net::RemoteSockets;
use fivetuple::run::Clock;
use fivetuple::tcp::{Host, LabEvent, Moment, PortRange, Protocol, procfs_instead};

/// The dashboard's clock, which can be put forward.
#[derive(Clone)]
pub(super) struct Clockwork {
    pub(super) clock: Clock,
    ahead: Arc<AtomicU64>,
}

impl Clockwork {
    pub(super) fn start() -> Clockwork {
        Clockwork { clock: Clock::start(), ahead: Arc::default() }
    }

    pub(super) fn now(&self) -> Moment {
        let ahead = self.ahead.load(Ordering::Relaxed);
        self.clock.now().plus(Duration::from_secs(ahead))
    }

    pub(super) fn put_forward(&self, seconds: u64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// The sockets of the lab's computers, if there is a lab.
pub(super) struct Sockets(pub(super) Option<Arc<SocketPool>>);

impl RemoteSockets for Sockets {
    fn socket(&self, host: Host, protocol: Protocol, _: IpAddr) -> io::Result<OwnedFd> {
        // The lab of this test has IPv4 addresses only.
        let kind = match protocol {
            Protocol::Tcp => SocketKind::Tcp4,
            Protocol::Udp => SocketKind::Udp4,
        };
        self.0.as_ref().ok_or(io::ErrorKind::HostUnreachable)?.take(host, kind)
    }

    fn ephemeral_range(&self) -> PortRange {
        self.0.as_ref().map_or(PortRange::DEFAULT, |pool| pool.ports())
    }

    fn descriptors(&self) -> u64 {
        0
    }
}

/// What a poller reports, as the dashboard takes it.
fn event(seen: WatchEvent) -> Event {
    match seen {
        WatchEvent::TableRead(update) => Event::TableRead(update),
        WatchEvent::TableUnreadable { host, why } => Event::TableUnreadable { host, why },
        WatchEvent::FellBackToProcfs(why) => Event::Warned(procfs_instead(&why)),
        WatchEvent::Inspected { host, found } => Event::Inspected { host, found },
    }
}

/// A poller of this machine's table.
pub(super) fn poller(clock: &Clockwork, inbox: &SyncSender<Event>) -> Poller {
    let (clock, inbox) = (clock.clone(), inbox.clone());
    Poller::start(move || clock.now(), move |seen| inbox.send(event(seen)).is_ok()).unwrap()
}

/// Starts the wire of a lab, and a poller for each of its computers; they last as long as the helper. Also what the dashboard is told of it.
pub(super) fn enter(
    lab: Lab,
    clock: &Clockwork,
    inbox: &SyncSender<Event>,
) -> (Vec<(Host, Poller)>, (Wire, Helper), LabEvent) {
    let Lab { computers, limits, pool, ends, counters, helper } = lab;
    let to_inbox = inbox.clone();
    let tell = move |news| match to_inbox.try_send(Event::Lab(LabEvent::Wire(news))) {
        Err(TrySendError::Full(Event::Lab(LabEvent::Wire(news)))) => Err(news),
        _ => Ok(()),
    };
    let now = clock.clone();
    let wire = Wire::start(ends, move || now.now(), tell, None, |_| ()).expect("a wire");
    let pollers = counters.into_iter().map(|(host, files)| {
        let (pool, inbox, clock) = (Arc::clone(&pool), inbox.clone(), clock.clone());
        let open = move || pool.take(host, SocketKind::Diag);
        let files = move || files.iter().filter_map(|file| file.try_clone().ok()).collect();
        let poller = Poller::over(
            host,
            Box::new(move || (Box::new(NamespaceSource::over(host, &open)), None)),
            move || ChangeCounters::over(files()),
            move || clock.now(),
            move |seen| inbox.send(event(seen)).is_ok(),
        );
        (host, poller.unwrap())
    });
    (pollers.collect(), (wire, helper), LabEvent::Up { computers, limits, took: Duration::ZERO })
}
