//! The engine on loopback: commands in, events out.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test whose expectation fails may panic"
)]

mod accepting;
mod closing;
mod connecting;
mod data;
mod descriptors;
mod held_states;
mod many_clients;
mod remote_sockets;
pub(crate) mod rig;
mod trace;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use fivetuple::tcp::{Accepting, Burst, ConnectSpec, Endpoint, ListenSpec, Target};
use tokio::net::TcpStream;

use rig::{Pair, Rig};

/// Runs it on this thread.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime").block_on(work)
}

/// An engine that listens like this, and where.
async fn listening(spec: ListenSpec) -> (Rig, Endpoint) {
    let mut rig = Rig::new();
    let at = rig.listen(spec).await;
    (rig, at)
}

/// The same with a connection.
async fn connected(spec: ListenSpec) -> (Rig, Pair) {
    let (mut rig, at) = listening(spec).await;
    let pair = rig.pair(to(at)).await;
    (rig, pair)
}

pub(crate) fn burst(count: u32) -> Burst {
    Burst { count, every: Duration::ZERO }
}

/// An address of loopback.
fn loopback(last: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, 0, last).into()
}

/// A listener on a port chosen by the kernel.
fn anywhere() -> ListenSpec {
    ListenSpec::at(Endpoint::new(Ipv4Addr::LOCALHOST, 0))
}

fn held() -> ListenSpec {
    ListenSpec { accepting: Accepting::Held, ..anywhere() }
}

fn to(at: Endpoint) -> ConnectSpec {
    ConnectSpec::to(Target::from(at))
}

fn from(ip: IpAddr, at: Endpoint) -> ConnectSpec {
    ConnectSpec { from: Some(ip), ..to(at) }
}

/// Somebody who is not the engine's client.
async fn stranger(at: Endpoint) -> TcpStream {
    TcpStream::connect(SocketAddr::from(at)).await.expect("connects")
}
