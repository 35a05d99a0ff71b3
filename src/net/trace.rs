//! Which system calls are told: all of the first few sockets in a second, and of the rest how many there were.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use socket2::Socket;
use tokio::time::Instant;

use crate::net::registry::Registry;
use crate::tcp::{
    Endpoint, Errno, Protocol, Purpose, SocketEvent, SocketId, Syscall, SyscallRecord,
    SyscallResult, SyscallTrace,
};

/// What one socket was asked for, call by call, noted by whoever makes the calls.
#[derive(Debug)]
pub(crate) struct TraceRecorder {
    deed: Purpose,
    /// Nothing is noted where nothing will be told: a burst costs no memory.
    is_kept: bool,
    calls: Vec<SyscallRecord>,
}

impl TraceRecorder {
    /// One that is thrown away.
    pub(crate) fn unread() -> TraceRecorder {
        TraceRecorder { deed: Purpose::Try, is_kept: false, calls: Vec::new() }
    }

    /// Notes a call that answers 0 or an error, and hands its result on.
    pub(crate) fn did(
        &mut self,
        on: &impl AsRawFd,
        asked: Syscall,
        result: io::Result<()>,
    ) -> io::Result<()> {
        self.note(on, asked, answer(&result, |()| SyscallResult::Done));
        result
    }

    /// Notes a call.
    pub(crate) fn note(&mut self, on: &impl AsRawFd, asked: Syscall, answer: SyscallResult) {
        if self.is_kept {
            let on = Some(number(on));
            self.calls.push(SyscallRecord { on, asked, answer });
        }
    }

    /// The address and port that the socket is bound to, by getsockname().
    pub(crate) fn name_of(&mut self, socket: &Socket) -> io::Result<SocketAddr> {
        let local = socket.local_addr().and_then(|address| {
            let unknown = || io::ErrorKind::AddrNotAvailable.into();
            address.as_socket().ok_or_else(unknown)
        });
        let end = answer(&local, |local| SyscallResult::End(Endpoint::from(*local)));
        self.note(socket, Syscall::GetSockName, end);
        local
    }

    /// Notes that a socket is closed; what close() answers nobody reads.
    pub(crate) fn closes(&mut self, socket: &impl AsRawFd) {
        self.note(socket, Syscall::Close, SyscallResult::Unread);
    }

    /// Notes how connect() ended that was under way (`SO_ERROR`).
    pub(crate) fn connect_answered(&mut self, socket: &impl AsRawFd, failed: Option<Errno>) {
        let answer = failed.map_or(SyscallResult::Done, SyscallResult::Failed);
        self.note(socket, Syscall::ConnectAnswer, answer);
    }

    /// Notes socket(), whoever called it for us.
    pub(crate) fn socket(&mut self, protocol: Protocol, ip: IpAddr, made: &io::Result<Socket>) {
        let v6 = ip.is_ipv6();
        let asked = Syscall::Socket { v6, protocol };
        let answer = answer(made, |socket| SyscallResult::Descriptor(number(socket)));
        if self.is_kept {
            let on = None;
            self.calls.push(SyscallRecord { on, asked, answer });
        }
    }

    /// The same for the next socket of the same deed.
    pub(crate) fn next(&mut self) -> TraceRecorder {
        TraceRecorder { calls: std::mem::take(&mut self.calls), ..*self }
    }
}

/// The descriptor as the kernel numbers it.
pub(crate) fn number(socket: &impl AsRawFd) -> u32 {
    u32::try_from(socket.as_raw_fd()).unwrap_or(0)
}

/// What a result says, when `good` says what a good one means.
fn answer<T>(result: &io::Result<T>, good: impl FnOnce(&T) -> SyscallResult) -> SyscallResult {
    match result {
        Ok(value) => good(value),
        Err(error) => SyscallResult::Failed(Errno::from(error)),
    }
}

/// Who decides what is told.
#[derive(Debug, Default)]
pub(crate) struct TraceLimit {
    is_wanted: AtomicBool,
    paces: [Mutex<TraceCount>; Purpose::ALL.len()],
}

/// How many of one deed were told in the second that began at `since`, and how many were left out.
#[derive(Debug, Default)]
struct TraceCount {
    since: Option<Instant>,
    told: u32,
    left_out: u32,
}

impl TraceLimit {
    /// So many sockets of one deed are told in a second, call by call.
    const FEW: u32 = 8;
    const SECOND: Duration = Duration::from_secs(1);

    /// From now on calls are told.
    pub(crate) fn begin(&self) {
        self.is_wanted.store(true, Ordering::Relaxed);
    }

    fn pace(&self, deed: Purpose) -> std::sync::MutexGuard<'_, TraceCount> {
        let pace = &self.paces[deed as usize];
        pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    /// A diary for one socket; a closed one when enough of its kind are told already.
    pub(crate) fn diary(self: &Arc<Self>, deed: Purpose) -> TraceRecorder {
        let is_kept = self.ledger.is_wanted.load(Ordering::Relaxed) && self.is_told(deed);
        TraceRecorder { deed, is_kept, calls: Vec::new() }
    }

    /// Tells what was noted.
    pub(crate) fn tell_calls(self: &Arc<Self>, diary: TraceRecorder, row: Option<SocketId>) {
        let TraceRecorder { deed, calls, .. } = diary;
        if !calls.is_empty() {
            self.announce(SocketEvent::Called(SyscallTrace { deed, row, calls }));
        }
    }

    fn is_told(self: &Arc<Self>, deed: Purpose) -> bool {
        let now = Instant::now();
        let mut pace = self.ledger.pace(deed);
        let is_over = |since: Instant| now.duration_since(since) >= TraceLimit::SECOND;
        if pace.left_out == 0 && pace.since.is_none_or(is_over) {
            (pace.since, pace.told) = (Some(now), 0);
        }
        if pace.told < TraceLimit::FEW {
            pace.told += 1;
            return true;
        }
        pace.left_out += 1;
        if pace.left_out == 1 {
            self.tell_the_rest(deed, pace.since.unwrap_or(now) + TraceLimit::SECOND);
        }
        false
    }

    /// Tells at the end of the second how many were left out.
    fn tell_the_rest(self: &Arc<Self>, deed: Purpose, at: Instant) {
        let sockets = Arc::clone(self);
        self.spawn(async move {
            tokio::select! {
                () = sockets.stop.cancelled() => return,
                () = tokio::time::sleep_until(at) => (),
            }
            let count = std::mem::take(&mut sockets.ledger.pace(deed).left_out);
            sockets.tell(SocketEvent::CalledAlike { deed, count }).await;
        });
    }
}
