//! A test in a network of its own: every port free, nobody else's sockets, nft and sysctl without harm.

use std::process::Command;
use std::sync::OnceLock;

use super::again::{is_inside, test_around, within, works};

/// Runs the test in a network namespace of its own, with loopback up, or says why it cannot.
///
/// `body` must be all that the test does, and a closure of the test itself: its name tells which test that is.
pub(crate) fn alone<F: FnOnce()>(body: F) {
    alone_for(test_around::<F>(), body);
}

/// The same, if that is `possible` there.
pub(crate) fn alone_if<F: FnOnce()>(possible: fn() -> bool, body: F) {
    alone_for(test_around::<F>(), || possible().then(body).unwrap_or_default());
}

/// The same where `body` is not a closure of the test itself.
pub(crate) fn alone_for(test: &str, body: impl FnOnce()) {
    let needed =
        "no network namespaces here (unshare and ip are needed, and a kernel that lets us)";
    within("netns", || unshare().map(in_new_network).ok_or(needed), test, body);
}

/// A command that runs the program behind it in a network of its own; says why there is none.
pub(crate) fn network_of_its_own() -> Option<Command> {
    let command = unshare().map(in_new_network);
    command.or_else(|| super::skipped_none("no network namespaces here"))
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
    *WORKS.get_or_init(|| ["-Urn", "-n"].into_iter().find(|options| works(in_new_network(options))))
}

/// Runs what follows in a new network, once loopback is up.
fn in_new_network(options: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args([options, "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]);
    command
}

#[test]
fn a_failure_inside_is_a_failure_outside() {
    let is_outside = !is_inside("netns");
    if is_outside && unshare().is_none() {
        return super::skipped("no network namespaces here");
    }
    let result = std::panic::catch_unwind(|| alone(|| panic!("meant to fail")));
    match result {
        Err(_) if is_outside => {}
        Err(inside) => std::panic::resume_unwind(inside),
        Ok(()) => panic!("the failure was lost"),
    }
}
