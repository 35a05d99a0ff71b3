//! Why a connect() failed, on the command line: what the kernel allows at that moment, and what it shows in its table.

use std::io::Read;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use crate::ran::fivetuple as run;
use crate::support::netns::{alone, done};
use crate::support::sandbox::{Refused, within};
use crate::support::skipped;

/// Sets a sysctl of this network, if that is possible here.
fn set(name: &str, value: &str) -> bool {
    std::fs::write(format!("/proc/sys/net/{name}"), value).is_ok()
}

#[test]
fn a_port_is_in_use_only_where_a_row_shows_it() {
    alone(|| {
        let listener = TcpListener::bind("127.0.0.1:5000").unwrap();
        if !set("ipv4/ip_local_port_range", "40000 40009")
            || !set("ipv4/ip_local_reserved_ports", "40000-40006")
        {
            return skipped("the ports of this network cannot be set here");
        }
        let open: Vec<TcpStream> =
            (0..3).map(|_| TcpStream::connect("127.0.0.1:5000").unwrap()).collect();
        let reserved = "In use for this destination: 3 of the 10 ports of 40000-40009. The others are reserved";
        run(&["connect", "127.0.0.1:5000"]).fails(&["EADDRNOTAVAIL", reserved]);
        assert!(
            set("ipv4/ip_local_reserved_ports", "\n")
                && set("ipv4/ip_local_port_range", "40006 40009")
        );
        // Bound to a port, which keeps it from every destination.
        let other = TcpListener::bind("127.0.0.1:40006").unwrap();
        run(&["connect", "127.0.0.1:5000"])
            .fails(&["All 4 ports of 40006-40009 are in use for this destination."]);
        drop((listener, open, other));
    });
}

#[test]
fn a_port_in_time_wait_is_picked_again_after_the_delay_of_the_kernel() {
    alone(|| {
        if !set("ipv4/tcp_tw_reuse_delay", "60000") {
            return skipped("this kernel has no net.ipv4.tcp_tw_reuse_delay, or it cannot be set");
        }
        let listener = TcpListener::bind("127.0.0.1:5000").unwrap();
        let call = ["connect", "127.0.0.1:5000", "--source-range", "45000-45000", "--wait", "0s"];
        run(&call).ends(0, &["1 of 1 connected"]);
        drop(listener.accept().unwrap());
        let waits = "The only port of 45000-45000 is in TIME_WAIT for this destination. Try again: connect() picks a port for the same destination 60 s after";
        run(&call).fails(&[waits]);
        assert!(set("ipv4/tcp_tw_reuse_delay", "1"));
        run(&call).ends(0, &["1 of 1 connected"]);
    });
}

#[test]
fn without_an_address_to_connect_from_no_port_is_blamed() {
    alone(|| {
        let no_ipv6: fn() -> bool = || set("ipv6/conf/all/disable_ipv6", "1");
        let lo_down: fn() -> bool = || done("ip", "link set lo down");
        let source = "This machine has no IPv6 address to connect from. Try an IPv4 address.";
        let lo = "lo is down: without it this machine does not reach its own addresses";
        for (name, switch_off, words) in [("IPv6", no_ipv6, source), ("lo", lo_down, lo)] {
            if !switch_off() {
                skipped(&format!("{name} cannot be switched off here"));
                continue;
            }
            for options in [
                &[][..],
                &["--source-port", "6000"],
                &["--source-range", "45000-45001"],
                &["--udp"],
            ] {
                let call = [&["connect", "[::1]:5000"], options].concat();
                run(&call).fails(&["EADDRNOTAVAIL", words]);
            }
        }
    });
}

#[test]
fn a_connection_that_was_there_is_said_to_have_broken() {
    alone(|| {
        let listener = TcpListener::bind("127.0.0.1:5000").unwrap();
        let client = std::thread::spawn(|| run(&["connect", "127.0.0.1:5000", "--payload", "x"]));
        let (mut server, _) = listener.accept().unwrap();
        server.read_exact(&mut [0]).unwrap();
        socket2::SockRef::from(&server).set_linger(Some(Duration::ZERO)).unwrap();
        drop(server);
        let broke = "fivetuple: a connection to 127.0.0.1:5000 broke: Connection reset by peer (ECONNRESET)\n";
        let said = client
            .join()
            .unwrap()
            .fails(&["1 of 1 connected to 127.0.0.1:5000, 1 byte sent, 0 bytes received"]);
        assert_eq!(said.err, broke);
    });
}

#[test]
fn a_write_that_fails_is_a_failure() {
    alone(|| {
        let _server = TcpListener::bind("127.0.0.1:5000").unwrap();
        // Data is sent with this flag.
        let value = u32::try_from(libc::MSG_NOSIGNAL).unwrap();
        let no_room = Refused { call: libc::SYS_sendto, argument: 3, value, errno: libc::ENOBUFS };
        let call = ["connect", "127.0.0.1:5000", "--payload", "x", "--wait", "0s"];
        let Some(said) = within(no_room, || run(&call)) else {
            return skipped("no sandboxes here (seccomp)");
        };
        said.fails(&["0 bytes sent", "broke: No buffer space available (ENOBUFS)"]);
    });
}

#[test]
fn a_datagram_that_is_too_long_is_not_sent_and_that_is_a_failure() {
    alone(|| {
        let _server = UdpSocket::bind("127.0.0.1:5000").unwrap();
        let send = |bytes: usize| {
            let payload = "x".repeat(bytes);
            run(&["connect", "--udp", "127.0.0.1:5000", "--payload", &payload, "--wait", "0s"])
        };
        send(65_507).ends(0, &["65507 bytes sent"]);
        let limit = "write() failed: Message too long (EMSGSIZE). A datagram holds at most 65,507 bytes over IPv4";
        send(65_508).fails(&["0 bytes sent", limit]);
    });
}
