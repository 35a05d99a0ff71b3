//! What the kernel knows of a connection beyond its row, and the poller that asks for it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use fivetuple::kernel::watch::{Poller, WatchEvent};
use fivetuple::kernel::{Procfs, SockDiag, SocketSource};
use fivetuple::run::Clock;
use fivetuple::tcp::{Endpoint, Filter, FiveTuple, Host, Port, SocketId, TcpInfo};

use crate::kernel::tuple;
use crate::place::{listener, own_address};

#[test]
fn both_ends_of_a_loopback_connection_tell_what_went_through_them() {
    let (listener, at) = listener(own_address());
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

const LONG: Duration = Duration::from_secs(60);

fn told(events: &Receiver<WatchEvent>, is_it: impl Fn(&[(SocketId, TcpInfo)]) -> bool) {
    loop {
        if let WatchEvent::Inspected { host: Host::THIS, found } =
            events.recv_timeout(LONG).expect("a report")
            && is_it(&found)
        {
            return;
        }
    }
}

#[test]
fn what_went_through_a_connection_is_told_while_it_is_looked_inside() {
    let (listener, at) = listener(own_address());
    let mut client = TcpStream::connect(at).unwrap();
    let (mut server, from) = listener.accept().unwrap();
    let name = |tuple| SocketId::connected(Host::THIS, tuple);
    let ends = [
        name(FiveTuple::tcp(from.into(), at.into())),
        name(FiveTuple::tcp(at.into(), from.into())),
    ];
    let (report, events) = channel();
    let clock = Clock::start();
    let poller = Poller::start(move || clock.now(), move |event| report.send(event).is_ok());
    poller.watch(Filter::ports([Port(at.port())]));
    poller.inspect(ends.to_vec());
    let mut through = |bytes: u64| {
        client.write_all(&[7; 13]).unwrap();
        server.read_exact(&mut [0; 13]).unwrap();
        told(&events, |found| {
            let [(one, sent), (other, came)] = found else {
                return false;
            };
            let counts = (sent.bytes_out, came.bytes_in);
            [*one, *other] == ends && counts == (Some(bytes), Some(bytes))
        });
    };
    through(13);
    through(26);
    poller.inspect(Vec::new());
    told(&events, <[_]>::is_empty);
}
