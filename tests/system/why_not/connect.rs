use fivetuple::tcp::{Purpose, SourcePort, TcpState};

use crate::real_robot::Real;
use crate::support::{netns, skipped};
use crate::why_not::{culprits, end, has, open};

#[test]
fn a_toy_range_that_is_used_up() {
    Real::alone(|mut real| {
        real.robot.state.clients.spec.source_port =
            SourcePort::Range("45100-45103".parse().unwrap());
        real.press_until("l", "Listening on");
        real.press_until("4c", "opened 4");
        real.until("rows", |robot| robot.state.sockets.count(TcpState::Established) == 8);
        real.press_until("c", "All 4 ports");
        let before = real.rows();
        open(&mut real);
        assert_eq!(culprits(&real).len(), 4);
        has(&real, "+ another destination; ? another computer; ? closing one");
        assert_eq!(real.rows(), before, "what is tried leaves nothing behind");
        real.press_until("Esc d", "");
        real.until("one less", |robot| robot.state.ends.of_clients().count() == 3);
        real.press("y");
        real.press("y");
        real.until("connected or refused", |robot| {
            robot.state.ends.of_clients().count() == 4
                || robot.said().contains("Press y for details")
        });
    });
}

#[test]
fn where_the_kernels_own_range_is_used_up_the_trial_is_fair_all_the_same() {
    netns::alone(|| {
        let range = "/proc/sys/net/ipv4/ip_local_port_range";
        if std::fs::write(range, "45100 45103").is_err() {
            return skipped("the port range cannot be set here");
        }
        let mut real = Real::start();
        // What the trial calls is at this address, too: no port is left to be picked for it.
        real.robot.state.clients.spec.from = Some([127, 0, 0, 1].into());
        real.press_until("l", "Listening on");
        real.press_until("4c", "opened 4");
        real.until("rows", |robot| robot.state.sockets.count(TcpState::Established) == 8);
        real.press_until("c", "All 4 ports");
        open(&mut real);
        has(&real, "+ another destination, with the same ports");
    });
}

#[test]
fn the_servers_port_taken_by_the_first_call() {
    Real::alone(|mut real| {
        real.robot.state.clients.spec.source_port = SourcePort::SameAsServer;
        real.press_until("l", "Listening on");
        real.press_until("c", "the same number as the server's");
        real.until("rows", |robot| robot.state.sockets.count(TcpState::Established) == 2);
        real.press_until("c", "Press y for details");
        open(&mut real);
        let (state, at) = culprits(&real)[0];
        assert_eq!((state, at), (TcpState::Established, end("127.0.0.2:5000")));
        has(
            &real,
            "- retry; - SO_REUSEADDR; + a port chosen by the kernel; + another computer, 127.0.0.3",
        );
        let entries = &real.robot.state.calls.entries;
        let tried = entries.iter().filter(|entry| entry.record.purpose == Purpose::Probe);
        assert_eq!(tried.count(), 4, "what was tried stands among the calls");
    });
}

#[test]
fn nobody_listens() {
    Real::alone(|mut real| {
        let elsewhere = std::net::TcpListener::bind("127.0.0.9:5000").unwrap();
        real.until("a row", |robot| robot.state.sockets.len() == 1);
        real.press_until("c", "ECONNREFUSED");
        open(&mut real);
        assert_eq!(culprits(&real), [(TcpState::Listen, end("127.0.0.9:5000"))]);
        has(&real, "+ listening on 127.0.0.1:5000; ? connecting to 127.0.0.9:5000 instead");
        drop(elsewhere);
    });
}
