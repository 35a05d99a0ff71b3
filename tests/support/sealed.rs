//! A test where /proc/sys is read-only, as in most containers.

use std::process::Command;

use super::netns::test_around;
use super::skipped;

/// Set in the process that runs there.
const INSIDE: &str = "FIVETUPLE_TEST_SEALED";
/// In a mount namespace of its own: nobody else sees it.
const SEAL: &str =
    "mount --rbind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec \"$@\"";

/// Runs the test again where /proc/sys is read-only, and `body` only there, or says why it cannot.
///
/// `body` must be all that the test does, and a closure of the test itself: its name tells which test that is.
pub(crate) fn sealed<F: FnOnce()>(body: F) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let test = test_around::<F>();
    let tried = within(&["true"]).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        let needed = "unshare and mount are needed, and a kernel that lets us";
        return skipped(&format!("{test}: no read-only /proc/sys here ({needed})"));
    }
    let program = std::env::current_exe().expect("the path of this program");
    let program = program.to_str().expect("a path in UTF-8");
    let words = [program, "--exact", test, "--nocapture", "--include-ignored"];
    let output = within(&words).output().expect("it ran a moment ago");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    let passed = output.status.success() && said.contains("1 passed");
    assert!(passed, "{test}, with a read-only /proc/sys: {}\n{said}{complained}", output.status);
    for line in complained.lines() {
        if let Some(why) = line.strip_prefix("skipped: ") {
            skipped(why);
        }
    }
}

fn within(words: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", SEAL, "sh"]).args(words);
    command.env(INSIDE, "1");
    command
}
