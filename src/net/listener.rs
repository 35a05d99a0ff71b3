use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::tcp::{Accepting, ListenSpec, SocketId, SyscallError};

/// What the sockets of one Listen command share: whether accept() may be called, and how many of our own clients wait for it.
#[derive(Debug)]
pub(crate) struct Listener {
    /// What was asked, with the real port.
    pub(crate) spec: ListenSpec,
    /// One for each listening socket.
    pub(crate) names: Vec<SocketId>,
    /// Ends the tasks that call accept().
    pub(crate) stop: CancellationToken,
    /// Cancelled once it is told that all of the listening sockets are closed.
    pub(crate) gone: CancellationToken,
    listening: Vec<Mutex<Option<TcpListener>>>,
    turn: watch::Sender<AcceptPermit>,
    waiting: AtomicU32,
    room: Notify,
    open: AtomicU32,
    why: Mutex<Option<SyscallError>>,
}

/// Whether accept() may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AcceptPermit {
    Always,
    /// That many times.
    Times(u32),
}

impl Listener {
    /// So many accept() calls are remembered at most while nobody waits.
    const TIMES: u32 = 1024;
    /// After that time the count of waiting clients is taken for wrong: some may have left the queue without our seeing it.
    const DOUBT: Duration = Duration::from_millis(100);

    pub(crate) fn new(
        spec: ListenSpec,
        listening: Vec<(TcpListener, SocketId)>,
        stop: CancellationToken,
    ) -> Listener {
        let names: Vec<SocketId> = listening.iter().map(|(_, name)| *name).collect();
        let turn = match spec.accepting {
            Accepting::AtOnce => AcceptPermit::Always,
            Accepting::Held => AcceptPermit::Times(0),
        };
        Listener {
            open: AtomicU32::new(u32::try_from(names.len()).unwrap_or(u32::MAX)),
            spec,
            names,
            stop,
            gone: CancellationToken::new(),
            listening: listening.into_iter().map(|(socket, _)| Mutex::new(Some(socket))).collect(),
            turn: watch::Sender::new(turn),
            waiting: AtomicU32::new(0),
            room: Notify::new(),
            why: Mutex::default(),
        }
    }

    /// Whether whoever calls `to` ends up here.
    pub(crate) fn answers(&self, to: SocketAddr) -> bool {
        let (at, ip) = (self.spec.at, to.ip().to_canonical());
        let here = if at.ip.is_unspecified() {
            ip.is_ipv4() == at.ip.is_ipv4() || (ip.is_ipv4() && !self.spec.only_v6)
        } else {
            at.ip.to_canonical() == ip || ip.is_unspecified()
        };
        at.port.0 == to.port() && here
    }

    pub(crate) fn hold(&self) {
        self.turn.send_replace(AcceptPermit::Times(0));
    }

    pub(crate) fn resume(&self) {
        self.turn.send_replace(AcceptPermit::Always);
        self.room.notify_waiters();
    }

    pub(crate) fn once(&self) {
        self.turn.send_modify(|turn| {
            if let AcceptPermit::Times(times) = turn {
                *times = Listener::TIMES.min(*times + 1);
            }
        });
    }

    pub(crate) fn turns(&self) -> watch::Receiver<AcceptPermit> {
        self.turn.subscribe()
    }

    /// Calls accept() if that is allowed, and counts it if somebody was there; `None` when it is not allowed.
    pub(crate) fn try_turn<T>(
        &self,
        accept: impl FnOnce() -> Poll<io::Result<T>>,
    ) -> Option<Poll<io::Result<T>>> {
        if *self.turn.borrow() == AcceptPermit::Always {
            return Some(accept());
        }
        let mut accepted = None;
        // One after the other: of several sockets only one may use up a turn.
        self.turn.send_if_modified(|turn| {
            match turn {
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

    /// One of our clients is about to connect.
    pub(crate) fn knock(&self) {
        self.waiting.fetch_add(1, Ordering::AcqRel);
    }

    /// accept() returned one, or one of our clients failed to connect.
    pub(crate) fn let_in(&self) {
        let less = |waiting: u32| Some(waiting.saturating_sub(1));
        let before = self.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
        // Waking the clients for every single place would cost a change of threads each time.
        if before.is_ok_and(|before| before.saturating_sub(1) <= self.allowance() / 2) {
            self.room.notify_waiters();
        }
    }

    /// Whether accept() is called only when somebody asks for it.
    pub(crate) fn is_held(&self) -> bool {
        matches!(*self.turn.borrow(), AcceptPermit::Times(_))
    }

    /// How many of our clients wait for accept().
    pub(crate) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::Acquire)
    }

    /// Waits until the accept queue is not more than half full of our own clients: a full one drops SYNs, and each then takes a second.
    ///
    /// While accept() is held nobody waits here, since a full queue is just what is to be seen then.
    pub(crate) async fn queue_has_room(&self) {
        loop {
            let room = self.room.notified();
            if self.is_held() || self.stop.is_cancelled() || self.waiting() < self.allowance() {
                return;
            }
            if tokio::time::timeout(Listener::DOUBT, room).await.is_err() {
                self.waiting.store(0, Ordering::Release);
            }
        }
    }

    fn allowance(&self) -> u32 {
        (self.spec.backlog / 2).max(1)
    }

    /// Looks at one of the listening sockets, until they are closed.
    pub(crate) fn with_socket<T>(
        &self,
        index: usize,
        look: impl FnOnce(&TcpListener) -> T,
    ) -> Option<T> {
        lock(self.listening.get(index)?).as_ref().map(look)
    }

    /// Closes the listening sockets, here and now; those who wait in the queue get RST.
    pub(crate) fn close(&self) {
        for socket in &self.listening {
            drop(lock(socket).take());
        }
        self.stop.cancel();
        self.room.notify_waiters();
    }

    /// Closes the listening sockets, because one failed.
    pub(crate) fn fail(&self, why: SyscallError) {
        lock(&self.why).get_or_insert(why);
        self.close();
    }

    /// Why it was closed, if nobody asked for it.
    pub(crate) fn why(&self) -> Option<SyscallError> {
        *lock(&self.why)
    }

    /// Whether the task that says so was the last one of this door.
    pub(crate) fn is_last(&self) -> bool {
        self.open.fetch_sub(1, Ordering::AcqRel) == 1
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
