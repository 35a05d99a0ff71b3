//! `fivetuple listen`: a server without a screen.

use std::io::Write;

use anyhow::bail;

use crate::app::query::refusal::{of_accept, of_later_call};
use crate::app::{Attempt, explain};
use crate::cli::ListenArgs;
use crate::run::Exit;
use crate::run::headless::{
    LineWriter, Tally, bytes_in_words, count_of_bytes, ignore_broken_pipe, refusal, run_command,
};
use crate::tcp::{
    Accepting, CloseKind, Command, Endpoint, ListenSpec, OnData, SocketEvent, SocketId,
};

/// Listens and writes to `out` what happens, until `asked_to_end` returns a signal or the reader of `out` is gone.
///
/// `descriptors` is the limit of this process; raise it before.
///
/// # Errors
/// When it cannot listen, must stop, or cannot write.
pub async fn listen(
    args: &ListenArgs,
    descriptors: u64,
    out: &mut impl Write,
    asked_to_end: impl Future<Output = i32>,
) -> anyhow::Result<Exit> {
    let mut server =
        ListenTally { lines: LineWriter::new(out, args.quiet), connections: 0, bytes: 0 };
    let command = Command::Listen(spec(args));
    let ended = run_command(command, descriptors, asked_to_end, &mut server).await;
    ignore_broken_pipe(ended.and_then(|ended| server.sum_up().map(|()| ended.until_ctrl_c())))
}

fn spec(args: &ListenArgs) -> ListenSpec {
    ListenSpec {
        backlog: args.backlog,
        accepting: if args.hold { Accepting::Held } else { Accepting::AtOnce },
        on_data: if args.echo { OnData::Echo } else { OnData::Read },
        reuse_addr: args.reuse_addr,
        reuse_port: args.reuse_port,
        ..ListenSpec::at(Endpoint::new(args.bind, args.port))
    }
}

struct ListenTally<'a, W> {
    lines: LineWriter<'a, W>,
    connections: u64,
    bytes: u64,
}

impl<W: Write> ListenTally<'_, W> {
    fn welcome(&mut self, spec: &ListenSpec) -> anyhow::Result<()> {
        let (at, backlog) = (spec.at, spec.backlog);
        let does = match spec.accepting {
            Accepting::AtOnce => "Ctrl-C stops it",
            Accepting::Held => "accept() is held; Ctrl-C stops it",
        };
        self.lines.always(&format!("listening on {at}, backlog {backlog}; {does}"))?;
        let ip = at.ip.to_canonical();
        if ip.is_loopback() {
            return Ok(());
        }
        let reached = if ip.is_unspecified() { "this machine".to_owned() } else { ip.to_string() };
        self.lines.always(&format!("warning: any host that can reach {reached} can connect"))
    }

    fn sum_up(&mut self) -> anyhow::Result<()> {
        let connections = if self.connections == 1 { "connection" } else { "connections" };
        let (count, bytes) = (self.connections, count_of_bytes(self.bytes));
        self.lines.always(&format!("stopped: {count} {connections}, {bytes} received"))
    }
}

impl<W: Write> Tally for ListenTally<'_, W> {
    fn handle(&mut self, event: SocketEvent) -> anyhow::Result<()> {
        let line = match event {
            SocketEvent::Listening { spec, .. } => return self.welcome(&spec),
            SocketEvent::ListenFailed { spec, why } => {
                bail!(refusal(&Attempt::Listen(spec), why))
            }
            SocketEvent::StoppedListening { why: Some(why), .. } => {
                bail!("stopped listening: {why}")
            }
            SocketEvent::Accepted { socket: own, .. } => {
                self.connections += 1;
                format!("{} connected; accepted as descriptor {}", peer(own.name), own.fd)
            }
            SocketEvent::AcceptFailed { why, pause, times, .. } => {
                explain::words(&of_accept(why, pause, times))
            }
            SocketEvent::Received { at, bytes, first } => {
                self.bytes += bytes;
                format!("{} sent {}", peer(at), bytes_in_words(bytes, &first))
            }
            SocketEvent::Sent { at, bytes } => {
                format!("sent {} to {}", count_of_bytes(bytes), peer(at))
            }
            SocketEvent::CallFailed { at, why } => explain::words(&of_later_call(peer(at), why)),
            SocketEvent::PeerClosed(at) => format!("{} closed its end", peer(at)),
            SocketEvent::Closed { at, .. } if !at.tuple.is_connected() => return Ok(()),
            SocketEvent::Closed { at, how } => match how {
                CloseKind::Broken(errno) => format!("{}: {errno}", peer(at)),
                CloseKind::Close | CloseKind::Abort => format!("{}: closed", peer(at)),
            },
            SocketEvent::Crashed(text) => format!("a task panicked: {text}"),
            SocketEvent::StoppedListening { why: None, .. }
            | SocketEvent::AcceptHeld(..)
            | SocketEvent::StateHeld { .. }
            | SocketEvent::HoldFailed { .. }
            | SocketEvent::Connecting(_)
            | SocketEvent::Connected(_)
            | SocketEvent::ConnectFailed { .. }
            | SocketEvent::BurstBegun { .. }
            | SocketEvent::BurstEnded { .. }
            | SocketEvent::HalfClosed(_)
            | SocketEvent::SyscallsTraced(_)
            | SocketEvent::TimeWaitEnded(_)
            | SocketEvent::Probed { .. }
            | SocketEvent::SyscallsOmitted { .. } => return Ok(()),
        };
        self.lines.line(&line)
    }

    fn hush(&mut self) {
        self.lines.hush();
    }
}

fn peer(name: SocketId) -> Endpoint {
    name.tuple.remote.canonical()
}
