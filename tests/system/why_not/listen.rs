use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use fivetuple::app::{Event, Overlay};
use fivetuple::tcp::TcpState;

use crate::real_robot::Real;
use crate::support::{netns, program};
use crate::why_not::{culprits, end, has, open};

const REFUSED: &str = "Press y for details";

/// Asks for a listener although one is there: by another address of the form.
fn listen_again(real: &mut Real) {
    let spec = real.robot.state.server().spec.clone();
    real.order(fivetuple::tcp::Command::Listen(spec));
    real.until("refused", |robot| robot.said().contains(REFUSED));
}

#[test]
fn a_listener_of_ours() {
    Real::alone(|mut real| {
        real.press_until("l", "Listening on");
        real.until("a row", |robot| robot.state.sockets.len() == 1);
        listen_again(&mut real);
        open(&mut real);
        assert_eq!(culprits(&real)[0], (TcpState::Listen, end("127.0.0.1:5000")));
        has(
            &real,
            "- retry; - SO_REUSEADDR; - SO_REUSEPORT; + another port, 5001; + another address, 127.0.0.2; ? stopping the listener here",
        );
        real.press_until("Esc l", "stopped listening");
        real.press("y");
        real.press_until("y", "Listening on 127.0.0.1:5000");
        assert!(real.robot.state.ui.overlay.is_none());
    });
}

#[test]
fn a_listener_of_another_program() {
    Real::alone(|mut real| {
        let mut other =
            program(["listen", "--port", "5000"]).stdout(Stdio::null()).spawn().unwrap();
        real.until("a row", |robot| robot.state.sockets.len() == 1);
        let inode = real.rows()[0].inode;
        let found = fivetuple::kernel::owners(&[inode].into()).found;
        assert_eq!(found[0].1.pid, other.id());
        real.robot.tell(Event::OwnersFound(found));
        real.press_until("l", REFUSED);
        let pid = format!("(pid {})", other.id());
        real.robot.says(&pid);
        open(&mut real);
        assert_eq!(culprits(&real), [(TcpState::Listen, end("127.0.0.1:5000"))]);
        has(&real, "- SO_REUSEADDR; + another port; ? stopping that program");
        other.kill().unwrap();
        other.wait().unwrap();
        real.press("y");
        real.until("listens", |robot| robot.state.server().is_listening());
    });
}

#[test]
fn reuse_port_helps_only_if_the_first_has_it_too() {
    netns::alone(|| {
        for both in [false, true] {
            let mut real = Real::start();
            let first =
                socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
            first.set_reuse_port(both).unwrap();
            let at: std::net::SocketAddr = "127.0.0.1:5000".parse().unwrap();
            first.bind(&at.into()).unwrap();
            first.listen(1).unwrap();
            real.until("a row", |robot| robot.state.sockets.len() == 1);
            real.press_until("l", REFUSED);
            open(&mut real);
            has(&real, if both { "+ SO_REUSEPORT" } else { "- SO_REUSEPORT" });
            has(&real, "- SO_REUSEADDR");
        }
    });
}

#[test]
fn a_socket_that_is_bound_and_does_not_listen() {
    Real::alone(|mut real| {
        let other = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
        let other = other.unwrap();
        other.set_reuse_address(true).unwrap();
        let at: std::net::SocketAddr = "127.0.0.1:5000".parse().unwrap();
        other.bind(&at.into()).unwrap();
        if real.rows().is_empty() {
            return crate::support::skipped(
                "this kernel does not show sockets that are only bound",
            );
        }
        real.until("a row", |robot| robot.state.sockets.len() == 1);
        real.press_until("l", "has bound a socket to 127.0.0.1:5000, and does not listen on it");
        open(&mut real);
        assert_eq!(culprits(&real), [(TcpState::Closed, end("127.0.0.1:5000"))]);
        has(
            &real,
            "- retry; + SO_REUSEADDR; - SO_REUSEPORT; + another port; ? stopping that program",
        );
        // Two sockets are bound to it now, and one of them listens.
        real.robot.state.servers.selected_mut().spec.reuse_addr = true;
        real.press_until("Esc l", "Listening on 127.0.0.1:5000");
        assert!(other.listen(1).is_err());
    });
}

#[test]
fn time_wait_at_the_server_s_side_counts_down_and_is_waited_for() {
    Real::alone(|mut real| {
        real.connect();
        real.press("D");
        real.until("TIME_WAIT", |robot| robot.state.sockets.count(TcpState::TimeWait) == 1);
        real.press_until("l", "stopped listening");
        real.press_until("l", REFUSED);
        open(&mut real);
        let (state, at) = culprits(&real)[0];
        assert_eq!((state, at), (TcpState::TimeWait, end("127.0.0.1:5000")));
        has(
            &real,
            "- retry; - SO_REUSEADDR; + another port; + another address; ? waiting until TIME_WAIT",
        );
        let left = real.robot.state.culprit().unwrap().time_left(real.robot.state.now).unwrap();
        assert!(left > Duration::from_secs(40) && left <= Duration::from_secs(60), "{left:?}");
        real.press_until("w", "when TIME_WAIT is over");
        real.press("Esc");
        // The minute is cut short; the kernel's row goes, and nothing else is waited for.
        let killed = Command::new("ss").args(["-K", "-4", "state", "time-wait"]).output();
        if killed.is_err() || !real.rows().is_empty() {
            return crate::support::skipped("no ss -K here: the end of TIME_WAIT was not seen");
        }
        real.until("listens", |robot| robot.state.server().is_listening());
    });
}

#[test]
fn with_reuse_addr_on_both_runs_time_wait_is_no_obstacle() {
    Real::alone(|mut real| {
        real.robot.state.servers.selected_mut().spec.reuse_addr = true;
        real.connect();
        real.press("D");
        real.until("TIME_WAIT", |robot| robot.state.sockets.count(TcpState::TimeWait) == 1);
        real.press_until("l", "stopped listening");
        real.robot.state.servers.selected_mut().spec.reuse_addr = false;
        real.press_until("l", REFUSED);
        open(&mut real);
        has(&real, "- retry; + SO_REUSEADDR");
    });
}

#[test]
fn living_connections_without_a_listener() {
    Real::alone(|mut real| {
        real.connect();
        real.press_until("l", "stopped listening");
        real.until("two rows", |robot| robot.state.sockets.count(TcpState::Listen) == 0);
        real.press_until("l", REFUSED);
        open(&mut real);
        assert_eq!(culprits(&real), [(TcpState::Established, end("127.0.0.1:5000"))]);
        has(&real, "- SO_REUSEADDR; + another port; ? closing these connections");
    });
}

#[test]
fn a_port_below_1024() {
    netns::alone(|| {
        let first = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
        if !rustix::process::geteuid().is_root() {
            return crate::support::skipped("not root in the namespace: the sysctl cannot be set");
        }
        std::fs::OpenOptions::new()
            .write(true)
            .open(first)
            .and_then(|mut file| file.write_all(b"1024"))
            .unwrap();
        drop_privilege();
        let mut real = Real::start();
        real.robot.state.servers.selected_mut().spec.at = end("127.0.0.1:80");
        real.press_until("l", REFUSED);
        real.robot.says("Ports below 1024");
        open(&mut real);
        assert!(culprits(&real).is_empty());
        has(
            &real,
            "+ a higher port, 8080; - SO_REUSEADDR; - another address; ? root, or CAP_NET_BIND_SERVICE",
        );
    });
}

/// Gives up the capability to bind low ports, for this thread and every one that it starts.
fn drop_privilege() {
    rustix::thread::set_capabilities(
        None,
        rustix::thread::CapabilitySets {
            effective: rustix::thread::CapabilitySet::empty(),
            permitted: rustix::thread::CapabilitySet::empty(),
            inheritable: rustix::thread::CapabilitySet::empty(),
        },
    )
    .unwrap();
}

#[test]
fn an_address_of_another_machine() {
    Real::alone(|mut real| {
        real.robot.state.servers.selected_mut().spec.at = end("192.0.2.1:5000");
        real.press_until("l", "is not an address of this machine");
        open(&mut real);
        assert!(culprits(&real).is_empty());
        has(&real, "+ an address of this machine, 127.0.0.1; ? adding 192.0.2.1 to an interface");
        assert!(matches!(real.robot.state.ui.overlay, Some(Overlay::Why(_))));
    });
}
