use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::lab::{Kind, Stock, Stopper, Wire};
use crate::net::Elsewhere;
use crate::run::Poller;
use crate::tcp::{Errno, Filter, Host, PortRange, Protocol};

/// Where the lab is, while there is one.
#[derive(Default)]
pub(crate) struct Place {
    /// The number of the one that is being set up, or is there.
    pub(crate) wanted: Option<u64>,
    /// How many there were.
    pub(crate) count: u64,
    pub(crate) up: Option<Up>,
    /// What is watched, for computers that come later.
    pub(crate) watched: Option<Filter>,
}

/// A lab that is up.
pub(crate) struct Up {
    pub(crate) stock: Arc<Stock>,
    pub(crate) stopper: Stopper,
    pub(crate) wire: Wire,
    pub(crate) pollers: Vec<(Host, Poller)>,
}

impl Place {
    /// Makes room for a lab, unless there is one already; its number.
    pub(crate) fn want(&mut self) -> Option<u64> {
        if self.wanted.is_some() {
            return None;
        }
        self.count += 1;
        self.wanted = Some(self.count);
        self.wanted
    }

    /// The lab of that number is over.
    pub(crate) fn leave(&mut self, number: u64) -> Option<Up> {
        self.wanted.take_if(|wanted| *wanted == number);
        self.up.take()
    }
}

/// The sockets of the lab that is up, if one is.
pub(crate) struct Sockets(pub(crate) Arc<Mutex<Place>>);

impl Sockets {
    fn stock(&self) -> Option<Arc<Stock>> {
        lock(&self.0).up.as_ref().map(|up| Arc::clone(&up.stock))
    }
}

const fn kind(protocol: Protocol, ip: IpAddr) -> Kind {
    match (protocol, ip) {
        (Protocol::Tcp, IpAddr::V4(_)) => Kind::Tcp4,
        (Protocol::Tcp, IpAddr::V6(_)) => Kind::Tcp6,
        (Protocol::Udp, IpAddr::V4(_)) => Kind::Udp4,
        (Protocol::Udp, IpAddr::V6(_)) => Kind::Udp6,
    }
}

impl Elsewhere for Sockets {
    fn socket(&self, host: Host, protocol: Protocol, ip: IpAddr) -> io::Result<OwnedFd> {
        let none = || io::Error::from_raw_os_error(Errno::EHOSTUNREACH.0);
        let stock = self.stock().ok_or_else(none)?;
        stock.take(host, kind(protocol, ip))
    }

    fn at_hand(&self, host: Host, protocol: Protocol, ip: IpAddr) -> Option<OwnedFd> {
        self.stock()?.at_hand(host, kind(protocol, ip))
    }

    fn ports(&self) -> PortRange {
        let place = lock(&self.0);
        let up = place.up.as_ref();
        up.map_or(PortRange::DEFAULT, |up| up.stock.ports())
    }

    fn descriptors(&self) -> u64 {
        if lock(&self.0).up.is_some() { Stock::DESCRIPTORS } else { 0 }
    }
}

pub(crate) fn lock(place: &Mutex<Place>) -> MutexGuard<'_, Place> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}
