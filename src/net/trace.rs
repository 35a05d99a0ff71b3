//! Records the system calls on a socket, and limits how many of these traces are reported.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use socket2::Socket;
use tokio::time::Instant;

use crate::net::lock;
use crate::tcp::{
    Call, Endpoint, Errno, Protocol, Purpose, Syscall, SyscallError, SyscallRecord, SyscallResult,
};

#[derive(Debug)]
pub(super) struct TraceRecorder {
    pub(super) purpose: Purpose,
    /// Off where nothing will be reported: a burst costs no memory.
    is_on: bool,
    pub(super) calls: Vec<SyscallRecord>,
}

impl TraceRecorder {
    pub(super) fn new(purpose: Purpose, is_on: bool) -> TraceRecorder {
        TraceRecorder { purpose, is_on, calls: Vec::new() }
    }

    pub(super) fn off() -> TraceRecorder {
        TraceRecorder::new(Purpose::Probe, false)
    }

    pub(super) fn record(
        &mut self,
        on: &impl AsRawFd,
        asked: Syscall,
        result: io::Result<()>,
    ) -> io::Result<()> {
        self.push(Some(number(on)), asked, result_of(&result, |()| SyscallResult::Done));
        result
    }

    pub(super) fn push(&mut self, on: Option<u32>, asked: Syscall, answer: SyscallResult) {
        if self.is_on {
            self.calls.push(SyscallRecord { on, asked, answer });
        }
    }

    pub(super) fn local_addr(&mut self, socket: &Socket) -> io::Result<SocketAddr> {
        let local = socket.local_addr().and_then(|address| {
            address.as_socket().ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
        });
        let result = result_of(&local, |local| SyscallResult::End(Endpoint::from(*local)));
        self.push(Some(number(socket)), Syscall::GetSockName, result);
        local
    }

    pub(super) fn close(&mut self, socket: &impl AsRawFd) {
        self.push(Some(number(socket)), Syscall::Close, SyscallResult::Unread);
    }

    /// close() after an error, which is returned.
    pub(super) fn close_after(&mut self, socket: Socket, why: SyscallError) -> SyscallError {
        self.close(&socket);
        drop(socket);
        why
    }

    pub(super) fn connect_result(&mut self, socket: &impl AsRawFd, error: Option<Errno>) {
        let result = error.map_or(SyscallResult::Done, SyscallResult::Failed);
        self.push(Some(number(socket)), Syscall::ConnectAnswer, result);
    }

    pub(super) fn socket(&mut self, protocol: Protocol, ip: IpAddr, made: &io::Result<Socket>) {
        let result = result_of(made, |socket| SyscallResult::Descriptor(number(socket)));
        self.push(None, Syscall::Socket { v6: ip.is_ipv6(), protocol }, result);
    }

    /// Hands out the calls so far, and goes on with the next socket for the same purpose.
    pub(super) fn take(&mut self) -> TraceRecorder {
        TraceRecorder { calls: std::mem::take(&mut self.calls), ..*self }
    }
}

pub(super) type CallResult<T = ()> = Result<T, SyscallError>;

pub(super) fn failed(call: Call) -> impl Fn(io::Error) -> SyscallError {
    move |error| SyscallError { call, errno: Errno::from(&error) }
}

pub(super) fn number(socket: &impl AsRawFd) -> u32 {
    u32::try_from(socket.as_raw_fd()).unwrap_or(0)
}

fn result_of<T>(result: &io::Result<T>, ok: impl FnOnce(&T) -> SyscallResult) -> SyscallResult {
    match result {
        Ok(value) => ok(value),
        Err(error) => SyscallResult::Failed(Errno::from(error)),
    }
}

/// Rate limit of the trace: 8 sockets per second and purpose in full, the rest as a count.
#[derive(Debug, Default)]
pub(super) struct TraceLimit {
    is_on: AtomicBool,
    counts: [Mutex<TraceCount>; Purpose::ALL.len()],
}

#[derive(Debug, Default)]
struct TraceCount {
    since: Option<Instant>,
    reported: u32,
    omitted: u32,
}

impl TraceLimit {
    const PER_SECOND: u32 = 8;
    const SECOND: Duration = Duration::from_secs(1);

    pub(super) fn turn_on(&self) {
        self.is_on.store(true, Ordering::Relaxed);
    }

    /// Whether the next socket is traced; if it is the first that is not, the error says when to report how many were left out.
    pub(super) fn admit(&self, purpose: Purpose) -> Result<(), Option<Instant>> {
        if !self.is_on.load(Ordering::Relaxed) {
            return Err(None);
        }
        let now = Instant::now();
        let mut count = lock(&self.counts[purpose as usize]);
        let is_over = |since: Instant| now.duration_since(since) >= TraceLimit::SECOND;
        if count.omitted == 0 && count.since.is_none_or(is_over) {
            (count.since, count.reported) = (Some(now), 0);
        }
        if count.reported < TraceLimit::PER_SECOND {
            count.reported += 1;
            return Ok(());
        }
        count.omitted += 1;
        Err((count.omitted == 1).then(|| count.since.unwrap_or(now) + TraceLimit::SECOND))
    }

    pub(super) fn take_omitted(&self, purpose: Purpose) -> u32 {
        std::mem::take(&mut lock(&self.counts[purpose as usize]).omitted)
    }
}
