use std::future::poll_fn;
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
use crate::net::trace::TraceRecorder;
use crate::net::{socket, trace};
use crate::tcp::{
    Call, CloseKind, Endpoint, Errno, Protocol, Purpose, ServerCloses, SocketEvent, Syscall,
    SyscallError, SyscallResult,
};

/// One listening socket and the task that calls accept() on it.
pub(crate) struct Acceptor {
    sockets: Arc<Registry>,
    door: Arc<Listener>,
    /// Which of the door's sockets.
    index: usize,
    turns: watch::Receiver<AcceptPermit>,
    /// The listening socket's descriptor.
    fd: Descriptor,
    /// How long to wait after the next failure that waiting may cure.
    pause: Duration,
    /// Whether the caller before was gone when it was his turn: one does not keep the next one waiting, many may be no bad luck.
    was_unlucky: bool,
    /// When it was last told that there is no descriptor left.
    told_busy: Option<Instant>,
}

/// A descriptor that is somebody else's to close.
#[derive(Clone, Copy, Debug)]
struct Descriptor(RawFd);

impl AsRawFd for Descriptor {
    fn as_raw_fd(&self) -> RawFd {
        self.0
    }
}

/// What accept() brought.
enum AcceptOutcome {
    Somebody(TcpStream, SocketAddr),
    /// It was not this socket's turn.
    Nobody,
    Failed(Errno),
}

impl Acceptor {
    const FIRST_PAUSE: Duration = Duration::from_millis(100);
    const LONGEST_PAUSE: Duration = Duration::from_secs(1);

    pub(crate) fn new(sockets: &Arc<Registry>, door: &Arc<Listener>, index: usize) -> Acceptor {
        Acceptor {
            sockets: Arc::clone(sockets),
            door: Arc::clone(door),
            index,
            turns: door.turns(),
            fd: Descriptor(door.with_socket(index, AsRawFd::as_raw_fd).unwrap_or(-1)),
            pause: Acceptor::FIRST_PAUSE,
            was_unlucky: false,
            told_busy: None,
        }
    }

    /// Calls accept() whenever it may, until the door closes.
    pub(crate) async fn listen(mut self) {
        let stop = self.door.stop.clone();
        loop {
            let may = *self.turns.borrow_and_update() != AcceptPermit::Times(0);
            let caller = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                _ = self.turns.changed() => continue,
                caller = accept(&self.door, self.index), if may => caller,
            };
            match caller {
                AcceptOutcome::Nobody => (),
                AcceptOutcome::Somebody(stream, from) => {
                    self.pause = Acceptor::FIRST_PAUSE;
                    self.was_unlucky = false;
                    self.welcome(stream, from).await;
                    self.door.let_in();
                }
                AcceptOutcome::Failed(errno) => self.fail(errno).await,
            }
        }
        let name = self.door.names.get(self.index).copied();
        let mut diary = self.sockets.diary(Purpose::Close);
        diary.closes(&self.fd);
        self.sockets.tell_calls(diary, name);
        self.sockets.tell_closed_door(&self.door, name).await;
    }

    /// accept() returned that socket; then it is asked for its own address.
    fn note_accepted(&self, stream: &TcpStream, ends: [SocketAddr; 2]) -> TraceRecorder {
        let mut diary = self.sockets.diary(Purpose::Accept);
        let [local, from] = ends.map(Endpoint::from);
        let accepted = SyscallResult::Caller(trace::number(stream), from);
        diary.note(&self.fd, Syscall::Accept, accepted);
        diary.note(stream, Syscall::GetSockName, SyscallResult::End(local));
        diary
    }

    async fn welcome(&mut self, stream: TcpStream, from: SocketAddr) {
        let sweeps = self.sockets.sweeps();
        let Ok(local) = stream.local_addr() else {
            return;
        };
        let spec = &self.door.spec;
        let own = socket::own(spec.host, Protocol::Tcp, &stream, [local, from]);
        let diary = self.note_accepted(&stream, [local, from]);
        self.sockets.tell_calls(diary, Some(own.name));
        let Some(seat) = self.sockets.seat(own.name) else {
            return self.turn_away(&stream).await;
        };
        let manner = Policy {
            on_data: spec.on_data,
            closes_with_peer: spec.closes == ServerCloses::WithClient,
            closes_after: match spec.closes {
                ServerCloses::After(time) => Some(time),
                ServerCloses::WithClient | ServerCloses::Never => None,
            },
        };
        if sweeps != self.sockets.sweeps() {
            seat.line.end(CloseKind::Abort);
        }
        let end = ConnectionTask::new(Stream::Tcp(stream), seat, manner, Arc::default());
        self.sockets.tell(SocketEvent::Accepted(own)).await;
        self.sockets.spawn(end.live());
    }

    /// Says why in one line and closes; told once a second at most.
    async fn turn_away(&mut self, stream: &TcpStream) {
        // Whether the caller hears it is the caller's business.
        let _ = stream.try_write(b"busy\n");
        let recently = self.told_busy.is_some_and(|told| told.elapsed() < Acceptor::LONGEST_PAUSE);
        if recently {
            return;
        }
        self.told_busy = Some(Instant::now());
        let why = SyscallError { call: Call::Reserve, errno: Errno::EMFILE };
        // Nothing failed: this is how the news says that a caller was turned away.
        let pause = Duration::ZERO;
        self.sockets.tell(SocketEvent::AcceptFailed { why, pause }).await;
    }

    /// After one caller's bad luck it goes on at once, a shortage is a reason to wait longer and longer, anything else ends it.
    async fn fail(&mut self, errno: Errno) {
        let mut diary = self.sockets.diary(Purpose::Accept);
        diary.note(&self.fd, Syscall::Accept, SyscallResult::Failed(errno));
        self.sockets.tell_calls(diary, None);
        let why = refusal(errno);
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
                if std::mem::replace(&mut self.was_unlucky, true) {
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
                self.sockets.forget_door(&self.door);
                return self.door.fail(why);
            }
        };
        self.sockets.tell(SocketEvent::AcceptFailed { why, pause }).await;
        let stop = self.door.stop.clone();
        // Ends the pause early when the door closes.
        let _ = tokio::time::timeout(pause, stop.cancelled()).await;
    }
}

/// Waits until somebody calls, and calls accept() once if that is allowed.
async fn accept(door: &Listener, index: usize) -> AcceptOutcome {
    poll_fn(|cx| {
        let turn = door.with_socket(index, |socket| door.try_turn(|| socket.poll_accept(cx)));
        match turn {
            // The door was closed a moment ago; its token says so to whoever waits here.
            None => Poll::Pending,
            Some(None) => Poll::Ready(AcceptOutcome::Nobody),
            Some(Some(accepted)) => accepted.map(|accepted| match accepted {
                Ok((stream, from)) => AcceptOutcome::Somebody(stream, from),
                Err(error) => AcceptOutcome::Failed(Errno::from(&error)),
            }),
        }
    })
    .await
}

fn refusal(errno: Errno) -> SyscallError {
    SyscallError { call: Call::Accept, errno }
}
