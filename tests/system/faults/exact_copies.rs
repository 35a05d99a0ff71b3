//! Exact copies of a connection: the kernel refuses them, and what exists already stays known and can be closed.

use fivetuple::app::Holder;
use fivetuple::tcp::{Port, Protocol, SourcePort, TcpState};

use crate::real_robot::Real;
use crate::robot::Robot;
use crate::support::netns;

/// From now on the clients call from that port.
fn from_port(real: &mut Real, port: u16) {
    let spec = &mut real.robot.state.clients.spec;
    (spec.source_port, spec.reuse_addr) = (SourcePort::Fixed(Port(port)), true);
}

#[test]
fn a_copy_that_is_refused_leaves_the_first_connection_to_be_closed() {
    const REFUSED: &str = "A connection with the same 5-tuple exists";
    netns::alone(|| {
        let mut real = Real::start();
        real.press_until("l", "Listening on");
        // One after the other, and several at once.
        for (closed, (port, keys, said)) in
            (1..).zip([(7601, "c", "laptop connected"), (7602, "3c", REFUSED)])
        {
            from_port(&mut real, port);
            real.press_until(keys, said);
            real.until("rows", |robot| robot.state.sockets.count(TcpState::Established) == 2);
            real.press_until("c", REFUSED);
            let blamed = real.robot.state.blamed().to_vec();
            let ports = blamed.iter().map(|name| name.tuple.local.port);
            assert_eq!(ports.collect::<Vec<Port>>(), [Port(port)]);
            // The one connection is still the laptop's, and d closes it.
            assert_eq!(real.robot.state.ends.of_clients().count(), 1);
            real.press("d");
            real.until("TIME_WAIT", |robot| {
                robot.state.sockets.count(TcpState::TimeWait) == closed
            });
        }
    });
}

#[test]
fn each_exact_copy_of_a_udp_socket_can_be_closed() {
    netns::alone(|| {
        let taker = std::net::UdpSocket::bind("127.0.0.1:5000").unwrap();
        let mut real = Real::start();
        from_port(&mut real, 7601);
        real.robot.state.clients.spec.protocol = Protocol::Udp;
        let has_two = |robot: &Robot| {
            let all = robot.state.notices.newest_first();
            let made = all.filter(|notice| notice.text().contains("laptop has a UDP socket"));
            made.count() == 2
        };
        real.press("c");
        real.press("c");
        real.until("two sockets", has_two);
        let copies = |real: &mut Real| {
            let rows = real.rows();
            let ours = rows.iter().filter(|row| row.tuple.local.port == Port(7601));
            ours.map(|row| row.inode).collect::<Vec<u64>>()
        };
        assert_eq!(copies(&mut real).len(), 2, "the kernel allows copies of UDP");
        for left in [1, 0] {
            real.press("d");
            real.until("one less", |robot| {
                let newest = robot.state.ends.of(Holder::Client(0)).next();
                newest.map_or(0, |end| 1 + end.older.len()) == left
            });
            assert_eq!(copies(&mut real).len(), left);
        }
        drop(taker);
    });
}
