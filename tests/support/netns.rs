//! A test in a network of its own: every port free, nobody else's sockets, nft and sysctl without harm.

use std::any::type_name;
use std::process::{Command, Output};
use std::sync::OnceLock;

use super::skipped;

/// Set in the process that runs inside.
const INSIDE: &str = "FIVETUPLE_TEST_NETNS";

/// Runs `body` in a network namespace of its own, with loopback up, or says why it cannot.
///
/// The test is run again in another process, so `body` must be all that the test does. It has to be a closure of the test itself: its
/// name tells which test that is.
pub(crate) fn alone<F: FnOnce()>(body: F) {
    if std::env::var_os(INSIDE).is_some() {
        body();
        return;
    }
    match unshare() {
        Some(options) => again(options, test_around::<F>()),
        None => skipped(&format!(
            "{}: no network namespaces here (unshare and ip are needed, and a kernel that lets us)",
            test_around::<F>()
        )),
    }
}

/// Like `alone`, but in the machine's own network where it must be.
pub(crate) fn alone_if_possible<F: FnOnce()>(body: F) {
    if unshare().is_some() {
        alone(body);
    } else {
        body();
    }
}

/// `module::test` out of `suite::module::test::{{closure}}`.
pub(crate) fn test_around<F>() -> &'static str {
    let name = type_name::<F>();
    let name = name.split_once("::").map_or(name, |(_, path)| path);
    name.trim_end_matches("::{{closure}}")
}

/// The options with which `unshare` works here, if any do.
fn unshare() -> Option<&'static str> {
    static WORKS: OnceLock<Option<&str>> = OnceLock::new();
    *WORKS.get_or_init(|| {
        ["-Urn", "-n"]
            .into_iter()
            .find(|options| run(options, &["true"]).is_some_and(|out| out.status.success()))
    })
}

/// Runs a command in a new network, once loopback is up.
fn run(options: &str, command: &[&str]) -> Option<Output> {
    Command::new("unshare")
        .args([options, "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"])
        .args(command)
        .env(INSIDE, "1")
        .output()
        .ok()
}

fn again(options: &str, test: &str) {
    let program = std::env::current_exe().expect("the path of this program");
    let program = program.to_str().expect("a path in UTF-8");
    let command = [program, "--exact", test, "--nocapture", "--include-ignored"];
    let output = run(options, &command).expect("it ran a moment ago");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    let passed = output.status.success() && said.contains("1 passed");
    assert!(passed, "{test}, in a network of its own: {}\n{said}{complained}", output.status);
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
    if std::env::var_os(INSIDE).is_none() && unshare().is_none() {
        return skipped("no network namespaces here");
    }
    let outside = std::env::var_os(INSIDE).is_none();
    let result = std::panic::catch_unwind(|| alone(|| panic!("meant to fail")));
    match result {
        Err(_) if outside => {}
        Err(inside) => std::panic::resume_unwind(inside),
        Ok(()) => panic!("the failure was lost"),
    }
}
