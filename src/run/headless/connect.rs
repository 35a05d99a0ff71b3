//! `fivetuple connect`: clients without a screen.

use std::collections::HashSet;
use std::io::Write;
use std::time::Duration;

use anyhow::bail;
use tokio::time::Instant;

use crate::app::query::refusal::of_later_call;
use crate::app::{Attempt, explain};
use crate::cli::ConnectArgs;
use crate::run::headless::{
    LineWriter, Tally, bytes_in_words, count_of_bytes, ignore_broken_pipe, refusal, run_command,
};
use crate::run::{Exit, complain};
use crate::tcp::{
    Burst, CloseKind, Command, ConnectSpec, Errno, Protocol, SocketEvent, SocketId, SourcePort,
    Stays,
};

/// Connects as often as asked, sends the payload, waits and closes; writes to `out` what happens.
///
/// `descriptors` is the limit of this process; raise it before. A closed pipe, or a signal returned by `asked_to_end`, ends it early.
///
/// The first failure is reported when it happens, on standard error.
///
/// # Errors
/// When `out` cannot be written.
pub async fn connect(
    args: &ConnectArgs,
    descriptors: u64,
    out: &mut impl Write,
    asked_to_end: impl Future<Output = i32>,
) -> anyhow::Result<Exit> {
    let burst = Burst { count: args.count, every: args.every };
    let mut clients = ConnectTally {
        args,
        lines: LineWriter::new(out, args.quiet),
        open: HashSet::new(),
        unanswered: HashSet::new(),
        connected: 0,
        sent: 0,
        received: 0,
        has_failed: false,
        all_called: false,
        begun: Instant::now(),
    };
    let command = Command::Connect(spec(args), burst);
    let ended = run_command(command, descriptors, asked_to_end, &mut clients).await;
    ignore_broken_pipe(ended.and_then(|ended| clients.sum_up(ended)))
}

fn spec(args: &ConnectArgs) -> ConnectSpec {
    let source_port = match (args.source_port, args.source_range) {
        (Some(port), _) => SourcePort::Fixed(port),
        (None, Some(range)) => SourcePort::Range(range),
        (None, None) => SourcePort::KernelPicks,
    };
    ConnectSpec {
        protocol: if args.udp { Protocol::Udp } else { Protocol::Tcp },
        from: args.from,
        source_port,
        payload: args.payload.0.clone(),
        stays: args.wait.map_or(Stays::UntilClosed, Stays::For),
        allow_remote: args.allow_remote,
        ..ConnectSpec::to(args.to.clone())
    }
}

struct ConnectTally<'a, W> {
    args: &'a ConnectArgs,
    lines: LineWriter<'a, W>,
    open: HashSet<SocketId>,
    unanswered: HashSet<SocketId>,
    connected: u32,
    sent: u64,
    received: u64,
    has_failed: bool,
    all_called: bool,
    begun: Instant,
}

impl<W: Write> ConnectTally<'_, W> {
    fn fail(&mut self, why: impl FnOnce() -> String) {
        if !self.has_failed {
            complain(&why());
        }
        self.has_failed = true;
    }

    fn close(&mut self, at: SocketId, how: CloseKind) -> String {
        self.open.remove(&at);
        let was_connected = !self.unanswered.remove(&at);
        match how {
            CloseKind::Broken(errno) => {
                // Another address of the same name may answer; if none does, ConnectFailed says so.
                let is_refused = errno == Errno::ECONNREFUSED;
                if at.tuple.protocol == Protocol::Udp && is_refused {
                    let why = "no UDP socket on that port (ECONNREFUSED)";
                    self.fail(|| format!("datagram refused by {}: {why}", at.tuple.remote));
                    return format!("{}: datagram refused: {why}", ends(at));
                }
                if was_connected {
                    let to = &self.args.to;
                    self.fail(|| format!("a connection to {to} broke: {errno}"));
                }
                format!("{}: {errno}", ends(at))
            }
            CloseKind::Close | CloseKind::Abort => format!("{}: closed", ends(at)),
        }
    }

    fn sum_up(mut self, ended: Exit) -> anyhow::Result<Exit> {
        // connect() of a UDP socket sends nothing: it only sets the peer.
        let connected =
            if self.args.udp { "UDP sockets connected, without a handshake," } else { "connected" };
        self.lines.always(&format!(
            "{} of {} {connected} to {}, {} sent, {} received, {}",
            self.connected,
            self.args.count,
            self.args.to,
            count_of_bytes(self.sent),
            count_of_bytes(self.received),
            duration(self.begun.elapsed()),
        ))?;
        let stays = self.args.wait.is_none() && self.all_called && self.unanswered.is_empty();
        let ended = if stays { ended.until_ctrl_c() } else { ended };
        Ok(if self.has_failed && ended == Exit::Done { Exit::Failed } else { ended })
    }
}

impl<W: Write> Tally for ConnectTally<'_, W> {
    fn handle(&mut self, event: SocketEvent) -> anyhow::Result<()> {
        let single = self.args.count == 1;
        let line = match event {
            SocketEvent::Connecting(own) => {
                self.open.insert(own.name);
                self.unanswered.insert(own.name);
                format!("{}: SYN sent, no answer yet", ends(own.name))
            }
            SocketEvent::Connected(own) => {
                self.all_called |= single;
                self.connected += 1;
                self.open.insert(own.name);
                self.unanswered.remove(&own.name);
                format!("{}: connected", ends(own.name))
            }
            SocketEvent::ConnectFailed { spec, to, why, .. } => {
                self.all_called |= single;
                self.fail(|| refusal(&Attempt::Connect(spec, to), why));
                return Ok(());
            }
            SocketEvent::BurstEnded { .. } => {
                self.all_called = true;
                return Ok(());
            }
            SocketEvent::Sent { at, bytes } => {
                self.sent += bytes;
                format!("{}: sent {}", ends(at), count_of_bytes(bytes))
            }
            SocketEvent::Received { at, bytes, first } => {
                self.received += bytes;
                format!("{}: received {}", ends(at), bytes_in_words(bytes, &first))
            }
            SocketEvent::PeerClosed(at) => format!("{}: the peer closed its end", ends(at)),
            SocketEvent::CallFailed { at, why } => {
                let failure = explain::words(&of_later_call(ends(at), why));
                self.fail(|| failure.clone());
                failure
            }
            SocketEvent::Closed { at, how } => self.close(at, how),
            SocketEvent::Crashed(text) => bail!("a task panicked: {text}"),
            SocketEvent::Listening { .. }
            | SocketEvent::ListenFailed { .. }
            | SocketEvent::StoppedListening { .. }
            | SocketEvent::AcceptHeld(..)
            | SocketEvent::StateHeld { .. }
            | SocketEvent::HoldFailed { .. }
            | SocketEvent::Accepted { .. }
            | SocketEvent::AcceptFailed { .. }
            | SocketEvent::BurstBegun { .. }
            | SocketEvent::HalfClosed(_)
            | SocketEvent::SyscallsTraced(_)
            | SocketEvent::TimeWaitEnded(_)
            | SocketEvent::Probed { .. }
            | SocketEvent::SyscallsOmitted { .. } => return Ok(()),
        };
        self.lines.line(&line)
    }

    fn is_done(&self) -> bool {
        self.all_called && self.open.is_empty()
    }

    fn hush(&mut self) {
        self.lines.hush();
    }
}

/// A time as people read it: 0.14 ms, 12 ms, 1.0 s.
fn duration(time: Duration) -> String {
    match time.as_secs_f64() * 1e3 {
        millis if millis < 1.0 => format!("{millis:.2} ms"),
        millis if millis < 10.0 => format!("{millis:.1} ms"),
        millis if millis < 1e3 => format!("{millis:.0} ms"),
        millis => format!("{:.1} s", millis / 1e3),
    }
}

fn ends(name: SocketId) -> String {
    format!("{} -> {}", name.tuple.local, name.tuple.remote)
}
