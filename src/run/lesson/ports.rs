//! Ports that are free for a lesson.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use socket2::{Domain, Socket, Type};

use crate::app::lesson::ports::COUNT;
use crate::tcp::{ListenSpec, Port};

/// The first of ten ports of which none is used: what is left of an earlier run would be in the way.
pub(super) fn free() -> anyhow::Result<Port> {
    let firsts = (ListenSpec::PORT.0..10_000).step_by(COUNT.into());
    let are_free = |first: &u16| (*first..first + COUNT).all(is_free);
    let first = firsts.into_iter().find(are_free);
    first.map(Port).context("there are no ten free ports in a row from 5000 to 9999; see --port")
}

fn is_free(port: u16) -> bool {
    let at = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None);
    socket.is_ok_and(|socket| socket.bind(&at.into()).is_ok())
}
