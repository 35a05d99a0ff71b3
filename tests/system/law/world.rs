//! What the dashboard's loop owns beside its state, for a test: a clock that can be put forward, and the lab.

use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::program::{
    ChangeCounters, Clock, Event, Filter, Helper, Host, Lab, LabComputer, LabEvent, LabLimits,
    LabSpec, Moment, Poller, PortRange, Protocol, RemoteSockets, SocketKind, SocketPool,
    TableElsewhere, Wire, event,
};

/// The dashboard's clock, which can be put forward.
#[derive(Clone)]
pub(super) struct Clockwork {
    clock: Clock,
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

    pub(super) fn started_at(&self) -> Duration {
        self.clock.started_at()
    }

    pub(super) fn put_forward(&self, seconds: u64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// The sockets of the lab's computers, once there is a lab.
pub(super) struct Sockets(pub(super) Arc<OnceLock<Arc<SocketPool>>>);

impl RemoteSockets for Sockets {
    fn socket(&self, host: Host, protocol: Protocol, ip: IpAddr) -> io::Result<OwnedFd> {
        let kind = match (protocol, ip) {
            (Protocol::Tcp, IpAddr::V4(_)) => SocketKind::Tcp4,
            (Protocol::Tcp, IpAddr::V6(_)) => SocketKind::Tcp6,
            (Protocol::Udp, IpAddr::V4(_)) => SocketKind::Udp4,
            (Protocol::Udp, IpAddr::V6(_)) => SocketKind::Udp6,
        };
        let stock = self.0.get().ok_or(io::ErrorKind::HostUnreachable)?;
        stock.take(host, kind)
    }

    fn ephemeral_range(&self) -> PortRange {
        self.0.get().map_or(PortRange::DEFAULT, |stock| stock.ports())
    }

    fn descriptors(&self) -> u64 {
        0
    }
}

/// A lab that is up.
pub(super) struct Up {
    pub(super) pollers: Vec<(Host, Poller)>,
    pub(super) wire: Wire,
    _helper: Helper,
}

/// What a lab is said to have.
type About = (Vec<LabComputer>, LabLimits);

impl Up {
    /// Starts a lab whose wire and pollers tell `inbox` what they see; why there is none, if there is none.
    pub(super) fn start(
        spec: LabSpec,
        (clock, inbox): (Clockwork, SyncSender<Event>),
        wanted: &Filter,
    ) -> Result<(Up, Arc<SocketPool>, About), String> {
        let lab = Lab::start(Path::new(env!("CARGO_BIN_EXE_fivetuple")), spec);
        let lab = lab.map_err(|why| format!("no lab here: {why:?}"))?;
        let Lab { computers, limits, pool: stock, ends, counters, helper } = lab;
        let to_inbox = inbox.clone();
        let tell = move |news| match to_inbox.try_send(Event::Lab(LabEvent::Wire(news))) {
            Err(TrySendError::Full(Event::Lab(LabEvent::Wire(news)))) => Err(news),
            _ => Ok(()),
        };
        let now = clock.clone();
        let wire = Wire::start(ends, move || now.now(), tell, None, |_| ()).expect("a wire");
        let pollers = counters.into_iter().map(|(host, files)| {
            let (stock, to_inbox, now) = (Arc::clone(&stock), inbox.clone(), clock.clone());
            let open = move || stock.take(host, SocketKind::Diag);
            let files = move || files.iter().filter_map(|file| file.try_clone().ok()).collect();
            let poller = Poller::over(
                host,
                Box::new(move || (Box::new(TableElsewhere::over(host, &open)), None)),
                move || ChangeCounters::over(files()),
                move || now.now(),
                move |seen| to_inbox.send(event(seen)).is_ok(),
            );
            poller.watch(wanted.clone());
            (host, poller)
        });
        let up = Up { pollers: pollers.collect(), wire, _helper: helper };
        Ok((up, stock, (computers, limits)))
    }
}
