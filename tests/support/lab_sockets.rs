//! The sockets of a lab, for the engine of a test or a bench.

use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use fivetuple::kernel::raise_descriptor_limit;
use fivetuple::lab::{Lab, SocketKind, SocketPool};
use fivetuple::net::{Engine, RemoteSockets};
use fivetuple::tcp::{Host, PortRange, Protocol, SocketEvent};
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

struct Sockets(Arc<SocketPool>);

impl RemoteSockets for Sockets {
    fn socket(&self, host: Host, _: Protocol, _: IpAddr) -> io::Result<OwnedFd> {
        self.0.take(host, SocketKind::Tcp4)
    }

    fn take_ready(&self, host: Host, _: Protocol, _: IpAddr) -> Option<OwnedFd> {
        self.0.take_ready(host, SocketKind::Tcp4)
    }

    fn ephemeral_range(&self) -> PortRange {
        self.0.ports()
    }

    fn descriptors(&self) -> u64 {
        SocketPool::DESCRIPTORS
    }
}

/// An engine whose TCP sockets are those of the lab, and its events.
pub(crate) fn engine(lab: &Lab) -> (Engine, Receiver<SocketEvent>) {
    let (sender, events) = mpsc::channel(1024);
    let engine = Engine::new(
        sender,
        TaskTracker::new(),
        CancellationToken::new(),
        (raise_descriptor_limit(), Engine::ECHO_TIMEOUT),
        Some(Arc::new(Sockets(Arc::clone(&lab.pool)))),
    );
    (engine, events)
}
