//! A test in a process of its own, for what is told apart by processes.

use std::process::Command;

use super::netns::test_around;

/// Set in the process that was started for the test.
const INSIDE: &str = "FIVETUPLE_TEST_APART";

/// Runs the test again in another process, and `body` only there.
///
/// `body` must be all that the test does, and a closure of the test itself: its name tells which test that is.
pub(crate) fn apart<F: FnOnce()>(body: F) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let test = test_around::<F>();
    let program = std::env::current_exe().expect("the path of this program");
    let output = Command::new(program)
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env(INSIDE, "1")
        .output()
        .expect("this program once more");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    let passed = output.status.success() && said.contains("1 passed");
    assert!(passed, "{test}, in a process of its own: {}\n{said}{complained}", output.status);
}
