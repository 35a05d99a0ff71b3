//! Both sources agree with what std's sockets did; every test looks at ports of its own.

use std::collections::HashSet;
use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::Duration;

use fivetuple::kernel::{Procfs, SockDiag, SocketSource, addresses, machine, owners};
use fivetuple::tcp::{
    Endpoint, Filter, FiveTuple, Host, Port, Protocol, RowName, SocketRow, TcpState,
};
use socket2::{Domain, Socket, Type};

use crate::place::{is_at, own_address};

fn sources() -> [Box<dyn SocketSource>; 2] {
    [
        Box::new(SockDiag::open(Host::THIS).expect("sock_diag")),
        Box::new(Procfs::new(Host::THIS)),
    ]
}

fn tuple(local: SocketAddr, remote: SocketAddr) -> FiveTuple {
    FiveTuple::tcp(local.into(), remote.into())
}

fn inode(socket: &impl AsRawFd) -> u64 {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).unwrap();
    let text = link.to_str().unwrap();
    let digits = text.strip_prefix("socket:[").unwrap().trim_end_matches(']');
    digits.parse().unwrap()
}

/// The rows with `at` at one end, as soon as `is_it` likes them.
fn rows_when(
    source: &mut dyn SocketSource,
    at: SocketAddr,
    is_it: impl Fn(&[SocketRow]) -> bool,
) -> Vec<SocketRow> {
    let mut rows = Vec::new();
    for _ in 0..20_000 {
        rows = source
            .snapshot(&Filter::ports([Port(at.port())]))
            .unwrap()
            .snapshot
            .rows;
        rows.retain(|row| is_at(row, at.ip()));
        rows.sort_by_key(SocketRow::name);
        if is_it(&rows) {
            return rows;
        }
        std::thread::park_timeout(Duration::from_micros(100));
    }
    panic!("{} never showed it, but: {rows:#?}", source.name());
}

fn states(rows: &[SocketRow]) -> Vec<TcpState> {
    let mut states: Vec<TcpState> = rows.iter().map(|row| row.state).collect();
    states.sort();
    states
}

/// Both sources come to show exactly these states at `at`; exact lookups agree with each row.
fn shows(at: SocketAddr, mut expected: Vec<TcpState>) {
    expected.sort();
    for source in &mut sources() {
        let rows = rows_when(source.as_mut(), at, |rows| states(rows) == expected);
        for row in rows {
            let found = source.look(row.name()).unwrap();
            let found = found.unwrap_or_else(|| panic!("{} lost {row}", source.name()));
            assert_eq!((found.name(), found.state), (row.name(), row.state));
        }
    }
}

#[test]
fn a_connection_is_two_rows_and_a_listener_is_one() {
    for ip in [own_address(), Ipv6Addr::LOCALHOST.into()] {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let at = listener.local_addr().unwrap();
        shows(at, vec![TcpState::Listen]);
        let client = TcpStream::connect(at).unwrap();
        let listed = vec![
            TcpState::Listen,
            TcpState::Established,
            TcpState::Established,
        ];
        shows(at, listed.clone());
        for source in &mut sources() {
            let name = tuple(at, client.local_addr().unwrap());
            let row = source
                .look(RowName::connected(Host::THIS, name))
                .unwrap()
                .unwrap();
            assert_eq!(row.inode, 0, "nobody has accepted it");
        }
        let (server, _) = listener.accept().unwrap();
        shows(at, listed);
        let mut both = sources();
        for source in &mut both {
            let name = RowName::connected(Host::THIS, tuple(at, client.local_addr().unwrap()));
            let row = source.look(name).unwrap().unwrap();
            assert_eq!(row.inode, inode(&server), "{}", source.name());
        }
    }
}

#[test]
fn closing_walks_through_the_states() {
    let listener = TcpListener::bind((own_address(), 0)).unwrap();
    let at = listener.local_addr().unwrap();
    let client = TcpStream::connect(at).unwrap();
    let (server, _) = listener.accept().unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    shows(
        at,
        vec![TcpState::Listen, TcpState::CloseWait, TcpState::FinWait2],
    );
    drop(server);
    shows(at, vec![TcpState::Listen, TcpState::TimeWait]);
    for source in &mut sources() {
        let name = tuple(client.local_addr().unwrap(), at);
        let row = source
            .look(RowName::connected(Host::THIS, name))
            .unwrap()
            .unwrap();
        let left = row.timer.expect("TIME_WAIT has a timer").left;
        assert!(
            left > Duration::from_secs(30) && left <= Duration::from_secs(61),
            "{left:?}"
        );
    }
}

#[test]
fn queues_are_told() {
    let listener = TcpListener::bind((own_address(), 0)).unwrap();
    let at = listener.local_addr().unwrap();
    let mut client = TcpStream::connect(at).unwrap();
    client.write_all(b"Test payload.").unwrap();
    for source in &mut sources() {
        let rows = rows_when(source.as_mut(), at, |rows| {
            rows.iter().any(|row| row.queues.recv == 13)
        });
        let listen = rows
            .iter()
            .find(|row| row.state == TcpState::Listen)
            .unwrap();
        assert_eq!(listen.queues.recv, 1, "one waits for accept()");
        let backlog = if source.is_exact() { 128 } else { 0 };
        assert_eq!(listen.queues.send, backlog);
    }
}

#[test]
fn a_dual_stack_listener_shows_mapped_addresses() {
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
    socket.set_only_v6(false).unwrap();
    socket
        .bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)).into())
        .unwrap();
    socket.listen(8).unwrap();
    let port = socket.local_addr().unwrap().as_socket().unwrap().port();
    let at = SocketAddr::from((own_address(), port));
    let client = TcpStream::connect(at).unwrap();
    shows(
        at,
        vec![
            TcpState::Listen,
            TcpState::Established,
            TcpState::Established,
        ],
    );
    for source in &mut sources() {
        let asked = tuple(client.peer_addr().unwrap(), client.local_addr().unwrap());
        let row = source
            .look(RowName::connected(Host::THIS, asked))
            .unwrap()
            .unwrap();
        assert!(row.tuple.local.ip.is_ipv6(), "{row}");
        assert_eq!(row.tuple.canonical(), asked);
    }
}

#[test]
fn udp_rows_are_found_connected_and_not() {
    for ip in [own_address(), Ipv6Addr::LOCALHOST.into()] {
        let open = UdpSocket::bind((ip, 0)).unwrap();
        let at = open.local_addr().unwrap();
        let connected = UdpSocket::bind((ip, 0)).unwrap();
        connected.connect(at).unwrap();
        shows(at, vec![TcpState::Established, TcpState::Closed]);
        for source in &mut sources() {
            let rows = rows_when(source.as_mut(), at, |rows| rows.len() == 2);
            assert!(rows.iter().all(|row| row.tuple.protocol == Protocol::Udp));
            let missing = FiveTuple {
                protocol: Protocol::Udp,
                local: at.into(),
                remote: connected.local_addr().unwrap().into(),
            };
            let found = source
                .look(RowName::connected(Host::THIS, missing))
                .unwrap();
            assert_eq!(found, None, "{}", source.name());
        }
    }
}

#[test]
fn a_socket_that_is_only_bound_is_known_to_sock_diag() {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket
        .bind(&SocketAddr::from((own_address(), 0)).into())
        .unwrap();
    let at = socket.local_addr().unwrap().as_socket().unwrap();
    let [mut diag, _] = sources();
    let rows = rows_when(diag.as_mut(), at, |rows| rows.len() == 1);
    assert_eq!(
        (rows[0].state, rows[0].inode),
        (TcpState::Closed, inode(&socket))
    );
    assert_eq!(
        diag.look(rows[0].name()).unwrap().map(|row| row.inode),
        Some(inode(&socket))
    );
}

#[test]
fn listeners_that_share_an_address_are_told_apart_by_inode() {
    let address = own_address();
    let listen = |port| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_reuse_port(true).unwrap();
        socket
            .bind(&SocketAddr::from((address, port)).into())
            .unwrap();
        socket.listen(8).unwrap();
        socket
    };
    let first = listen(0);
    let at = first.local_addr().unwrap().as_socket().unwrap();
    let second = listen(at.port());
    shows(at, vec![TcpState::Listen, TcpState::Listen]);
    for source in &mut sources() {
        for socket in [&first, &second] {
            let name = RowName {
                host: Host::THIS,
                tuple: FiveTuple::tcp(at.into(), Endpoint::nobody()),
                inode: inode(socket),
            };
            let row = source.look(name).unwrap().expect("it listens");
            assert_eq!(row.inode, inode(socket));
            let nobody = RowName { inode: 1, ..name };
            assert_eq!(source.look(nobody).unwrap(), None);
        }
    }
}

#[test]
fn a_missing_connection_is_not_answered_with_the_listener() {
    let listener = TcpListener::bind((own_address(), 0)).unwrap();
    let at = listener.local_addr().unwrap();
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
    for source in &mut sources() {
        for missing in [tuple(at, nobody), tuple(nobody, at)] {
            let found = source
                .look(RowName::connected(Host::THIS, missing))
                .unwrap();
            assert_eq!(found, None, "{}", source.name());
        }
    }
}

#[test]
fn a_filter_keeps_exactly_what_it_wants() {
    let address = own_address();
    let listeners: Vec<TcpListener> = (0..70)
        .map(|_| TcpListener::bind((address, 0)).unwrap())
        .collect();
    let ports: Vec<Port> = listeners
        .iter()
        .map(|at| Port(at.local_addr().unwrap().port()))
        .collect();
    let clients: Vec<TcpStream> = listeners
        .iter()
        .map(|at| TcpStream::connect(at.local_addr().unwrap()).unwrap())
        .collect();
    for source in &mut sources() {
        for many in [0, 1, 2, 60, 70] {
            let wanted = Filter::ports(ports.iter().take(many).copied());
            let rows = source.snapshot(&wanted).unwrap().snapshot.rows;
            assert!(rows.iter().all(|row| wanted.wants(row)));
            let listening = Filter {
                state: Some(TcpState::Listen),
                ..wanted
            };
            let rows = source.snapshot(&listening).unwrap().snapshot.rows;
            let ours = rows.iter().filter(|row| is_at(row, address)).count();
            assert_eq!(ours, many, "{}", source.name());
        }
    }
    drop(clients);
}

#[test]
fn our_own_socket_has_an_owner() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let found = owners(&HashSet::from([inode(&socket), 0])).found;
    let [(found, owner)] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(*found, inode(&socket));
    assert_eq!(owner.pid, std::process::id());
    assert_eq!(owner.fd, u32::try_from(socket.as_raw_fd()).unwrap());
}

#[test]
fn a_hostile_name_is_escaped() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let inode = inode(&socket);
    // A program is named after the file it was started by.
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("a)b (\n\x1b[31m");
    std::os::unix::fs::symlink("/bin/sleep", &program).unwrap();
    let stdin: std::os::fd::OwnedFd = socket.into();
    let mut child = std::process::Command::new(&program)
        .arg("60")
        .stdin(stdin)
        .spawn()
        .unwrap();
    let found = owners(&HashSet::from([inode])).found;
    child.kill().unwrap();
    child.wait().unwrap();
    let [(_, owner)] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (owner.program.as_str(), owner.fd, owner.pid),
        (r"a)b (\n\x1b[31m", 0, child.id())
    );
}

#[test]
fn the_machine_is_known() {
    let machine = machine();
    assert!(
        addresses().contains(&Ipv4Addr::LOCALHOST.into()),
        "{machine:?}"
    );
    assert!(machine.descriptors > 0 && machine.somaxconn > 0 && machine.ephemeral.len() > 1);
}
