//! Tests that run themselves again in another process: by itself, as nobody, or where something is read-only.
//!
//! The body of such a test must be all that the test does, and a closure of the test itself: its name tells which test that is.

use std::any::type_name;
use std::env::{current_exe, var_os};
use std::io;
use std::panic::resume_unwind;
use std::process::{Command, Output};

use super::skipped;

/// Set in the process that was started for the test, to where it runs.
const INSIDE: &str = "FIVETUPLE_TEST_INSIDE";
/// What setpriv(1) is told so that a program may do nothing.
pub(crate) const NOBODY: [&str; 3] = ["--reuid=65534", "--regid=65534", "--clear-groups"];
/// In a mount namespace of its own: nobody else sees it.
const SEAL: &str =
    "mount --rbind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec \"$@\"";

/// `module::test` out of `suite::module::test::{{closure}}`.
pub(crate) fn test_around<F>() -> &'static str {
    let name = type_name::<F>();
    let name = name.split_once("::").map_or(name, |(_, path)| path);
    name.trim_end_matches("::{{closure}}")
}

pub(crate) fn is_inside(place: &str) -> bool {
    var_os(INSIDE).is_some_and(|inside| inside.to_string_lossy().split(' ').any(|it| it == place))
}

/// Runs the test where `command` runs what follows it, or says why it cannot.
#[track_caller]
pub(crate) fn within(
    place: &str,
    command: impl FnOnce() -> Result<Command, &'static str>,
    test: &str,
    body: impl FnOnce(),
) {
    if is_inside(place) {
        return body();
    }
    match command() {
        Ok(command) => {
            let output = again(command, place, test).expect("this program once more");
            passed(&output, &format!("{test}, {place}"));
        }
        Err(why) => skipped(&format!("{test}: {why}")),
    }
}

/// Has `command` run this test of this program once more.
fn again(mut command: Command, place: &str, test: &str) -> io::Result<Output> {
    let outside = var_os(INSIDE).unwrap_or_default();
    command
        .arg(current_exe()?)
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env(INSIDE, format!("{} {place}", outside.to_string_lossy()))
        .output()
}

/// Fails unless the one test of that process passed; repeats what it says about tests that were skipped.
#[track_caller]
fn passed(output: &Output, what: &str) {
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    let passed = output.status.success() && said.contains("1 passed");
    assert!(passed, "{what}: {}\n{said}{complained}", output.status);
    complained.lines().filter_map(|line| line.strip_prefix("skipped: ")).for_each(skipped);
}

/// Runs the test in a process of its own, for what is told apart by processes.
pub(crate) fn apart<F: FnOnce()>(body: F) {
    within("apart", || Ok(Command::new("env")), test_around::<F>(), body);
}

/// Runs `body`; as root, runs the test once more as nobody meanwhile.
pub(crate) fn as_nobody_too<F: FnOnce()>(body: F) {
    as_nobody_too_for(test_around::<F>(), body);
}

/// The same, each time only if that is `possible`.
pub(crate) fn as_nobody_too_if<F: FnOnce()>(possible: fn() -> bool, body: F) {
    as_nobody_too_for(test_around::<F>(), || possible().then(body).unwrap_or_default());
}

fn as_nobody_too_for(test: &str, body: impl FnOnce()) {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root || is_inside("nobody") {
        return body();
    }
    std::thread::scope(|scope| {
        let again = scope.spawn(|| as_nobody(test));
        body();
        if let Err(why) = again.join() {
            resume_unwind(why);
        }
    });
}

fn as_nobody(test: &str) {
    let mut setpriv = Command::new("setpriv");
    setpriv.args(NOBODY);
    match again(setpriv, "nobody", test) {
        Ok(output) if output.stderr.starts_with(b"setpriv:") => {
            skipped(&format!("{test} as nobody: {}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(output) => passed(&output, &format!("{test}, as nobody")),
        Err(why) => skipped(&format!("{test} as nobody: setpriv: {why}")),
    }
}

/// Runs the test where /proc/sys is read-only, as in most containers, or says why it cannot.
pub(crate) fn sealed<F: FnOnce()>(body: F) {
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", SEAL, "sh"]);
        command
    };
    let needed =
        "no read-only /proc/sys here (unshare and mount are needed, and a kernel that lets us)";
    let command = || if works(unshare()) { Ok(unshare()) } else { Err(needed) };
    within("sealed", command, test_around::<F>(), body);
}

/// Whether `command` can run what follows it.
pub(crate) fn works(mut command: Command) -> bool {
    command.arg("true").output().is_ok_and(|output| output.status.success())
}
