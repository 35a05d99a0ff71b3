//! One row out of many, or some, and who holds a socket.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::net::{
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, TcpListener, TcpStream, UdpSocket,
};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command};
use std::time::Duration;

use fivetuple::kernel::{
    OwnerFinder, SockDiag, SocketSource, machine, owners, still_holds, thread_cpu_time,
};
use fivetuple::tcp::{Filter, Host, Moment, Owner, Port, Protocol, SocketId, SocketRow, TcpState};
use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

use crate::kernel::{end, inode, shows, sources};
use crate::place::{LOCALHOST, is_at, listener, own_address};
use crate::support::netns::{self, done};

#[test]
fn listeners_that_share_an_address_are_told_apart_by_inode() {
    let address = own_address();
    let listen = |port| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_reuse_port(true).unwrap();
        socket.bind(&SocketAddr::from((address, port)).into()).unwrap();
        socket.listen(8).unwrap();
        socket
    };
    let first = listen(0);
    let at = first.local_addr().unwrap().as_socket().unwrap();
    let second = listen(at.port());
    shows(at, vec![TcpState::Listen, TcpState::Listen]);
    for source in &mut sources() {
        for socket in [&first, &second] {
            let nobody = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
            let name = SocketId { number: inode(socket), ..end(at, nobody) };
            let row = source.lookup(name).unwrap().expect("it listens");
            assert_eq!(row.inode, inode(socket));
            assert_eq!(source.lookup(SocketId { number: 1, ..name }).unwrap(), None);
        }
    }
}

#[test]
fn a_missing_connection_is_not_answered_with_the_listener() {
    let (_listener, at) = listener(own_address());
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
    for source in &mut sources() {
        for missing in [end(at, nobody), end(nobody, at)] {
            assert_eq!(source.lookup(missing).unwrap(), None, "{}", source.name());
        }
    }
}

#[test]
fn sockets_of_an_interface_are_found_by_whoever_has_seen_their_rows() {
    netns::alone(|| {
        let bound = |kind, ip: IpAddr, interface: &str| {
            let socket = Socket::new(Domain::for_address((ip, 0).into()), kind, None).unwrap();
            socket.bind_device(Some(interface.as_bytes())).unwrap();
            socket.bind(&SocketAddr::from((ip, 0)).into()).unwrap();
            socket
        };
        // Its server's end is of the interface, its client's end of none.
        let listener = bound(Type::STREAM, LOCALHOST, "lo");
        listener.listen(8).unwrap();
        let at = listener.local_addr().unwrap().as_socket().unwrap();
        let client = TcpStream::connect(at).unwrap();
        let udp = bound(Type::DGRAM, LOCALHOST, "lo");
        udp.connect(&at.into()).unwrap();
        let mut expected = 3;
        // Both ends are of the interface, by their address.
        let mut links = Vec::new();
        if done("ip", "link add va type veth peer name vb") {
            assert!(done("ip", "addr add fe80::1/64 dev va nodad") && done("ip", "link set va up"));
            let scope = rustix::net::netdevice::name_to_index(&listener, "va").unwrap();
            let link: Ipv6Addr = "fe80::1".parse().unwrap();
            let listener = TcpListener::bind(SocketAddrV6::new(link, at.port(), 0, scope)).unwrap();
            links.push(TcpStream::connect(listener.local_addr().unwrap()).unwrap());
            links.push(listener.accept().unwrap().0);
            expected += 2;
        }
        let rows = || {
            SockDiag::open(Host::THIS)
                .unwrap()
                .snapshot(&Filter::ports([Port(at.port())]))
                .unwrap()
                .snapshot
                .rows
        };
        let connected = |row: &SocketRow| row.tuple.is_connected();
        let seen: Vec<SocketRow> = rows().into_iter().filter(connected).collect();
        let of_one = seen.iter().filter(|row| row.interface != 0).count();
        assert_eq!((seen.len(), of_one), (expected, expected - 1), "{seen:?}");
        let mut source = SockDiag::open(Host::THIS).unwrap();
        for row in &seen {
            assert_eq!(source.lookup(row.name()).unwrap().map(|row| row.name()), Some(row.name()));
            let has_info = source.inspect(row.name()).unwrap().is_some();
            assert_eq!(has_info, row.tuple.protocol == Protocol::Tcp, "{row}");
        }
        drop((client, links));
    });
}

#[test]
fn a_filter_keeps_exactly_what_it_wants() {
    let address = own_address();
    let listeners: Vec<TcpListener> =
        (0..70).map(|_| TcpListener::bind((address, 0)).unwrap()).collect();
    let ports: Vec<Port> =
        listeners.iter().map(|at| Port(at.local_addr().unwrap().port())).collect();
    let clients: Vec<TcpStream> =
        listeners.iter().map(|at| TcpStream::connect(at.local_addr().unwrap()).unwrap()).collect();
    for source in &mut sources() {
        for many in [0, 1, 2, 60, 70] {
            let wanted = Filter::ports(ports.iter().take(many).copied());
            let rows = source.snapshot(&wanted).unwrap().snapshot.rows;
            assert!(rows.iter().all(|row| wanted.wants(row)));
            let listening = Filter { state: Some(TcpState::Listen), ..wanted };
            let rows = source.snapshot(&listening).unwrap().snapshot.rows;
            let ours = rows.iter().filter(|row| is_at(row, address)).count();
            assert_eq!(ours, many, "{}", source.name());
        }
    }
    drop(clients);
}

/// Who holds the socket, as the only answer.
#[track_caller]
fn owner_of(inode: u64) -> Owner {
    let found = owners(&HashSet::from([inode, 0])).found;
    match &found[..] {
        [(of, owner)] if *of == inode => owner.clone(),
        other => panic!("{other:?}"),
    }
}

/// A program named after `name` that holds the socket as its standard input.
pub(crate) fn holder(name: &OsStr, socket: &impl AsFd) -> (Child, TempDir) {
    // A program is named after the file it was started by.
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join(name);
    std::os::unix::fs::symlink("/bin/sleep", &program).unwrap();
    let stdin = socket.as_fd().try_clone_to_owned().unwrap();
    (Command::new(&program).arg("60").stdin(stdin).spawn().unwrap(), folder)
}

#[test]
fn a_socket_has_an_owner_whose_hostile_name_is_escaped() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let inode = inode(&socket);
    let owner = owner_of(inode);
    let fd = u32::try_from(socket.as_raw_fd()).unwrap();
    assert_eq!((owner.pid, owner.fd, owner.others), (std::process::id(), fd, 0));
    for (name, program, text) in [
        (&b"a)b (\n\x1b[31m"[..], r"a)b (\n\x1b[31m", "a)b (\n\u{1b}[31m"),
        (b"\xff\"", r#"\xff\""#, "\u{fffd}\""),
        ("日本".as_bytes(), r"\xe6\x97\xa5\xe6\x9c\xac", "日本"),
    ] {
        let held = UdpSocket::bind("127.0.0.1:0").unwrap();
        let held_inode = self::inode(&held);
        let (mut child, _folder) = holder(OsStr::from_bytes(name), &held);
        drop(held);
        let owner = owner_of(held_inode);
        let still = still_holds(held_inode, &owner);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!((owner.pid, owner.fd), (child.id(), 0));
        assert_eq!((&*owner.program, &*owner.name), (program, text));
        assert!(still && !still_holds(held_inode, &owner), "its process has ended");
    }
    assert_eq!(Owner::new(1, b"", 3).program, "(unnamed)");
}

#[test]
fn those_who_hold_a_socket_too_are_counted() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut children = [holder("one".as_ref(), &socket), holder("two".as_ref(), &socket)];
    let owner = owner_of(inode(&socket));
    for (child, _) in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!((owner.pid, owner.others), (std::process::id(), 2));
    assert!(owner.to_string().ends_with(" and 2 more"), "{owner}");
}

#[test]
fn the_machine_is_known() {
    let machine = machine();
    assert!(machine.has(Ipv4Addr::LOCALHOST.into()), "{machine:?}");
    assert!(machine.descriptors > 0 && machine.somaxconn > Some(0) && machine.ephemeral.len() > 1);
}

#[test]
fn the_owners_of_two_hundred_connections_a_second_take_a_tenth_of_a_processor() {
    let (mut finder, mut searched) = (OwnerFinder::default(), 0);
    let before = thread_cpu_time();
    for n in 0..1000 {
        // No process holds it, so that all are searched: those five seconds would not do for each.
        let wanted = HashSet::from([u64::MAX - n]);
        let now = Moment::default().plus(Duration::from_millis(5 * n));
        searched += finder.find(&wanted, now).missing.len();
    }
    let took = thread_cpu_time().saturating_sub(before);
    assert!(searched > 0 && took < Duration::from_millis(500), "{searched} searches, {took:?}");
}
