//! Two dumps bring each row of the table exactly once, whichever port divides them.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use fivetuple::kernel::inet_diag::{
    ALL_STATES, Body, Dump, Family, PortHalf, SocketEnd, next_answer, program,
};
use fivetuple::kernel::{NamespaceSource, Reading, SockDiag, SocketSource, raise_descriptor_limit};
use fivetuple::tcp::{Filter, Host, Port, Protocol, SocketId, SocketRow, TcpState};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};
use socket2::{Domain, Socket, Type};

use crate::place::listener;
use crate::support::netns::alone;

/// The states that last by themselves.
const LASTING: [TcpState; 7] = [
    TcpState::Closed,
    TcpState::Listen,
    TcpState::SynReceived,
    TcpState::Established,
    TcpState::FinWait2,
    TcpState::CloseWait,
    TcpState::TimeWait,
];

const LOOPBACKS: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

fn netlink() -> OwnedFd {
    let (flags, diag) = (SocketFlags::CLOEXEC, Some(netlink::SOCK_DIAG));
    socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, diag).unwrap()
}

fn bound(ip: IpAddr) -> (Socket, SocketAddr) {
    let domain = Domain::for_address((ip, 0).into());
    let socket = Socket::new(domain, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((ip, 0)).into()).unwrap();
    let at = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, at)
}

/// From now on a connection is SYN_RECV until its client sends something (tcp(7)).
#[expect(unsafe_code, reason = "no crate sets this option")]
fn defer_accept(listener: &Socket) {
    let (seconds, size) = (30, size_of::<libc::c_int>().try_into().unwrap());
    let (level, option) = (libc::IPPROTO_TCP, libc::TCP_DEFER_ACCEPT);
    let value: *const libc::c_int = &raw const seconds;
    // SAFETY: the pointer is to an int that lives longer than the call, and the size is that of an int.
    let done = unsafe { libc::setsockopt(listener.as_raw_fd(), level, option, value.cast(), size) };
    assert_eq!(done, 0);
}

/// Sockets of one family in every state that lasts by itself.
fn zoo(ip: IpAddr) -> Vec<OwnedFd> {
    let mut held: Vec<OwnedFd> = Vec::new();
    held.push(bound(ip).0.into());
    let (deferring, at) = bound(ip);
    defer_accept(&deferring);
    deferring.listen(8).unwrap();
    held.push(TcpStream::connect(at).unwrap().into());
    held.push(deferring.into());
    let (listener, at) = listener(ip);
    for ending in [None, Some(Shutdown::Write), Some(Shutdown::Both)] {
        let client = TcpStream::connect(at).unwrap();
        let (server, _) = listener.accept().unwrap();
        if let Some(ending) = ending {
            client.shutdown(ending).unwrap();
        }
        if ending == Some(Shutdown::Both) {
            continue;
        }
        held.extend([client.into(), server.into()]);
    }
    held.push(TcpStream::connect(at).unwrap().into());
    held.push(listener.into());
    held
}

/// What the kernel brings for one half, or for all.
fn dump(family: Option<Family>, half: Option<PortHalf>) -> Vec<SocketRow> {
    let socket = netlink();
    let mut request = Vec::new();
    let program = program(None, half);
    let dump =
        Dump { protocol: Protocol::Tcp, family, states: ALL_STATES, program: program.as_deref() };
    dump.write(1, &mut request);
    send(&socket, &request, SendFlags::empty()).unwrap();
    let mut buffer = vec![0_u8; 32 * 1024];
    let mut rows = Vec::new();
    loop {
        let (length, _) = recv(&socket, &mut buffer[..], RecvFlags::empty()).unwrap();
        let mut bytes = &buffer[..length];
        while let Some(answer) = next_answer(&mut bytes, Protocol::Tcp) {
            match answer.unwrap().body {
                Body::Socket(row) => rows.push(row),
                Body::Done(0) => return rows,
                other @ (Body::Done(_) | Body::Error(_) | Body::Other) => panic!("{other:?}"),
            }
        }
    }
}

/// Both zoos, once nothing moves in them any more.
fn zoos() -> [Vec<OwnedFd>; 2] {
    let held = LOOPBACKS.map(zoo);
    let passing = [TcpState::FinWait1, TcpState::LastAck, TcpState::Closing];
    for _ in 0..20_000 {
        let rows = dump(None, None);
        if !rows.iter().any(|row| passing.contains(&row.state)) {
            return held;
        }
        std::thread::park_timeout(Duration::from_micros(100));
    }
    panic!("it never came to rest");
}

/// Names, each with its state, in order; a name twice stays twice.
fn names(rows: &[SocketRow]) -> Vec<(SocketId, TcpState)> {
    let mut names: Vec<_> = rows.iter().map(|row| (row.name(), row.state)).collect();
    names.sort();
    names
}

/// The first few names that only one of both has.
fn differ<'a>(
    one: &'a [(SocketId, TcpState)],
    other: &'a [(SocketId, TcpState)],
) -> Vec<&'a (SocketId, TcpState)> {
    let only_one = one.iter().filter(|name| !other.contains(name));
    let only_other = other.iter().filter(|name| !one.contains(name));
    only_one.chain(only_other).take(9).collect()
}

#[test]
fn every_socket_is_in_exactly_one_half() {
    alone(|| {
        let held = zoos();
        for family in [None, Some(Family::V4), Some(Family::V6)] {
            let all = dump(family, None);
            let states: BTreeSet<TcpState> = all.iter().map(|row| row.state).collect();
            assert!(states.is_superset(&LASTING.into()), "{states:?}");
            for end in [SocketEnd::Local, SocketEnd::Remote] {
                let ports = all.iter().map(|row| end.port(&row.tuple));
                for last in ports.chain([Port(0)]) {
                    let lower = dump(family, Some(PortHalf::UpTo(end, last)));
                    let upper = dump(family, Some(PortHalf::Above(end, last)));
                    let both = [lower, upper].concat();
                    assert_eq!(names(&both), names(&all), "{end:?} {last}");
                }
            }
        }
        drop(held);
    });
}

#[test]
fn a_large_table_in_halves_is_the_same_table() {
    alone(|| {
        raise_descriptor_limit();
        let held = zoos();
        let crowd = LOOPBACKS.map(|ip| {
            let (listener, at) = bound(ip);
            listener.listen(4096).unwrap();
            let clients: Vec<_> = (0..2500).map(|_| TcpStream::connect(at).unwrap()).collect();
            (listener, clients)
        });
        let port = crowd[0].0.local_addr().unwrap().as_socket().unwrap().port();
        let mut halving = SockDiag::open(Host::THIS).unwrap();
        // Without a second socket it reads each table as a whole.
        let only = Cell::new(Some(netlink()));
        let open = || only.take().ok_or_else(|| io::ErrorKind::NotFound.into());
        let mut whole = NamespaceSource::over(Host::THIS, open);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut reading = Reading::default();
        for wanted in [Filter::everything(), Filter::ports([Port(port)])] {
            let whole = whole.snapshot(&wanted).unwrap();
            for round in 0..3 {
                halving.read(&wanted, &mut reading).unwrap();
                let (halves, all) = (names(&reading.snapshot.rows), names(&whole.snapshot.rows));
                assert!(
                    halves == all,
                    "round {round}: {} and {}: {:?}",
                    halves.len(),
                    all.len(),
                    differ(&halves, &all)
                );
                let is_halved = reading.beside > Duration::ZERO;
                assert!(is_halved || round == 0 || cores == 1 || whole.snapshot.rows.len() < 4000);
            }
        }
        drop((held, crowd));
    });
}
