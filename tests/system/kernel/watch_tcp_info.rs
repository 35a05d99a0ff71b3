//! The poller asks for what is beyond a row as long as somebody looks inside, on a real connection.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use fivetuple::kernel::watch::{Poller, WatchEvent};
use fivetuple::run::Clock;
use fivetuple::tcp::{Filter, FiveTuple, Host, Port, SocketId, TcpInfo};

use crate::place::own_address;

const LONG: Duration = Duration::from_secs(60);

/// The next report on what is inside that `is_it` likes.
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
    let listener = TcpListener::bind((own_address(), 0)).unwrap();
    let at = listener.local_addr().unwrap();
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
