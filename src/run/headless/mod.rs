//! The subcommands without a screen, and what they share.

pub(super) mod connect;
pub(super) mod lab_command;
pub(super) mod listen;
pub(super) mod netstat_line;
pub(super) mod table;

use std::future::pending;
use std::io::{self, Write};
use std::sync::RwLock;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::query::refusal::of_call;
use crate::app::query::refusal::ports::SoughtPorts;
use crate::app::{Attempt, explain};
use crate::kernel::{self, machine};
use crate::net::Engine;
use crate::run::dashboard::screen::exit_later;
use crate::run::{Exit, Output, signals};
use crate::tcp::{Command, Filter, SocketEvent, SyscallError, escape};

/// Waits for SIGINT, SIGTERM or SIGHUP, unless it is ignored, and returns its number; two seconds later the process ends in any case,
/// provided that another thread drives the runtime. Must be called within a tokio runtime.
///
/// # Errors
/// When a handler cannot be set.
pub fn asked_to_end() -> io::Result<impl Future<Output = i32>> {
    let mut signals = signals::receive([libc::SIGINT, libc::SIGTERM, libc::SIGHUP])?;
    // A separate task: the caller may block on a full stdout.
    let asked = TaskTracker::new().spawn(async move {
        let Some(number) = signals.recv().await else { return pending().await };
        exit_later(128 + number);
        number
    });
    Ok(async move {
        match asked.await {
            Ok(number) => number,
            // The runtime has ended, and the caller with it.
            Err(_) => pending().await,
        }
    })
}

trait Tally {
    fn handle(&mut self, event: SocketEvent) -> anyhow::Result<()>;

    fn is_done(&self) -> bool {
        false
    }

    fn hush(&mut self);
}

/// How long sockets and tasks may take to end; what is left then ends with the process.
const END_TIMEOUT: Duration = Duration::from_millis(500);

/// Runs a command until the tally is done, fails, or `asked_to_end` returns a signal; then closes everything.
async fn run_command(
    command: Command,
    descriptors: u64,
    asked_to_end: impl Future<Output = i32>,
    tally: &mut impl Tally,
) -> anyhow::Result<Exit> {
    let (sender, mut events) = mpsc::channel(1024);
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let limits = (descriptors, Engine::ECHO_TIMEOUT);
    let mut engine = Engine::new(sender, tasks.clone(), stop.clone(), limits, None);
    engine.run(command);
    let mut asked_to_end = std::pin::pin!(asked_to_end);
    let ended = loop {
        if tally.is_done() {
            break Ok(Exit::Done);
        }
        tokio::select! {
            biased;
            number = &mut asked_to_end => break Ok(Exit::BySignal(number)),
            Some(event) = events.recv() => if let Err(error) = tally.handle(event) {
                break Err(error);
            },
        }
    };
    tally.hush();
    stop.cancel();
    tasks.close();
    // The last events count, too.
    let drained = async {
        let mut over = std::pin::pin!(tasks.wait());
        loop {
            tokio::select! {
                biased;
                // Nothing is written any more that could fail.
                Some(event) = events.recv() => drop(tally.handle(event)),
                () = &mut over => break,
            }
        }
    };
    let _ = tokio::time::timeout(END_TIMEOUT, drained).await;
    ended
}

pub(super) const NO_OUTPUT: &str = "cannot write to standard output";

pub(super) struct LineWriter<'a, W> {
    out: &'a mut W,
    quiet: bool,
}

impl<'a, W: Write> LineWriter<'a, W> {
    pub(super) fn new(out: &'a mut W, quiet: bool) -> LineWriter<'a, W> {
        LineWriter { out, quiet }
    }

    pub(super) fn hush(&mut self) {
        self.quiet = true;
    }

    pub(super) fn line(&mut self, text: &str) -> anyhow::Result<()> {
        if self.quiet {
            return Ok(());
        }
        self.always(text)
    }

    pub(super) fn always(&mut self, text: &str) -> anyhow::Result<()> {
        // In one write, as standard output has no buffer.
        let written = self.out.write_all(format!("{text}\n").as_bytes());
        written.and_then(|()| self.out.flush()).context(NO_OUTPUT)
    }
}

/// Prints what is said in place of a subcommand: the help that was asked for, or what is wrong with the command line.
///
/// # Errors
/// When help cannot be written.
pub fn answer(answer: &clap::Error) -> anyhow::Result<Exit> {
    let printed = answer.print().context(NO_OUTPUT);
    if answer.use_stderr() {
        return Ok(Exit::WrongUsage);
    }
    ignore_broken_pipe(printed.map(|()| Exit::Done))
}

/// Writes a text to standard output; a closed pipe, as with `head`, is no error.
pub(super) fn print(text: &[u8]) -> anyhow::Result<Exit> {
    let written = Output::stdout().write_all(text);
    ignore_broken_pipe(written.map(|()| Exit::Done).context(NO_OUTPUT))
}

pub(super) fn ignore_broken_pipe(result: anyhow::Result<Exit>) -> anyhow::Result<Exit> {
    result.or_else(|error| match error.downcast_ref::<io::Error>() {
        Some(why) if why.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Some(_) | None => Err(error),
    })
}

pub(super) fn bytes_in_words(bytes: u64, first: &[u8]) -> String {
    let more = if bytes > first.len() as u64 { " ..." } else { "" };
    format!("{}: {}{more}", count_of_bytes(bytes), escape(first))
}

pub(super) fn count_of_bytes(bytes: u64) -> String {
    let unit = if bytes == 1 { "byte" } else { "bytes" };
    format!("{bytes} {unit}")
}

pub(super) fn refusal(asked: &Attempt, why: SyscallError) -> String {
    let limits = machine();
    let mut seen = of_call(asked, why, &limits).when("shell", true);
    if let Attempt::Connect(spec, to) = asked
        && let Some(sought) = SoughtPorts::of(spec, *to, why, &limits)
    {
        let read = kernel::open().0.snapshot(&Filter::everything());
        let rows = read.map_or_else(|_| Vec::new(), |read| read.snapshot.rows);
        let kept = rows.iter().filter(|row| sought.is_kept_by(row));
        seen = sought.describe(seen, kept.map(|row| (row.tuple.local.port, row.state)));
    }
    explain::words(&seen)
}

/// What cannot be done where the kernel refuses a thread with EAGAIN, whose own words speak of something that would block.
pub(super) const NO_THREAD: &str = "cannot start a thread; this user may have no more processes";

/// At least what any subcommand starts and opens by the time that it is ready.
const THREADS: usize = 10;
const DESCRIPTORS: usize = 16;

/// Waits for the work, and no longer than 500 ms for what it left.
pub(super) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = runtime()?;
    let ended = runtime.block_on(work);
    runtime.shutdown_timeout(Duration::from_millis(500));
    ended
}

pub(super) fn runtime() -> anyhow::Result<Runtime> {
    try_limits()?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        // Where no more threads can be started, tokio waits for one that may block, and panics if there is none: one stays.
        .thread_keep_alive(Duration::MAX)
        .build()
        .context("cannot start the threads for sockets and signals")?;
    drop(runtime.spawn_blocking(|| ()));
    Ok(runtime)
}

/// Fails where tokio would panic, or hang, for lack of threads and descriptors.
fn try_limits() -> anyhow::Result<()> {
    let copies = (0..DESCRIPTORS).map(|_| rustix::stdio::stderr().try_clone_to_owned());
    copies.collect::<io::Result<Vec<_>>>().context("cannot open what it needs")?;
    let gate = RwLock::new(());
    thread::scope(|scope| {
        let closed = gate.write();
        let start = |_| thread::Builder::new().spawn_scoped(scope, || drop(gate.read()));
        let started = (0..THREADS).map(start).collect::<io::Result<Vec<_>>>();
        drop(closed);
        // Once they are joined, they do not count any more.
        started.map(|threads| threads.into_iter().for_each(|thread| drop(thread.join())))
    })
    .context(NO_THREAD)
}
