//! What the kernel knows of a connection beyond its row, and the poller that asks for it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use fivetuple::kernel::watch::{Poller, WatchEvent};
use fivetuple::run::Clock;
use fivetuple::tcp::{Filter, Host, Port, SocketId, TcpInfo};

use crate::kernel::{end, sources};
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

    let [mut source, mut procfs] = sources();
    let mut inside = |local, remote| source.inspect(end(local, remote)).unwrap();
    let client_end = inside(from, at).expect("it is connected");
    let server_end = inside(at, from).expect("it is connected");
    assert_eq!((client_end.bytes_sent, server_end.bytes_received), (Some(1000), Some(1000)));
    assert_eq!((server_end.bytes_sent, client_end.bytes_received), (Some(13), Some(13)));
    assert!(client_end.rtt > Duration::ZERO && client_end.rtt < Duration::from_secs(5));
    assert!(client_end.segs_out >= Some(2) && client_end.snd_cwnd > 0);
    assert_eq!(client_end.total_retrans, 0);

    // A FIN has a number of its own, which the kernel counts among the bytes that came (tcp_rcv_nxt_update, net/ipv4/tcp_input.c).
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(server.read(&mut [0; 1]).unwrap(), 0);
    let server_end = inside(at, from).expect("CLOSE_WAIT");
    assert_eq!(server_end.bytes_received, Some(1000), "what a program can read");

    assert_eq!(inside(from, SocketAddr::from(([127, 0, 0, 1], 9))), None);
    let nobody = SocketAddr::from(([0, 0, 0, 0], 0));
    assert_eq!(inside(at, nobody), None, "nothing goes through who only listens");
    assert_eq!(procfs.inspect(end(from, at)).unwrap(), None, "/proc does not tell");
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
    let ends = [end(from, at), end(at, from)];
    let (report, events) = channel();
    let clock = Clock::start();
    let report = move |event| report.send(event).is_ok();
    let poller = Poller::start(move || clock.now(), report).unwrap();
    poller.watch(Filter::ports([Port(at.port())]));
    poller.inspect(ends.to_vec());
    let mut through = |bytes: u64| {
        client.write_all(&[7; 13]).unwrap();
        server.read_exact(&mut [0; 13]).unwrap();
        told(&events, |found| {
            let [(one, sent), (other, came)] = found else { return false };
            let counts = (sent.bytes_sent, came.bytes_received);
            [*one, *other] == ends && counts == (Some(bytes), Some(bytes))
        });
    };
    through(13);
    through(26);
    poller.inspect(Vec::new());
    told(&events, <[_]>::is_empty);
}
