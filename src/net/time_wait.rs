//! Ends rows in TIME_WAIT before their time.
//!
//! A SYN from the other end's address and port is answered with an ACK, as the row is still there. The socket in SYN_SENT answers that with RST,
//! and the kernel forgets the row, unless `net.ipv4.tcp_rfc1337` forbids it (RFC 1337). The SYN is sent again at once, and refused.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::time::timeout;

use crate::net::options;
use crate::net::registry::Registry;
use crate::net::trace::{CallResult, TraceRecorder, failed};
use crate::tcp::{Call, SockOpt, SocketEvent, SocketId};

/// What is lost is sent again after a second: that is not waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// Ends the row whose other end this is, unless something listens there, and reports that it was tried.
pub(super) async fn end(registry: Arc<Registry>, other: SocketId) {
    // The row shows whether it helped.
    let _ = call_from(&registry, other).await;
    registry.report(SocketEvent::TimeWaitEnded(other)).await;
}

async fn call_from(registry: &Registry, other: SocketId) -> CallResult {
    let tuple = other.tuple.canonical();
    let mut trace = TraceRecorder::off();
    let (from, to) = (SocketAddr::from(tuple.local), SocketAddr::from(tuple.remote));
    let socket = registry.factory.socket(other.host, tuple.protocol, from.ip(), &mut trace).await?;
    // Further rows of that port may be in TIME_WAIT, and a connection that is accepted after all leaves none.
    options::set(&socket, SockOpt::ReuseAddr, &mut trace)?;
    options::set(&socket, SockOpt::NoLinger, &mut trace)?;
    socket.bind(&from.into()).map_err(failed(Call::Bind))?;
    let call = TcpSocket::from_std_stream(socket.into()).connect(to);
    let _ = timeout(PATIENCE, call).await;
    Ok(())
}
