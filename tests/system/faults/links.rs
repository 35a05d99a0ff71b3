//! Addresses of one link (fe80::/10), which mean nothing without the interface that leads there.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::io::{BufRead, BufReader};
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6, TcpListener, TcpStream};
use std::process::Stdio;

use fivetuple::kernel::addresses;
use fivetuple::tcp::Endpoint;

use crate::ran::fivetuple as run;
use crate::support::netns::done;
use crate::support::sandbox::{Refused, within};
use crate::support::{netns, program, skipped};
use crate::terminal::scenario::play;

/// The ends of a cable: both in the network of the test, each with an address of the link.
const ENDS: [(&str, &str); 2] = [("left", "fe80::a"), ("right", "fe80::b")];

/// Whether there is such a cable now, or a word on why there is none.
fn plugged() -> bool {
    let is_there = done("ip", "link add name left type veth peer name right")
        && ENDS.iter().all(|(name, address)| {
            done("ip", &format!("link set {name} up"))
                && done("ip", &format!("address add {address}/64 dev {name} nodad"))
        });
    if !is_there {
        skipped("no veth here, or no IPv6");
    }
    is_there
}

#[expect(unsafe_code, reason = "std does not tell the number of an interface")]
fn at(end: usize, port: u16) -> SocketAddr {
    let (name, address) = ENDS[end];
    let name = CString::new(name).unwrap();
    // SAFETY: the name ends with a zero, and lives longer than the call.
    let scope = unsafe { libc::if_nametoindex(name.as_ptr()) };
    assert_ne!(scope, 0);
    let ip: Ipv6Addr = address.parse().unwrap();
    SocketAddrV6::new(ip, port, 0, scope).into()
}

const OPEN: &str = "ESTABLISHED";

/// How often the table shows each row: protocol, both ends, state.
fn table(port: u16) -> BTreeMap<[String; 4], usize> {
    let mut rows = BTreeMap::new();
    for line in run(&["table", "--json", "--port", &port.to_string()]).out.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let word = |name: &str| row[name].as_str().unwrap().to_owned();
        let words = ["proto", "local", "foreign", "state"].map(word);
        *rows.entry(words).or_default() += 1;
    }
    rows
}

fn row(ends: [SocketAddr; 2], state: &str) -> [String; 4] {
    let [local, foreign] = ends.map(|end| Endpoint::from(end).to_string());
    ["tcp6".to_owned(), local, foreign, state.to_owned()]
}

#[test]
fn each_socket_at_an_address_of_the_link_is_shown_once_and_as_ipv6() {
    netns::alone_if(plugged, || {
        let listener = TcpListener::bind(at(0, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let client = TcpStream::connect(at(0, port)).unwrap();
        let (server, _) = listener.accept().unwrap();
        let ends = [client.local_addr().unwrap(), server.local_addr().unwrap()];
        let nobody = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
        let wanted = BTreeMap::from([
            (row([ends[1], nobody], "LISTEN"), 1),
            (row(ends, "ESTABLISHED"), 1),
            (row([ends[1], ends[0]], "ESTABLISHED"), 1),
        ]);
        assert_eq!(table(port), wanted);
        let no_netlink = Refused::family(libc::AF_NETLINK, libc::EPERM);
        match within(no_netlink, || table(port)) {
            Some(rows) => assert_eq!(rows, wanted, "as /proc tells it"),
            None => skipped("no sandboxes here (seccomp)"),
        }
    });
}

#[test]
fn ipv4_at_a_listener_for_both_is_shown_once_and_as_the_kernel_does() {
    netns::alone(|| {
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let (server, _) = listener.accept().unwrap();
        let nobody = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
        let mut clients = row([client.local_addr().unwrap(), client.peer_addr().unwrap()], OPEN);
        clients[0] = "tcp".to_owned();
        let servers = row([server.local_addr().unwrap(), server.peer_addr().unwrap()], OPEN);
        assert_eq!(servers[1], format!("[::ffff:127.0.0.1]:{port}"));
        let wanted = [row([listener.local_addr().unwrap(), nobody], "LISTEN"), clients, servers];
        assert_eq!(table(port), wanted.map(|row| (row, 1)).into());
    });
}

#[test]
fn a_listener_for_both_is_one_whatever_the_default_of_the_kernel_is() {
    let possible = || {
        let set = std::fs::write("/proc/sys/net/ipv6/bindv6only", "1");
        set.map_err(|why| skipped(&format!("bindv6only cannot be set here: {why}"))).is_ok()
    };
    netns::alone_if(possible, || {
        let mut server = program(["listen", "--bind", "::", "--port", "5000"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        lines.next().expect("it listens").unwrap();
        for to in ["127.0.0.1:5000", "[::1]:5000"] {
            run(&["connect", to, "--wait", "0s"]).ends(0, &["1 of 1 connected"]);
        }
        server.kill().unwrap();
        server.wait().unwrap();
    });
}

#[test]
fn a_client_calls_an_address_of_the_link_by_its_interface() {
    netns::alone_if(plugged, || {
        let listener = TcpListener::bind(at(0, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let to = format!("[fe80::a%left]:{port}");
        let [answered, all] =
            [format!("-> [fe80::a]:{port}: connected"), format!("1 of 1 connected to {to}")];
        run(&["connect", &to, "--wait", "0s"]).ends(0, &[&answered, &all]);
        for (wrong, why) in [
            (format!("[fe80::a%nowhere]:{port}"), "this machine has no interface of that name"),
            (
                format!("[fe80::a]:{port}"),
                "A link-local address needs its interface, for example [fe80::1%eth0]:5000.",
            ),
        ] {
            run(&["connect", &wrong]).ends(1, &[why]);
        }
    });
}

#[test]
fn the_dashboard_shows_both_ends_of_a_connection_over_the_link_once() {
    netns::alone_if(plugged, || play(include_str!("../terminal/scenarios/link.txt")));
}

#[test]
fn an_address_of_the_link_is_not_bound_by_itself_and_that_is_said() {
    netns::alone_if(plugged, || {
        for (args, helps) in [
            (&["listen", "--bind", "fe80::a"][..], "try --bind ::"),
            (&["connect", "[fe80::b%left]:9", "--from", "fe80::a"], "try without --from"),
        ] {
            run(args).ends(1, &["bind() failed: ", "EINVAL", helps]);
        }
    });
}

#[test]
fn an_address_of_the_link_is_named_with_its_interface() {
    netns::alone_if(plugged, || {
        let own: Vec<String> = addresses().iter().map(ToString::to_string).collect();
        for (name, address) in ENDS {
            let whole = format!("{address}%{name}");
            assert!(own.contains(&whole) && !own.contains(&address.to_owned()), "{own:?}");
        }
        assert!(own.contains(&"127.0.0.1".to_owned()), "{own:?}");
    });
}
