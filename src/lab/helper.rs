use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::{Errno, Result, fcntl_dupfd_cloexec};
use rustix::net::{
    AddressFamily, Protocol, SocketFlags, SocketType, ipproto, netlink, socket_with,
};
use rustix::process::{Signal, geteuid, set_parent_process_death_signal};

use crate::lab::diagnosis::refusal;
use crate::lab::fd_channel::{BATCH, Channel};
use crate::lab::namespace;
use crate::lab::protocol::{SetupReply, SocketKind, SocketsReply, SocketsWanted};
use crate::lab::setup::{LinkedLab, build};
use crate::tcp::socket::errno;
use crate::tcp::{Host, LabSpec};

/// Runs the helper process: makes the lab, and hands out its sockets until the other end of standard input is closed. Must run in a process
/// of one thread, since only such a one may leave its user namespace (user_namespaces(7)).
///
/// # Errors
/// When standard input is no such channel.
pub fn help(spec: LabSpec) -> std::io::Result<()> {
    let channel = Channel(fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?);
    // The name shown by `ps` and `pstree`.
    let _ = rustix::thread::set_name(c"fivetuple-lab");
    // Inside a user namespace every user is root.
    let is_root = geteuid().is_root();
    match build(spec) {
        Ok(built) => serve(&channel, built)?,
        Err(failed) => channel.send(&SetupReply::<()>::Err(refusal(failed, is_root)), &[])?,
    }
    Ok(())
}

fn serve(channel: &Channel, built: LinkedLab) -> Result<()> {
    // A busy helper would notice the closed channel too late.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let mut spaces = Vec::new();
    for computer in built.computers {
        let ends = std::iter::once(computer.packets.as_fd());
        let all: Vec<BorrowedFd<'_>> =
            ends.chain(computer.counters.iter().map(AsFd::as_fd)).collect();
        channel.send(&SetupReply::Ok(()), &all)?;
        spaces.push((computer.host, computer.space));
    }
    channel.send(&SetupReply::Ok(built.limits), &[])?;
    while let Some((ask, _)) = channel.receive()? {
        let made = make(&spaces, ask);
        let fds: Vec<BorrowedFd<'_>> = made.iter().flatten().map(AsFd::as_fd).collect();
        let answer: SocketsReply = match &made {
            Ok(_) => Ok(()),
            Err(why) => Err(errno::Errno(why.raw_os_error())),
        };
        channel.send(&answer, &fds)?;
    }
    Ok(())
}

fn make(spaces: &[(Host, OwnedFd)], ask: SocketsWanted) -> Result<Vec<OwnedFd>> {
    let (_, space) = spaces.iter().find(|(host, _)| *host == ask.host).ok_or(Errno::HOSTUNREACH)?;
    namespace::enter_network(space)?;
    let count = usize::from(ask.count).clamp(1, BATCH);
    let mut made = Vec::with_capacity(count);
    for _ in 0..count {
        match socket(ask.kind) {
            Ok(socket) => made.push(socket),
            Err(why) if made.is_empty() => return Err(why),
            Err(_) => break,
        }
    }
    Ok(made)
}

fn socket(kind: SocketKind) -> Result<OwnedFd> {
    let nonblocking = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let ip = |family, kind, protocol| socket_with(family, kind, nonblocking, Some(protocol));
    match kind {
        SocketKind::Tcp4 => ip(AddressFamily::INET, SocketType::STREAM, ipproto::TCP),
        SocketKind::Tcp6 => ip(AddressFamily::INET6, SocketType::STREAM, ipproto::TCP),
        SocketKind::Udp4 => ip(AddressFamily::INET, SocketType::DGRAM, ipproto::UDP),
        SocketKind::Udp6 => ip(AddressFamily::INET6, SocketType::DGRAM, ipproto::UDP),
        SocketKind::Diag => socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            Some::<Protocol>(netlink::SOCK_DIAG),
        ),
    }
}
