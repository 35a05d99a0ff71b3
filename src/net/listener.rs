use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::task::Poll;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::net::lock;
use crate::tcp::{Accepting, ListenSpec, SocketId, SyscallError};

/// What the sockets of one Listen command share: whether accept() may be called, and how many of our own clients wait for it.
pub(super) struct Listener {
    pub(super) spec: ListenSpec,
    pub(super) ids: Vec<SocketId>,
    pub(super) stop: CancellationToken,
    /// Cancelled once all its sockets were reported closed.
    pub(super) closed: CancellationToken,
    sockets: Vec<Mutex<Option<TcpListener>>>,
    pub(super) permit: watch::Sender<AcceptPermit>,
    /// Our own clients that are connecting or wait in the accept queue.
    pub(super) pending: AtomicU32,
    queue_space: Notify,
    pub(super) open: AtomicU32,
    pub(super) error: OnceLock<SyscallError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AcceptPermit {
    Always,
    Times(u32),
}

impl Listener {
    const TIMES: u32 = 1024;
    /// After this time `pending` is assumed to be wrong: clients may have left the queue unnoticed.
    const PENDING_TIMEOUT: Duration = Duration::from_millis(100);

    pub(super) fn new(
        spec: ListenSpec,
        ids: Vec<SocketId>,
        sockets: Vec<TcpListener>,
        stop: CancellationToken,
    ) -> Listener {
        let permit = match spec.accepting {
            Accepting::AtOnce => AcceptPermit::Always,
            Accepting::Held => AcceptPermit::Times(0),
        };
        Listener {
            open: AtomicU32::new(u32::try_from(ids.len()).unwrap_or(u32::MAX)),
            spec,
            ids,
            stop,
            closed: CancellationToken::new(),
            sockets: sockets.into_iter().map(|socket| Mutex::new(Some(socket))).collect(),
            permit: watch::Sender::new(permit),
            pending: AtomicU32::new(0),
            queue_space: Notify::new(),
            error: OnceLock::new(),
        }
    }

    pub(super) fn is_reached_by(&self, to: SocketAddr) -> bool {
        let (at, ip) = (self.spec.at, to.ip().to_canonical());
        let here = if at.ip.is_unspecified() {
            ip.is_ipv4() == at.ip.is_ipv4() || (ip.is_ipv4() && !self.spec.only_v6)
        } else {
            at.ip.to_canonical() == ip || ip.is_unspecified()
        };
        at.port.0 == to.port() && here
    }

    pub(super) fn hold(&self, held: bool) {
        self.permit.send_replace(if held { AcceptPermit::Times(0) } else { AcceptPermit::Always });
        if !held {
            self.queue_space.notify_waiters();
        }
    }

    pub(super) fn permit_one(&self) {
        self.permit.send_modify(|permit| {
            if let AcceptPermit::Times(times) = permit {
                *times = Listener::TIMES.min(*times + 1);
            }
        });
    }

    pub(super) fn is_held(&self) -> bool {
        matches!(*self.permit.borrow(), AcceptPermit::Times(_))
    }

    pub(super) fn accept_if_permitted<T>(
        &self,
        accept: impl FnOnce() -> Poll<io::Result<T>>,
    ) -> Option<Poll<io::Result<T>>> {
        if *self.permit.borrow() == AcceptPermit::Always {
            return Some(accept());
        }
        let mut accepted = None;
        // Under the lock of the channel: of several sockets only one may use up a permit.
        self.permit.send_if_modified(|permit| {
            match permit {
                AcceptPermit::Always => accepted = Some(accept()),
                AcceptPermit::Times(0) => (),
                AcceptPermit::Times(times) => {
                    let result = accept();
                    *times -= u32::from(matches!(result, Poll::Ready(Ok(_))));
                    accepted = Some(result);
                }
            }
            false
        });
        accepted
    }

    /// accept() returned a connection, or one of our clients failed to connect.
    pub(super) fn remove_pending(&self) {
        let less = |pending: u32| Some(pending.saturating_sub(1));
        let before = self.pending.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
        // Waking the clients for each place in the queue would cost a change of threads each time.
        if before.is_ok_and(|before| before.saturating_sub(1) <= self.most_pending() / 2) {
            self.queue_space.notify_waiters();
        }
    }

    /// A full accept queue drops SYNs, each of which costs a second. While accept() is held, the user wants to see that.
    pub(super) async fn wait_for_queue_space(&self) {
        loop {
            let space = self.queue_space.notified();
            if self.is_held()
                || self.stop.is_cancelled()
                || self.pending.load(Ordering::Acquire) < self.most_pending()
            {
                return;
            }
            if tokio::time::timeout(Listener::PENDING_TIMEOUT, space).await.is_err() {
                self.pending.store(0, Ordering::Release);
            }
        }
    }

    fn most_pending(&self) -> u32 {
        (self.spec.backlog / 2).max(1)
    }

    pub(super) fn with_socket<T>(
        &self,
        index: usize,
        f: impl FnOnce(&TcpListener) -> T,
    ) -> Option<T> {
        lock(self.sockets.get(index)?).as_ref().map(f)
    }

    pub(super) fn close(&self) {
        for socket in &self.sockets {
            drop(lock(socket).take());
        }
        self.stop.cancel();
        self.queue_space.notify_waiters();
    }

    pub(super) fn fail(&self, why: SyscallError) {
        let _ = self.error.set(why);
        self.close();
    }
}
