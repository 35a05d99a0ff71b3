use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::kernel::watch::Poller;
use crate::lab::{SocketKind, SocketPool, StopHandle, Wire};
use crate::net::RemoteSockets;
use crate::tcp::{Errno, Filter, Host, PortRange, Protocol};

/// The lab, while there is one.
#[derive(Default)]
pub(super) struct LabSlot {
    /// The number of the lab that is being set up or running.
    pub(super) wanted: Option<u64>,
    count: u64,
    pub(super) running: Option<RunningSlot>,
    /// The rows to watch on the computers of the next lab.
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
        let pool = self.pool().ok_or_else(none)?;
        pool.take(host, kind(protocol, ip))
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

pub(super) fn lock(slot: &Mutex<LabSlot>) -> MutexGuard<'_, LabSlot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
