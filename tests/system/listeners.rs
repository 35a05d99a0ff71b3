//! Several listeners with real sockets, beside the kernel's own rows.

use std::net::TcpListener;

use fivetuple::tcp::{SocketRow, TcpState};

use crate::real_robot::Real;
use crate::support::skipped;

/// Adds a listener: `keys` lead to a field of its form, in which `text` is typed.
fn add(real: &mut Real, keys: &str, text: &str, says: &str) {
    real.robot.press(keys);
    real.robot.type_text(text);
    real.press_until("Enter", says);
}

/// Recv-Q and how many connections accept() returned, of each listener.
fn queues(real: &Real) -> Vec<(u32, u64)> {
    let state = &real.robot.state;
    let rows = |name| state.sockets.get(name).map_or(0, |line| line.row.queues.recv);
    let of = state.servers.all.iter().map(|server| {
        let waiting = server.sockets.iter().map(|socket| rows(socket.name)).sum();
        (waiting, server.totals.accepted)
    });
    of.collect()
}

fn count(rows: &[SocketRow], state: TcpState) -> usize {
    rows.iter().filter(|row| row.state == state).count()
}

#[test]
fn each_listener_has_connections_of_its_own() {
    Real::alone(|mut real| {
        real.connect();
        add(&mut real, "Y", "5001", "Listening on 127.0.0.1:5001");
        real.press_until("c", "laptop connected to 127.0.0.1:5001 from port");
        real.until("accepted", |robot| robot.state.server().totals.accepted == 1);
        assert_eq!(queues(&real), [(0, 1), (0, 1)]);

        // accept() is held on one of them only.
        real.press_until("a", "accept() is held on 127.0.0.1:5001");
        real.press_until("2c", "laptop opened 2");
        real.press_until("J", "Selected the listener on 127.0.0.1:5000");
        real.press_until("c", "laptop connected to 127.0.0.1:5000 from port");
        real.until("accepted", |robot| robot.state.server().totals.accepted == 2);
        real.until("queued", |robot| {
            let rows = robot.state.sockets.in_order();
            rows.filter(|line| line.row.state == TcpState::Listen)
                .any(|line| line.row.queues.recv == 2)
        });
        assert_eq!(queues(&real), [(0, 2), (2, 1)]);

        // The kernel refuses a second one on the taken port, and the first goes on.
        real.press("Y");
        real.press_until("Enter", "bind() failed: Address already in use");
        assert_eq!(real.robot.state.servers.all.len(), 2);
        assert!(real.robot.state.blamed().iter().any(|row| !row.tuple.is_connected()));

        // One stops, and the other goes on.
        real.press_until("l", "stopped listening on 127.0.0.1:5000");
        real.press_until("J", "Selected the listener on 127.0.0.1:5001");
        real.press_until("a", "accept() runs again on 127.0.0.1:5001");
        real.until("accepted", |robot| robot.state.server().totals.accepted == 3);
        let rows = real.rows();
        assert_eq!(count(&rows, TcpState::Listen), 1, "{rows:#?}");
        assert_eq!(count(&rows, TcpState::Established), 10, "{rows:#?}");

        real.press_until("r r", "Reset:");
        real.until("no row", |robot| robot.state.sockets.is_empty());
        assert_eq!(real.rows(), []);
        assert_eq!(real.robot.state.servers.all.len(), 1);
        real.press_until("l", "Listening on 127.0.0.1:5000");
    });
}

#[test]
fn so_reuseport_spreads_connections_over_sockets_and_listeners() {
    Real::alone(|mut real| {
        let spec = &mut real.robot.state.servers.selected_mut().spec;
        (spec.reuse_port, spec.listeners) = (true, 4);
        real.press_until("l", "4 sockets share the address");
        real.press_until("40c", "laptop opened 40");
        real.until("accepted", |robot| robot.state.server().totals.accepted == 40);
        let spread = |real: &Real| {
            let servers = real.robot.state.servers.all.iter();
            servers.flat_map(|server| server.accepted_on.clone()).collect::<Vec<u64>>()
        };
        assert_eq!(spread(&real).len(), 4);
        assert_eq!(spread(&real).iter().sum::<u64>(), 40);
        real.press_until("Y Enter", "4 sockets share the address");
        real.until("a second one", |robot| robot.state.servers.all.len() == 2);
        real.press_until("40c", "laptop opened 40");
        let accepted = |robot: &crate::robot::Robot| {
            let servers = robot.state.servers.all.iter();
            servers.map(|server| server.totals.accepted).collect::<Vec<u64>>()
        };
        real.until("accepted", |robot| accepted(robot).iter().sum::<u64>() == 80);
        assert_eq!(spread(&real).len(), 8);
        assert!(accepted(&real.robot).iter().all(|number| *number > 0), "{:?}", spread(&real));
    });
}

#[test]
fn ipv6_listens_beside_ipv4_on_the_same_port() {
    Real::alone(|mut real| {
        if TcpListener::bind("[::1]:0").is_err() {
            return skipped("no IPv6 here");
        }
        real.press_until("l", "Listening on 127.0.0.1:5000");
        add(&mut real, "Y shift-Tab", "::1", "Listening on [::1]:5000");
        real.press_until("c", "connected to [::1]:5000 from port");
        real.press_until("J", "Selected the listener on 127.0.0.1:5000");
        real.press_until("c", "laptop connected to 127.0.0.1:5000 from port");
        real.until("accepted", |robot| robot.state.server().totals.accepted == 1);
        assert_eq!(queues(&real), [(0, 1), (0, 1)]);
    });
}
