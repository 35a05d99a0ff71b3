//! A network of the benchmark's own, in which it runs itself again.

use std::process::{Command, Stdio};
use std::time::Duration;

/// The word before the name of a part that runs inside.
pub(crate) const INSIDE: &str = "inside";

/// Loopback up, and a long accept queue; then this program again.
const SCRIPT: &str =
    r#"ip link set lo up && echo 65535 > /proc/sys/net/core/somaxconn && exec "$0" "$@""#;

/// Why nothing can be measured here, if so.
pub(crate) fn missing(tools: &[&str]) -> Option<String> {
    let runs = |command: &mut Command| {
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    };
    if !runs(Command::new("unshare").args(["-Urn", "sh", "-c", SCRIPT, "true"])) {
        return Some("no network namespaces here (unshare and ip are needed)".to_owned());
    }
    let lacks = |tool: &&&str| !runs(Command::new(tool).arg("--version"));
    tools.iter().find(lacks).map(|tool| format!("{tool} is needed"))
}

pub(crate) fn inside(words: &[&str]) {
    let here = std::env::current_exe().expect("the path of this program");
    let status = Command::new("unshare")
        .args(["-Urn", "sh", "-c", SCRIPT])
        .arg(here)
        .arg(INSIDE)
        .args(words)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "{words:?}");
}

#[expect(clippy::disallowed_methods, reason = "what is measured is what happens after calm")]
pub(crate) fn calm(time: Duration) {
    std::thread::sleep(time);
}
