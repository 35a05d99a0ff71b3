//! A test that holds for root and for somebody who may do nothing.

use std::panic::resume_unwind;
use std::process::Command;

use super::skipped;

/// Set in the process that runs as nobody.
const INSIDE: &str = "FIVETUPLE_TEST_NOBODY";
const NOBODY: [&str; 3] = ["--reuid=65534", "--regid=65534", "--clear-groups"];

/// Runs `body`; as root, runs the test once more as nobody meanwhile.
///
/// `body` must be all that the test does, and a closure of the test itself: its name tells which test that is.
pub(crate) fn as_nobody_too<F: FnOnce()>(body: F) {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root || std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let test = super::netns::test_around::<F>();
    std::thread::scope(|scope| {
        let again = scope.spawn(|| as_nobody(test));
        body();
        if let Err(why) = again.join() {
            resume_unwind(why);
        }
    });
}

fn as_nobody(test: &str) {
    let program = std::env::current_exe().expect("the path of this program");
    let output = Command::new("setpriv")
        .args(NOBODY)
        .arg(program)
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env(INSIDE, "1")
        .output();
    let output = match output {
        Ok(output) => output,
        Err(why) => return skipped(&format!("{test} as nobody: setpriv: {why}")),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    if complained.starts_with("setpriv:") {
        return skipped(&format!("{test} as nobody: {}", complained.trim()));
    }
    let passed = output.status.success() && said.contains("1 passed");
    assert!(passed, "{test}, as nobody: {}\n{said}{complained}", output.status);
}
