//! A test in a network of its own: every port free, nobody else's sockets, nft and sysctl without harm.

use std::process::Command;
use std::sync::OnceLock;

use super::again::{again, is_inside, passed, test_around};
use super::skipped;

/// Runs the test in a network namespace of its own, with loopback up, or says why it cannot.
///
/// `body` must be all that the test does, and a closure of the test itself: its name tells which test that is.
pub(crate) fn alone<F: FnOnce()>(body: F) {
    alone_for(test_around::<F>(), body);
}

/// The same, if that is `possible` there.
pub(crate) fn alone_if<F: FnOnce()>(possible: fn() -> bool, body: F) {
    let body_if = || {
        if possible() {
            body();
        }
    };
    alone_for(test_around::<F>(), body_if);
}

/// The same where `body` is not a closure of the test itself.
pub(crate) fn alone_for(test: &str, body: impl FnOnce()) {
    if is_inside("netns") {
        return body();
    }
    let Some(options) = unshare() else {
        return skipped(&format!(
            "{test}: no network namespaces here (unshare and ip are needed, and a kernel that lets us)"
        ));
    };
    let output = again(in_new_network(options), "netns", test).expect("it ran a moment ago");
    passed(&output, &format!("{test}, in a network of its own"));
}

/// Like `alone`, but in the machine's own network where it must be.
pub(crate) fn alone_if_possible<F: FnOnce()>(body: F) {
    if unshare().is_some() {
        alone(body);
    } else {
        body();
    }
}

/// Whether a command does what it is told.
pub(crate) fn done(program: &str, args: &str) -> bool {
    let status = Command::new(program).args(args.split(' ')).status();
    status.is_ok_and(|status| status.success())
}

/// The options with which `unshare` works here, if any do.
fn unshare() -> Option<&'static str> {
    static WORKS: OnceLock<Option<&str>> = OnceLock::new();
    *WORKS.get_or_init(|| {
        let works = |options: &&str| {
            let tried = in_new_network(options).arg("true").output();
            tried.is_ok_and(|output| output.status.success())
        };
        ["-Urn", "-n"].into_iter().find(works)
    })
}

/// Runs what follows in a new network, once loopback is up.
fn in_new_network(options: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args([options, "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]);
    command
}

#[test]
fn loopback_is_up_and_empty() {
    alone(|| {
        let links = std::fs::read_to_string("/proc/net/dev").unwrap();
        let names = links.lines().skip(2).filter_map(|line| line.split(':').next());
        assert!(names.clone().any(|name| name.trim() == "lo"), "{links}");
        let listener = std::net::TcpListener::bind("127.0.0.1:5000").unwrap();
        std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    });
}

#[test]
fn a_failure_inside_is_a_failure_outside() {
    let is_outside = !is_inside("netns");
    if is_outside && unshare().is_none() {
        return skipped("no network namespaces here");
    }
    let result = std::panic::catch_unwind(|| alone(|| panic!("meant to fail")));
    match result {
        Err(_) if is_outside => {}
        Err(inside) => std::panic::resume_unwind(inside),
        Ok(()) => panic!("the failure was lost"),
    }
}
