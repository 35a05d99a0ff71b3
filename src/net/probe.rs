//! Tries remedies with sockets that are closed at once, instead of claiming that they help.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use socket2::Socket;

use crate::net::connect::client_socket;
use crate::net::factory::SocketFactory;
use crate::net::registry::Registry;
use crate::net::trace::{CallResult, TraceRecorder, failed};
use crate::net::{listen, options};
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, ListenSpec, PortRange, Probe, Protocol, Purpose, SockOpt,
    SocketEvent, Syscall, SyscallError,
};

const OUTSIDE: usize = 16;

pub(super) async fn probe_all(registry: Arc<Registry>, probes: Vec<Probe>) {
    for probe in probes {
        let mut trace = registry.recorder(Purpose::Probe);
        let outcome = probe_one(probe, &registry.factory, &mut trace).await;
        registry.report_trace(trace, None);
        registry.report(SocketEvent::Probed { probe, outcome }).await;
    }
}

async fn probe_one(probe: Probe, factory: &SocketFactory, trace: &mut TraceRecorder) -> CallResult {
    match probe {
        Probe::Bind { host, protocol, at, reuse_addr, reuse_port } => {
            let spec = ListenSpec { reuse_addr, reuse_port, ..ListenSpec::at(at) };
            let socket = factory.socket(host, protocol, at.ip, trace).await?;
            let bound = listen::bind(&spec, SocketAddr::from(at), &socket, trace);
            trace.close(&socket);
            bound
        }
        Probe::Reach { host, from, source_port, to } => {
            let to = Endpoint::new(to, 0);
            let spec = ConnectSpec { host, from, source_port, ..ConnectSpec::to(to.into()) };
            connect(&spec, to.ip, factory, trace).await
        }
    }
}

async fn connect(
    spec: &ConnectSpec,
    to: IpAddr,
    factory: &SocketFactory,
    trace: &mut TraceRecorder,
) -> CallResult {
    let listener = factory.socket(spec.host, Protocol::Tcp, to, trace).await?;
    bind_any_port(&listener, to, factory.ephemeral_range(spec.host), trace)?;
    let done = trace.record(&listener, Syscall::Listen(1), listener.listen(1));
    done.map_err(failed(Call::Listen))?;
    let at = trace.local_addr(&listener).map_err(failed(Call::Bind))?;
    let client = client_socket(spec, at, None, factory, trace).await?;
    let done = client.connect(&at.into());
    let done = trace.record(&client, Syscall::Connect(Endpoint::from(at)), done);
    let connected = match done.map_err(failed(Call::Connect)) {
        // The kernel found a port for it.
        Err(SyscallError { errno: Errno::EINPROGRESS, .. }) => Ok(()),
        done => done,
    };
    // RST, so that no row in TIME_WAIT remains.
    let _ = options::set(&client, SockOpt::NoLinger, trace);
    trace.close(&client);
    drop(client);
    trace.close(&listener);
    connected
}

/// Binds to a port that the kernel picks or, where its range is used up, to one outside of it: that says nothing about connect().
fn bind_any_port(
    listener: &Socket,
    ip: IpAddr,
    range: Option<PortRange>,
    trace: &mut TraceRecorder,
) -> CallResult {
    let mut bind = |port: u16| {
        let at = Endpoint::new(ip, port);
        listen::bind(&ListenSpec::at(at), SocketAddr::from(at), listener, trace)
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
