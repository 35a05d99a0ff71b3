//! Which system calls are told: all of the first few sockets in a second, and of the rest how many there were.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use socket2::Socket;
use tokio::time::Instant;

use crate::net::registry::Sockets;
use crate::tcp::{Answer, Asked, Called, Deed, Endpoint, Errno, News, Protocol, Record, RowName};

/// What one socket was asked for, call by call, noted by whoever makes the calls.
#[derive(Debug)]
pub(crate) struct Diary {
    deed: Deed,
    /// Nothing is noted where nothing will be told: a burst costs no memory.
    is_kept: bool,
    calls: Vec<Called>,
}

impl Diary {
    /// One that is thrown away.
    pub(crate) fn unread() -> Diary {
        Diary { deed: Deed::Try, is_kept: false, calls: Vec::new() }
    }

    /// Notes a call that answers 0 or an error, and hands its result on.
    pub(crate) fn did(
        &mut self,
        on: &impl AsRawFd,
        asked: Asked,
        result: io::Result<()>,
    ) -> io::Result<()> {
        self.note(on, asked, answer(&result, |()| Answer::Done));
        result
    }

    /// Notes a call.
    pub(crate) fn note(&mut self, on: &impl AsRawFd, asked: Asked, answer: Answer) {
        if self.is_kept {
            let on = Some(number(on));
            self.calls.push(Called { on, asked, answer });
        }
    }

    /// The address and port that the socket is bound to, by getsockname().
    pub(crate) fn name_of(&mut self, socket: &Socket) -> io::Result<SocketAddr> {
        let local = socket.local_addr().and_then(|address| {
            let unknown = || io::ErrorKind::AddrNotAvailable.into();
            address.as_socket().ok_or_else(unknown)
        });
        let end = answer(&local, |local| Answer::End(Endpoint::from(*local)));
        self.note(socket, Asked::GetSockName, end);
        local
    }

    /// Notes that a socket is closed; what close() answers nobody reads.
    pub(crate) fn closes(&mut self, socket: &impl AsRawFd) {
        self.note(socket, Asked::Close, Answer::Unread);
    }

    /// Notes how connect() ended that was under way (`SO_ERROR`).
    pub(crate) fn connect_answered(&mut self, socket: &impl AsRawFd, failed: Option<Errno>) {
        let answer = failed.map_or(Answer::Done, Answer::Failed);
        self.note(socket, Asked::ConnectAnswer, answer);
    }

    /// Notes socket(), whoever called it for us.
    pub(crate) fn socket(&mut self, protocol: Protocol, ip: IpAddr, made: &io::Result<Socket>) {
        let v6 = ip.is_ipv6();
        let asked = Asked::Socket { v6, protocol };
        let answer = answer(made, |socket| Answer::Descriptor(number(socket)));
        if self.is_kept {
            let on = None;
            self.calls.push(Called { on, asked, answer });
        }
    }

    /// The same for the next socket of the same deed.
    pub(crate) fn next(&mut self) -> Diary {
        Diary { calls: std::mem::take(&mut self.calls), ..*self }
    }
}

/// The descriptor as the kernel numbers it.
pub(crate) fn number(socket: &impl AsRawFd) -> u32 {
    u32::try_from(socket.as_raw_fd()).unwrap_or(0)
}

/// What a result says, when `good` says what a good one means.
fn answer<T>(result: &io::Result<T>, good: impl FnOnce(&T) -> Answer) -> Answer {
    match result {
        Ok(value) => good(value),
        Err(error) => Answer::Failed(Errno::from(error)),
    }
}

/// Who decides what is told.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    is_wanted: AtomicBool,
    paces: [Mutex<Pace>; Deed::ALL.len()],
}

/// How many of one deed were told in the second that began at `since`, and how many were left out.
#[derive(Debug, Default)]
struct Pace {
    since: Option<Instant>,
    told: u32,
    left_out: u32,
}

impl Ledger {
    /// So many sockets of one deed are told in a second, call by call.
    const FEW: u32 = 8;
    const SECOND: Duration = Duration::from_secs(1);

    /// From now on calls are told.
    pub(crate) fn begin(&self) {
        self.is_wanted.store(true, Ordering::Relaxed);
    }

    fn pace(&self, deed: Deed) -> std::sync::MutexGuard<'_, Pace> {
        let pace = &self.paces[deed as usize];
        pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sockets {
    /// A diary for one socket; a closed one when enough of its kind are told already.
    pub(crate) fn diary(self: &Arc<Self>, deed: Deed) -> Diary {
        let is_kept = self.ledger.is_wanted.load(Ordering::Relaxed) && self.is_told(deed);
        Diary { deed, is_kept, calls: Vec::new() }
    }

    /// Tells what was noted.
    pub(crate) fn tell_calls(self: &Arc<Self>, diary: Diary, row: Option<RowName>) {
        let Diary { deed, calls, .. } = diary;
        if !calls.is_empty() {
            self.announce(News::Called(Record { deed, row, calls }));
        }
    }

    fn is_told(self: &Arc<Self>, deed: Deed) -> bool {
        let now = Instant::now();
        let mut pace = self.ledger.pace(deed);
        let is_over = |since: Instant| now.duration_since(since) >= Ledger::SECOND;
        if pace.left_out == 0 && pace.since.is_none_or(is_over) {
            (pace.since, pace.told) = (Some(now), 0);
        }
        if pace.told < Ledger::FEW {
            pace.told += 1;
            return true;
        }
        pace.left_out += 1;
        if pace.left_out == 1 {
            self.tell_the_rest(deed, pace.since.unwrap_or(now) + Ledger::SECOND);
        }
        false
    }

    /// Tells at the end of the second how many were left out.
    fn tell_the_rest(self: &Arc<Self>, deed: Deed, at: Instant) {
        let sockets = Arc::clone(self);
        self.spawn(async move {
            tokio::select! {
                () = sockets.stop.cancelled() => return,
                () = tokio::time::sleep_until(at) => (),
            }
            let count = std::mem::take(&mut sockets.ledger.pace(deed).left_out);
            sockets.tell(News::CalledAlike { deed, count }).await;
        });
    }
}
