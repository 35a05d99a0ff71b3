//! What sockets look like in the table.

use std::io::Write;
use std::net::{Ipv6Addr, Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use fivetuple::tcp::{Protocol, TcpState};
use socket2::{Domain, Socket, Type};

use crate::kernel::{end, inode, rows_when, shows, sources};
use crate::place::{listener, own_address};
use crate::support::skipped;

#[test]
fn a_listener_of_mptcp_is_a_row_like_any_other() {
    let mptcp = socket2::Protocol::from(libc::IPPROTO_MPTCP);
    let Ok(socket) = Socket::new(Domain::IPV4, Type::STREAM, Some(mptcp)) else {
        return skipped("no MPTCP here");
    };
    socket.bind(&SocketAddr::from((own_address(), 0)).into()).unwrap();
    socket.listen(1).unwrap();
    let at = socket.local_addr().unwrap().as_socket().unwrap();
    shows(at, vec![TcpState::Listen]);
}

#[test]
fn a_connection_is_two_rows_and_a_listener_is_one() {
    for ip in [own_address(), Ipv6Addr::LOCALHOST.into()] {
        let (listener, at) = listener(ip);
        shows(at, vec![TcpState::Listen]);
        let client = TcpStream::connect(at).unwrap();
        let listed = vec![TcpState::Listen, TcpState::Established, TcpState::Established];
        shows(at, listed.clone());
        let inodes = || {
            let name = end(at, client.local_addr().unwrap());
            sources().map(|mut source| source.lookup(name).unwrap().unwrap().inode)
        };
        assert_eq!(inodes(), [0, 0], "nobody has accepted it");
        let (server, _) = listener.accept().unwrap();
        shows(at, listed);
        assert_eq!(inodes(), [inode(&server); 2]);
    }
}

#[test]
fn closing_walks_through_the_states() {
    let (listener, at) = listener(own_address());
    let client = TcpStream::connect(at).unwrap();
    let (server, _) = listener.accept().unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    shows(at, vec![TcpState::Listen, TcpState::CloseWait, TcpState::FinWait2]);
    drop(server);
    shows(at, vec![TcpState::Listen, TcpState::TimeWait]);
    for source in &mut sources() {
        let row = source.lookup(end(client.local_addr().unwrap(), at)).unwrap().unwrap();
        let left = row.timer.expect("TIME_WAIT has a timer").left;
        assert!(left > Duration::from_secs(30) && left <= Duration::from_secs(61), "{left:?}");
    }
}

#[test]
fn queues_are_told() {
    let (_listener, at) = listener(own_address());
    let mut client = TcpStream::connect(at).unwrap();
    client.write_all(b"Test payload.").unwrap();
    for source in &mut sources() {
        let rows =
            rows_when(source.as_mut(), at, |rows| rows.iter().any(|row| row.queues.recv == 13));
        let listen = rows.iter().find(|row| row.state == TcpState::Listen).unwrap();
        assert_eq!(listen.queues.recv, 1, "one waits for accept()");
        let backlog = if source.is_exact() { 128 } else { 0 };
        assert_eq!(listen.queues.send, backlog);
    }
}

#[test]
fn a_dual_stack_listener_shows_mapped_addresses() {
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
    socket.set_only_v6(false).unwrap();
    socket.bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)).into()).unwrap();
    socket.listen(8).unwrap();
    let port = socket.local_addr().unwrap().as_socket().unwrap().port();
    let at = SocketAddr::from((own_address(), port));
    let client = TcpStream::connect(at).unwrap();
    shows(at, vec![TcpState::Listen, TcpState::Established, TcpState::Established]);
    for source in &mut sources() {
        let asked = end(client.peer_addr().unwrap(), client.local_addr().unwrap());
        let row = source.lookup(asked).unwrap().unwrap();
        assert!(row.tuple.local.ip.is_ipv6(), "{row}");
        assert_eq!(row.tuple.canonical(), asked.tuple);
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
            let mut missing = end(at, connected.local_addr().unwrap());
            missing.tuple.protocol = Protocol::Udp;
            assert_eq!(source.lookup(missing).unwrap(), None, "{}", source.name());
        }
    }
}

#[test]
fn a_socket_that_is_only_bound_is_known_to_sock_diag() {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((own_address(), 0)).into()).unwrap();
    let at = socket.local_addr().unwrap().as_socket().unwrap();
    let [mut diag, _] = sources();
    let rows = rows_when(diag.as_mut(), at, |rows| rows.len() == 1);
    assert_eq!((rows[0].state, rows[0].inode), (TcpState::Closed, inode(&socket)));
    assert_eq!(diag.lookup(rows[0].name()).unwrap().map(|row| row.inode), Some(inode(&socket)));
}
