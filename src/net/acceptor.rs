use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::net::connection::{ConnectionTask, Policy};
use crate::net::listener::{AcceptPermit, Listener};
use crate::net::registry::Registry;
use crate::net::stream::Stream;
use crate::net::{socket, trace};
use crate::tcp::{
    Call, CloseKind, Errno, Protocol, Purpose, ServerCloses, SocketEvent, Syscall, SyscallError,
    SyscallResult,
};

pub(super) struct Acceptor {
    registry: Arc<Registry>,
    listener: Arc<Listener>,
    index: usize,
    permits: watch::Receiver<AcceptPermit>,
    fd: RawFd,
    /// How long to wait after the next shortage of a resource.
    pause: Duration,
    /// Whether the connection before was gone before accept(): one delays nothing, many in a row do.
    last_was_aborted: bool,
    /// How many were refused since the last report, and when the next one may be.
    refused: u32,
    report_at: Instant,
}

impl Acceptor {
    const FIRST_PAUSE: Duration = Duration::from_millis(100);
    const LONGEST_PAUSE: Duration = Duration::from_secs(1);

    pub(super) fn new(
        registry: &Arc<Registry>,
        listener: &Arc<Listener>,
        index: usize,
    ) -> Acceptor {
        Acceptor {
            registry: Arc::clone(registry),
            listener: Arc::clone(listener),
            index,
            permits: listener.permit.subscribe(),
            fd: listener.with_socket(index, AsRawFd::as_raw_fd).unwrap_or(-1),
            pause: Acceptor::FIRST_PAUSE,
            last_was_aborted: false,
            refused: 0,
            report_at: Instant::now(),
        }
    }

    pub(super) async fn run(mut self) {
        let stop = self.listener.stop.clone();
        loop {
            let may = *self.permits.borrow_and_update() != AcceptPermit::Times(0);
            let accepted = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = tokio::time::sleep_until(self.report_at), if self.refused > 0 => {
                    self.report_refused().await;
                    continue;
                }
                _ = self.permits.changed() => continue,
                accepted = accept(&self.listener, self.index), if may => accepted,
            };
            match accepted {
                None => (),
                Some(Ok((stream, from))) => {
                    self.pause = Acceptor::FIRST_PAUSE;
                    self.last_was_aborted = false;
                    self.accepted(stream, from).await;
                    self.listener.remove_pending();
                }
                Some(Err(error)) => self.failed(Errno::from(&error)).await,
            }
        }
        if self.refused > 0 {
            self.report_refused().await;
        }
        let id = self.listener.ids.get(self.index).copied();
        let mut trace = self.registry.recorder(Purpose::Close);
        trace.close(&self.fd);
        self.registry.report_trace(trace, id);
        self.registry.report_closed_listener(&self.listener, id).await;
    }

    async fn accepted(&mut self, stream: TcpStream, from: SocketAddr) {
        let resets = self.registry.resets();
        let local = match stream.local_addr() {
            Ok(local) => local,
            Err(why) => {
                let why = SyscallError { call: Call::GetSockName, errno: Errno::from(&why) };
                return self.report_failed(why, Duration::ZERO, 1).await;
            }
        };
        let spec = &self.listener.spec;
        let own = socket::own(spec.host, Protocol::Tcp, &stream, [local, from]);
        let mut trace = self.registry.recorder(Purpose::Accept);
        let caller = SyscallResult::Caller(own.fd, from.into());
        trace.push(Some(trace::number(&self.fd)), Syscall::Accept, caller);
        trace.push(Some(own.fd), Syscall::GetSockName, SyscallResult::End(local.into()));
        self.registry.report_trace(trace, Some(own.name));
        let Some(registration) = self.registry.register(own.name) else {
            return self.turn_away(&stream).await;
        };
        let policy = Policy {
            on_data: spec.on_data,
            closes_with_peer: spec.closes == ServerCloses::WithClient,
            closes_after: match spec.closes {
                ServerCloses::After(time) => Some(time),
                ServerCloses::WithClient | ServerCloses::Never => None,
            },
        };
        if resets != self.registry.resets() {
            registration.mailbox.close(CloseKind::Abort);
        }
        let stream = Stream::Tcp(stream);
        let connection = ConnectionTask::new(stream, registration, policy, Arc::default());
        let on = (spec.id, self.index);
        self.registry.report(SocketEvent::Accepted { socket: own, on }).await;
        self.registry.spawn(connection.run());
    }

    async fn turn_away(&mut self, stream: &TcpStream) {
        // The client may be gone already.
        let _ = stream.try_write(b"busy\n");
        self.refused += 1;
        if Instant::now() >= self.report_at {
            self.report_refused().await;
        }
    }

    /// At most once a second, with their number.
    async fn report_refused(&mut self) {
        self.report_at = Instant::now() + Acceptor::LONGEST_PAUSE;
        let times = std::mem::take(&mut self.refused);
        let why = SyscallError { call: Call::Reserve, errno: Errno::EMFILE };
        self.report_failed(why, Duration::ZERO, times).await;
    }

    async fn report_failed(&self, why: SyscallError, pause: Duration, times: u32) {
        let id = self.listener.spec.id;
        self.registry.report(SocketEvent::AcceptFailed { id, why, pause, times }).await;
    }

    /// Goes on at once after an aborted connection, waits longer and longer during a shortage, and stops listening after any other error.
    async fn failed(&mut self, errno: Errno) {
        let mut trace = self.registry.recorder(Purpose::Accept);
        trace.push(Some(trace::number(&self.fd)), Syscall::Accept, SyscallResult::Failed(errno));
        self.registry.report_trace(trace, None);
        let why = SyscallError { call: Call::Accept, errno };
        let pause = match errno {
            Errno::EINTR => return,
            Errno::ECONNABORTED
            | Errno::ECONNRESET
            | Errno::ECONNREFUSED
            | Errno::EPROTO
            | Errno::ETIMEDOUT
            | Errno::ENETDOWN
            | Errno::ENETUNREACH
            | Errno::EHOSTUNREACH => {
                if std::mem::replace(&mut self.last_was_aborted, true) {
                    Acceptor::FIRST_PAUSE
                } else {
                    Duration::ZERO
                }
            }
            Errno::EMFILE | Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM => {
                let pause = self.pause;
                self.pause = Acceptor::LONGEST_PAUSE.min(pause * 2);
                pause
            }
            _ => {
                self.registry.remove_listener(&self.listener);
                return self.listener.fail(why);
            }
        };
        self.report_failed(why, pause, 1).await;
        // Closing the listener ends the pause early.
        let _ = tokio::time::timeout(pause, self.listener.stop.cancelled()).await;
    }
}

async fn accept(listener: &Listener, index: usize) -> Option<io::Result<(TcpStream, SocketAddr)>> {
    poll_fn(|cx| {
        let accepted = listener
            .with_socket(index, |socket| listener.accept_if_permitted(|| socket.poll_accept(cx)));
        match accepted {
            // It was closed a moment ago; its token wakes this task.
            None => Poll::Pending,
            Some(None) => Poll::Ready(None),
            Some(Some(accepted)) => accepted.map(Some),
        }
    })
    .await
}
