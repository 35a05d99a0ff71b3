use std::net::SocketAddr;
use std::sync::Arc;

use socket2::Socket;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::net::acceptor::Acceptor;
use crate::net::factory::SocketFactory;
use crate::net::listener::Listener;
use crate::net::registry::Registry;
use crate::net::trace::{CallResult, TraceRecorder, failed};
use crate::net::{options, socket};
use crate::tcp::{
    Call, Endpoint, Errno, ListenSpec, OwnSocket, Protocol, Purpose, SockOpt, SocketEvent, Syscall,
    SyscallError,
};

const MOST: usize = 16;

/// Waits for sockets of other computers only. `closing` are listeners perhaps not yet reported closed; `stop` closes the new one.
pub(super) async fn listen(
    registry: Arc<Registry>,
    spec: ListenSpec,
    closing: Vec<CancellationToken>,
    stop: CancellationToken,
) {
    let (sockets, owns) = match listening_sockets(&registry, &spec).await {
        Ok(made) => made,
        Err(why) => return registry.report_soon(SocketEvent::ListenFailed { spec, why }),
    };
    let at = owns.last().map_or(spec.at, |own: &OwnSocket| own.name.tuple.local);
    let spec = ListenSpec { at, ..spec };
    let ids = owns.iter().map(|own| own.name).collect();
    let listener = Arc::new(Listener::new(spec.clone(), ids, sockets, registry.stop.child_token()));
    registry.listeners().push(Arc::clone(&listener));
    // A stop after this line finds the listener; one before could not, so check now.
    if stop.is_cancelled() {
        registry.remove_listener(&listener);
        listener.close();
    }
    let all = Arc::clone(&registry);
    registry.spawn(async move {
        let count = owns.len();
        all.report_listening(closing, spec, owns).await;
        for index in 0..count {
            all.spawn(Acceptor::new(&all, &listener, index).run());
        }
    });
}

async fn listening_sockets(
    registry: &Arc<Registry>,
    spec: &ListenSpec,
) -> CallResult<(Vec<TcpListener>, Vec<OwnSocket>)> {
    if registry.listeners().len() >= MOST {
        return Err(SyscallError { call: Call::Reserve, errno: Errno::EMFILE });
    }
    let mut trace = registry.recorder(Purpose::Listen);
    let mut at = SocketAddr::from(spec.at);
    let (mut sockets, mut owns) = (Vec::new(), Vec::new());
    for _ in 0..spec.listeners.clamp(1, 4) {
        let made = listening_socket(spec, at, &registry.factory, &mut trace).await;
        let (socket, bound) = made.inspect_err(|_| registry.report_trace(trace.take(), None))?;
        at = bound;
        let no_peer = SocketAddr::new(socket::unspecified(at.ip()), 0);
        let own = socket::own(spec.host, Protocol::Tcp, &socket, [at, no_peer]);
        registry.report_trace(trace.take(), Some(own.name));
        sockets.push(TcpListener::from_std(socket.into()).map_err(failed(Call::Listen))?);
        owns.push(own);
    }
    Ok((sockets, owns))
}

async fn listening_socket(
    spec: &ListenSpec,
    at: SocketAddr,
    factory: &SocketFactory,
    trace: &mut TraceRecorder,
) -> CallResult<(Socket, SocketAddr)> {
    let socket = factory.socket(spec.host, Protocol::Tcp, at.ip(), trace).await?;
    let bound = bind(spec, at, &socket, trace).and_then(|()| {
        let backlog = i32::try_from(spec.backlog).unwrap_or(i32::MAX);
        let done = trace.record(&socket, Syscall::Listen(spec.backlog), socket.listen(backlog));
        done.map_err(failed(Call::Listen))?;
        trace.local_addr(&socket).map_err(failed(Call::Bind))
    });
    match bound {
        Ok(at) => Ok((socket, at)),
        Err(why) => Err(trace.close_after(socket, why)),
    }
}

pub(super) fn bind(
    spec: &ListenSpec,
    at: SocketAddr,
    socket: &Socket,
    trace: &mut TraceRecorder,
) -> CallResult {
    let asked = [
        at.is_ipv6().then_some(SockOpt::OnlyV6(spec.only_v6)),
        spec.reuse_addr.then_some(SockOpt::ReuseAddr),
        spec.reuse_port.then_some(SockOpt::ReusePort),
    ];
    for option in asked.into_iter().flatten() {
        options::set(socket, option, trace)?;
    }
    let done = trace.record(socket, Syscall::Bind(Endpoint::from(at)), socket.bind(&at.into()));
    done.map_err(failed(Call::Bind))
}
