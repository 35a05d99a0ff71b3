use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::kernel::watch::Poller;
use crate::lab::{SocketKind, SocketPool, StopHandle, Wire};
use crate::net::RemoteSockets;
use crate::tcp::{Errno, Filter, Host, PortRange, Protocol};

/// Where the lab is, while there is one.
#[derive(Default)]
pub(crate) struct LabSlot {
    /// The number of the one that is being set up, or is there.
    pub(crate) wanted: Option<u64>,
    /// How many there were.
    pub(crate) count: u64,
    pub(crate) up: Option<RunningSlot>,
    /// What is watched, for computers that come later.
    pub(crate) watched: Option<Filter>,
}

/// A lab that is up.
pub(crate) struct RunningSlot {
    pub(crate) stock: Arc<SocketPool>,
    pub(crate) stopper: StopHandle,
    pub(crate) wire: Wire,
    pub(crate) pollers: Vec<(Host, Poller)>,
}

impl LabSlot {
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
    pub(crate) fn leave(&mut self, number: u64) -> Option<RunningSlot> {
        self.wanted.take_if(|wanted| *wanted == number);
        self.up.take()
    }
}

/// The sockets of the lab that is up, if one is.
pub(crate) struct LabSockets(pub(crate) Arc<Mutex<LabSlot>>);

impl LabSockets {
    fn stock(&self) -> Option<Arc<SocketPool>> {
        lock(&self.0).up.as_ref().map(|up| Arc::clone(&up.stock))
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
        if lock(&self.0).up.is_some() { SocketPool::DESCRIPTORS } else { 0 }
    }
}

pub(crate) fn lock(place: &Mutex<LabSlot>) -> MutexGuard<'_, LabSlot> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}
