//! What the subcommands without a screen have in common.

pub(crate) mod connect;
pub(crate) mod lab_command;
pub(crate) mod listen;
pub(crate) mod netstat_line;
pub(crate) mod table;

use std::io;
use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::net::Engine;
use crate::run::Exit;
use crate::run::dashboard::inputs::end_at_last;
use crate::tcp::{Call, Errno, Port, SocketEvent, SyscallError, escape};

/// Waits for SIGINT, SIGTERM or SIGHUP, and says which came; from this call on they no longer end the process by themselves. Two seconds
/// after one came the process has ended, whatever it waits for, if only another thread drives the runtime.
///
/// # Errors
/// When the signals cannot be waited for. Must be called within a tokio runtime.
pub fn asked_to_end() -> io::Result<impl Future<Output = i32>> {
    let mut int = signal(SignalKind::interrupt())?;
    let mut term = signal(SignalKind::terminate())?;
    let mut hup = signal(SignalKind::hangup())?;
    // A task of its own: whoever asks may wait for ever for somebody to read what it writes.
    let asked = TaskTracker::new().spawn(async move {
        let kind = tokio::select! {
            _ = int.recv() => SignalKind::interrupt(),
            _ = term.recv() => SignalKind::terminate(),
            _ = hup.recv() => SignalKind::hangup(),
        };
        let number = kind.as_raw_value();
        end_at_last(128 + number);
        number
    });
    Ok(async move {
        match asked.await {
            Ok(number) => number,
            // The runtime has ended, and with it whoever asks.
            Err(_) => std::future::pending().await,
        }
    })
}

/// A program, and the news of it.
pub(crate) struct HeadlessEngine {
    pub(crate) program: Engine,
    pub(crate) news: Receiver<SocketEvent>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl HeadlessEngine {
    const ENDS_WITHIN: Duration = Duration::from_millis(500);

    pub(crate) fn new(descriptors: u64) -> HeadlessEngine {
        let (sender, news) = mpsc::channel(1024);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let program = Engine::new(sender, tasks.clone(), stop.clone(), descriptors);
        HeadlessEngine { program, news, tasks, stop }
    }

    /// Closes everything, and hands over what is told until then: what was sent or received last belongs to the sum.
    pub(crate) async fn end(mut self, mut tell: impl FnMut(SocketEvent)) {
        self.stop.cancel();
        self.tasks.close();
        let news = &mut self.news;
        let all_told = async {
            let mut over = std::pin::pin!(self.tasks.wait());
            loop {
                tokio::select! {
                    biased;
                    Some(news) = news.recv() => tell(news),
                    () = &mut over => break,
                }
            }
        };
        // Whatever is left then ends with the process.
        let _ = tokio::time::timeout(HeadlessEngine::ENDS_WITHIN, all_told).await;
    }
}

/// Lines of text for whoever reads them.
pub(crate) struct LineWriter<'a, W> {
    out: &'a mut W,
    quiet: bool,
}

impl<'a, W: Write> LineWriter<'a, W> {
    pub(crate) fn new(out: &'a mut W, quiet: bool) -> LineWriter<'a, W> {
        LineWriter { out, quiet }
    }

    /// From now on nothing is said but what is said in any case.
    pub(crate) fn hush(&mut self) {
        self.quiet = true;
    }

    /// Says what happens, unless it is to be quiet.
    pub(crate) fn say(&mut self, text: &str) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        self.declare(text)
    }

    /// Says what is said in any case.
    pub(crate) fn declare(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }
}

/// A reader that has gone away is no failure.
pub(crate) fn unless_nobody_reads(result: anyhow::Result<Exit>) -> anyhow::Result<Exit> {
    match result {
        Err(error) if is_broken_pipe(&error) => Ok(Exit::Done),
        other => other,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// So many bytes, and the first of them in printable ASCII.
pub(crate) fn bytes_in_words(bytes: u64, first: &[u8]) -> String {
    let more = if bytes > first.len() as u64 { " ..." } else { "" };
    format!("{}: {}{more}", count_of_bytes(bytes), escape(first))
}

/// `1 byte`, `2 bytes`.
pub(crate) fn count_of_bytes(bytes: u64) -> String {
    let unit = if bytes == 1 { "byte" } else { "bytes" };
    format!("{bytes} {unit}")
}

/// What may help against a refusal of bind(), listen() or socket().
pub(crate) fn hint(why: SyscallError, port: Port) -> String {
    match (why.call, why.errno) {
        (Call::Bind, Errno::EACCES) => format!(
            "; ports below {} need root or CAP_NET_BIND_SERVICE here (net.ipv4.ip_unprivileged_port_start), try --port 8080",
            first_unprivileged()
        ),
        (Call::Bind | Call::Listen, Errno::EADDRINUSE) => format!(
            "; try --port {}, or --port 0 for any free one",
            port.0.checked_add(1).unwrap_or(5000)
        ),
        (Call::Bind, Errno::EADDRNOTAVAIL) => {
            "; this machine does not have that address".to_owned()
        }
        (Call::Bind, Errno::EINVAL) => {
            "; an address of the link is bound together with its interface, try --bind ::"
                .to_owned()
        }
        (Call::Socket | Call::Accept | Call::Reserve, Errno::EMFILE) => {
            "; `ulimit -n` says how many this process may have open".to_owned()
        }
        _ => String::new(),
    }
}

fn first_unprivileged() -> u16 {
    std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start")
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(1024)
}

pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.context("cannot start the threads that hold the sockets")
}

/// Says on standard error what is wrong; there may be nobody to read it.
pub(crate) fn complain(what: &str) {
    // In one piece: others may write there as well.
    let text = format!("fivetuple: {what}\n");
    let _ = std::io::stderr().write_all(text.as_bytes());
}
