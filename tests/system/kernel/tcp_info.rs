//! What the kernel knows of a connection beyond its row.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use fivetuple::kernel::{Procfs, SockDiag, SocketSource};
use fivetuple::tcp::{Endpoint, FiveTuple, Host, SocketId};

use crate::kernel::tuple;
use crate::place::own_address;

#[test]
fn both_ends_of_a_loopback_connection_tell_what_went_through_them() {
    let listener = TcpListener::bind((own_address(), 0)).unwrap();
    let at = listener.local_addr().unwrap();
    let mut client = TcpStream::connect(at).unwrap();
    let (mut server, from) = listener.accept().unwrap();
    client.write_all(&[7; 1000]).unwrap();
    server.read_exact(&mut [0; 1000]).unwrap();
    server.write_all(&[7; 13]).unwrap();
    client.read_exact(&mut [0; 13]).unwrap();

    let mut source = SockDiag::open(Host::THIS).expect("sock_diag");
    let mut inside = |tuple| source.inspect(SocketId::connected(Host::THIS, tuple)).unwrap();
    let client_end = inside(tuple(from, at)).expect("it is connected");
    let server_end = inside(tuple(at, from)).expect("it is connected");
    assert_eq!(client_end.bytes_out, Some(1000));
    assert_eq!(server_end.bytes_in, Some(1000));
    assert_eq!((server_end.bytes_out, client_end.bytes_in), (Some(13), Some(13)));
    assert!(
        client_end.round_trip > Duration::ZERO && client_end.round_trip < Duration::from_secs(5)
    );
    assert!(client_end.segments_out >= Some(2) && client_end.congestion_window > 0);
    assert_eq!(client_end.retransmissions, 0);

    // A FIN has a number of its own, which the kernel counts among the bytes that came (tcp_rcv_nxt_update, net/ipv4/tcp_input.c).
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(server.read(&mut [0; 1]).unwrap(), 0);
    let server_end = inside(tuple(at, from)).expect("CLOSE_WAIT");
    assert_eq!(server_end.bytes_in, Some(1000), "what a program can read");

    let nobody = FiveTuple::tcp(from.into(), Endpoint::new([127, 0, 0, 1], 9));
    assert_eq!(inside(nobody), None);
    let listening = FiveTuple::tcp(at.into(), Endpoint::unspecified());
    assert_eq!(inside(listening), None, "nothing goes through who only listens");
    let mut plain = Procfs::new(Host::THIS);
    let name = SocketId::connected(Host::THIS, tuple(from, at));
    assert_eq!(plain.inspect(name).unwrap(), None, "/proc does not tell");
}
