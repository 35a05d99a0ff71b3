//! A kernel without sock_diag, and sandboxes that refuse it: /proc is read instead, and that is said. A kernel that does not answer.

use std::net::TcpStream;

use crate::place::{LOCALHOST, listener};
use crate::ran::{Ran, fivetuple as run};
use crate::support::sandbox::{Refused, within};
use crate::support::{netns, skipped};
use crate::terminal::scenario::play;

/// How much room netlink's answers have: nobody else asks recv(2) for so much.
const ROOM: u32 = 32 * 1024;

/// Each refusal, with what is said of it.
fn refusals() -> Vec<(Refused, &'static str)> {
    let socket = |errno| Refused::family(libc::AF_NETLINK, errno);
    // Whoever writes to a connection does not want SIGPIPE, and says so by a flag.
    let send = |errno| Refused { call: libc::SYS_sendto, argument: 3, value: 0, errno };
    let recv = |errno| Refused { call: libc::SYS_recvfrom, argument: 2, value: ROOM, errno };
    vec![
        (socket(libc::EPROTONOSUPPORT), r"socket\(AF_NETLINK\) failed: Protocol not supported"),
        (socket(libc::EPERM), r"socket\(AF_NETLINK\) failed: Operation not permitted"),
        (send(libc::EPERM), r"send\(AF_NETLINK\) failed: Operation not permitted"),
        (send(libc::ENOBUFS), r"send\(AF_NETLINK\) failed: No buffer space available"),
        (recv(libc::EPERM), r"recv\(AF_NETLINK\) failed: Operation not permitted"),
        (recv(libc::ENOBUFS), r"recv\(AF_NETLINK\) failed: No buffer space available"),
    ]
}

#[test]
fn the_table_is_the_same_and_says_where_it_comes_from() {
    netns::alone_if_possible(|| {
        let (_listener, at) = listener(LOCALHOST);
        let client = TcpStream::connect(at).unwrap();
        let port = at.port().to_string();
        let table = || run(&["table", "--port", &port, "--json"]);
        let rows = |table: &Ran| -> Vec<serde_json::Value> {
            let lines = table.out.lines().map(|line| {
                let mut row: serde_json::Value = serde_json::from_str(line).unwrap();
                // /proc tells no backlog.
                if row["state"] == "LISTEN" {
                    row["send_q"].take();
                }
                row
            });
            lines.collect()
        };
        let free = table();
        assert_eq!((rows(&free).len(), free.err.as_str()), (3, ""), "{free:?}");
        for (refused, said) in refusals() {
            let Some(table) = within(refused, table) else {
                return skipped("no sandboxes here (seccomp)");
            };
            assert_eq!((table.code, rows(&table)), (Some(0), rows(&free)), "{table:?}");
            let said = regex::Regex::new(said).unwrap();
            assert!(said.is_match(&table.err), "{table:?}");
            assert!(table.err.contains("/proc/net/tcp"), "{table:?}");
            assert_eq!(table.err.lines().count(), 1, "{table:?}");
        }
        drop(client);
    });
}

#[test]
fn the_dashboard_goes_on_and_says_so_in_its_title() {
    netns::alone_if_possible(|| {
        for (refused, said) in refusals() {
            let refusal = said.replace(' ', r"[\s│]+");
            let text = include_str!("../terminal/scenarios/without_netlink.txt");
            let done = within(refused, || play(&text.replace("REFUSED", &refusal)));
            if done.is_none() {
                return skipped("no sandboxes here (seccomp)");
            }
        }
    });
}

#[test]
fn keys_do_not_wait_for_a_kernel_that_never_answers() {
    netns::alone_if_possible(|| {
        let no_answer = Refused { call: libc::SYS_recvfrom, argument: 2, value: ROOM, errno: 0 };
        let text = include_str!("../terminal/scenarios/no_answer_from_netlink.txt");
        if within(no_answer, || play(text)).is_none() {
            skipped("no sandboxes here (seccomp)");
        }
    });
}

#[test]
fn a_lab_cannot_be_set_up_and_says_which_call_was_refused() {
    let lab = || run(&["lab", "--", "true"]);
    if lab().code != Some(0) {
        return skipped("no lab here");
    }
    let refused = Refused::family(libc::AF_NETLINK, libc::EPERM);
    match within(refused, lab) {
        Some(said) => drop(said.fails(&["socket(NETLINK_ROUTE)", "EPERM"])),
        None => skipped("no sandboxes here (seccomp)"),
    }
}
