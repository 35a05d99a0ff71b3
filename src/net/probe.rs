//! Tries remedies, instead of claiming that they help: with sockets that are closed at once.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use socket2::Socket;

use crate::net::registry::Registry;
use crate::net::socket;
use crate::net::socket::SocketRequest;
use crate::net::trace::TraceRecorder;
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, ListenSpec, PortRange, Probe, Protocol, Purpose, SockOpt,
    SocketEvent, Syscall, SyscallError,
};

/// Tries each, and tells how it went.
pub(crate) async fn try_all(sockets: Arc<Registry>, trials: Vec<Probe>) {
    for trial in trials {
        let mut diary = sockets.diary(Purpose::Try);
        let outcome = match trial {
            Probe::Bind { .. } => bind(trial, (&sockets.makers, &mut diary)).await,
            Probe::Reach { .. } => reach(trial, (&sockets.makers, &mut diary)).await,
        };
        sockets.tell_calls(diary, None);
        sockets.tell(SocketEvent::Tried { trial, outcome }).await;
    }
}

async fn bind(trial: Probe, (makers, diary): SocketRequest<'_>) -> Result<(), SyscallError> {
    let Probe::Bind { host, protocol, at, reuse_addr, reuse_port } = trial else {
        return Ok(());
    };
    let spec = ListenSpec { reuse_addr, reuse_port, ..ListenSpec::at(at) };
    let probe = makers.socket(host, protocol, at.ip, diary).await?;
    let bound = socket::bound(&spec, SocketAddr::from(at), &probe, diary);
    diary.closes(&probe);
    bound
}

async fn reach(trial: Probe, (makers, diary): SocketRequest<'_>) -> Result<(), SyscallError> {
    let Probe::Reach { host, from, source_port, to } = trial else {
        return Ok(());
    };
    let door = makers.socket(host, Protocol::Tcp, to, diary).await?;
    bind_door(&door, to, makers.ephemeral_range(host), diary)?;
    let done = diary.did(&door, Syscall::Listen(1), door.listen(1));
    done.map_err(socket::refused(Call::Listen))?;
    let there = diary.name_of(&door).map_err(socket::refused(Call::Bind))?;
    let spec =
        ConnectSpec { host, from, source_port, ..ConnectSpec::to(Endpoint::from(there).into()) };
    let caller = socket::calling(&spec, there, None, (makers, &mut *diary)).await?;
    let reached = call(&caller, there, diary);
    // Nothing may be left of it: RST instead of a row in TIME_WAIT.
    let done = caller.set_linger(Some(Duration::ZERO));
    let _ = diary.did(&caller, Syscall::SetSockOpt(SockOpt::NoLinger), done);
    diary.closes(&caller);
    drop(caller);
    diary.closes(&door);
    reached
}

/// So many ports outside of the kernel's range are tried.
const OUTSIDE: usize = 16;

/// Binds what is to be called to a port that the kernel picks. Where its range is used up there is none left: that says nothing of the
/// call, so one outside of the range is taken.
fn bind_door(
    door: &Socket,
    ip: IpAddr,
    range: Option<PortRange>,
    diary: &mut TraceRecorder,
) -> Result<(), SyscallError> {
    let mut bind = |port: u16| {
        let spec = ListenSpec::at(Endpoint::new(ip, port));
        socket::bound(&spec, SocketAddr::from(spec.at), door, diary)
    };
    let picked = bind(0);
    let range = range.unwrap_or(PortRange::DEFAULT);
    let below = (1..range.low.0).rev();
    let above = (range.high.0..=u16::MAX).skip(1);
    if picked.is_ok() || below.chain(above).take(OUTSIDE).any(|port| bind(port).is_ok()) {
        return Ok(());
    }
    picked
}

/// connect(): whether the kernel found a port for it.
fn call(caller: &Socket, to: SocketAddr, diary: &mut TraceRecorder) -> Result<(), SyscallError> {
    let done = caller.connect(&to.into());
    match diary.did(caller, Syscall::Connect(Endpoint::from(to)), done) {
        Err(error) if Errno::from(&error) != Errno::EINPROGRESS => {
            Err(socket::refused(Call::Connect)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
