use std::process::{Command, Stdio};

use crate::lab::commands::possible;
use crate::support::again::as_nobody_too_if;
use crate::support::{skipped, skipped_none};

/// Gives up every privilege.
const WITHOUT: &str = "setpriv --bounding-set=-all --inh-caps=-all --";

/// Runs a lab where `limits` hold; what it complains, or why that cannot be tried here.
fn refused(limits: &str, privileges: &str) -> Option<String> {
    let script = format!("{limits} && exec {privileges} \"$@\"");
    let output = Command::new("unshare")
        .args(["-Ur", "sh", "-c", &script, "sh"])
        .args([env!("CARGO_BIN_EXE_fivetuple"), "lab", "--", "true"])
        .output();
    let output = match output {
        Ok(output) => output,
        Err(why) => {
            return skipped_none(&format!("unshare: {why}"));
        }
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !said.starts_with("fivetuple:") {
        return skipped_none(&format!("no user namespace to set limits in: {said}"));
    }
    assert_eq!(output.status.code(), Some(1), "{said}");
    Some(said)
}

#[test]
fn a_limit_of_this_machine_is_named_with_what_helps() {
    const HELPS: &str =
        "user.max_user_namespaces is 0 here; as root: sysctl user.max_user_namespaces=15000";
    let table: [(&str, &str, &[&str]); 4] = [
        (
            "echo 0 > /proc/sys/user/max_user_namespaces",
            WITHOUT,
            &["unshare(CLONE_NEWUSER)", "ENOSPC", HELPS],
        ),
        (
            "echo 0 > /proc/sys/user/max_net_namespaces",
            "",
            &["unshare(CLONE_NEWNET)", "user.max_net_namespaces is 0 here"],
        ),
        (
            "echo 2 > /proc/sys/user/max_net_namespaces",
            "",
            &[
                "unshare(CLONE_NEWNET)",
                "The limit of namespaces is reached",
                "user.max_net_namespaces is 2 here",
            ],
        ),
        ("ulimit -n 40", "", &["EMFILE", "ulimit -n 1024"]),
    ];
    for (limits, privileges, words) in table {
        let said = refused(limits, privileges);
        for word in words {
            assert!(said.as_ref().is_none_or(|said| said.contains(word)), "{word}: {said:?}");
        }
    }
}

/// What a lab complains whose helper's call fails as `inject` says (strace(1)), and which call that was; or why that cannot be tried here.
fn injected(inject: &str) -> Option<(String, String)> {
    let inject = format!("inject={inject}");
    let traced = |log: &str, words: &[&str]| {
        let mut command = Command::new("strace");
        command.args(["-ff", "-qq", "-o", log, "-e", &inject]);
        command.args(words);
        command
    };
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("calls");
    let log = log.to_str().expect("a path in UTF-8");
    let tried = traced(log, &["true"]).stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        return skipped_none("strace is needed, and a kernel that lets it trace");
    }
    let program = env!("CARGO_BIN_EXE_fivetuple");
    let words = [program, "lab", "--computers", "2", "--", "true"];
    // It ends with the last of the processes that it follows: none is left.
    let output = traced(log, &words).output();
    let output = output.expect("it ran a moment ago");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // A file for each process, so that no call is torn by another's.
    let files = std::fs::read_dir(folder.path()).expect("files").flatten();
    let calls: String =
        files.map(|file| std::fs::read_to_string(file.path()).expect("calls")).collect();
    let Some(call) = calls.lines().rfind(|call| call.contains("(INJECTED)")) else {
        // It failed before.
        return skipped_none(&format!("no lab here: {said}"));
    };
    assert_eq!(output.status.code(), Some(1), "{said}\n{calls}");
    assert!(said.starts_with("fivetuple: no lab on this machine: "), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    Some((said, call.to_owned()))
}

/// Checks the words that one failure brings.
fn check(inject: &str, failed: &str, words: &[&str]) {
    let Some((said, call)) = injected(inject) else {
        return;
    };
    assert!(call.contains(failed), "another call failed: {call}");
    for word in words {
        assert!(said.contains(word), "{word}\n{said}");
    }
}

/// What is said to whoever is denied something: which capability root lacks, or that nothing is known.
fn lacks(capability: &str) -> String {
    if rustix::process::geteuid().is_root() {
        return format!(
            "This container lacks CAP_{capability}; try docker run --cap-add {capability}"
        );
    }
    "No sysctl forbids it, so a container or a seccomp filter does; try outside the container, or as root"
        .to_owned()
}

/// Whether labs can be had here, and no setting would be named when one cannot.
fn possible_without_settings() -> bool {
    let is = |name: &str, value: &str| {
        let text = std::fs::read_to_string(format!("/proc/sys/kernel/{name}"));
        text.is_ok_and(|text| text.trim() == value)
    };
    let is_forbidden =
        is("apparmor_restrict_unprivileged_userns", "1") || is("unprivileged_userns_clone", "0");
    if is_forbidden {
        skipped("a setting of this machine forbids user namespaces, and would be named");
    }
    !is_forbidden && possible()
}

#[test]
fn a_kernel_without_veth_or_packet_sockets_is_told_what_to_load() {
    as_nobody_too_if(possible_without_settings, || {
        for errno in ["EOPNOTSUPP", "ENODEV"] {
            let inject = format!("sendto:error={errno}:when=1");
            let words = ["RTM_NEWLINK veth: ", "as root: modprobe veth"];
            check(&inject, "nlmsg_type=0x10", &words);
        }
        // One netlink socket for the middle, and one for each computer, come before.
        let words = ["socket(AF_PACKET): ", "as root: modprobe af_packet"];
        check("socket:error=EAFNOSUPPORT:when=4", "AF_PACKET", &words);
    });
}

#[test]
fn a_kernel_without_namespaces_is_told_to_be() {
    as_nobody_too_if(possible_without_settings, || {
        for errno in ["ENOSYS", "EINVAL"] {
            let words = ["unshare(CLONE_NEW", "built without namespaces"];
            check(&format!("unshare:error={errno}"), "unshare", &words);
        }
    });
}

#[test]
fn whoever_may_not_is_told_so_at_whatever_step() {
    as_nobody_too_if(possible_without_settings, || {
        let is_root = rustix::process::geteuid().is_root();
        for errno in ["EPERM", "EACCES"] {
            let words = ["unshare(CLONE_NEWUSER): ", errno, &lacks("SYS_ADMIN")];
            check(&format!("unshare:error={errno}"), "NEWUSER", &words);
        }
        let words = ["RTM_NEWLINK veth: ", "EPERM", &lacks("NET_ADMIN")];
        check("sendto:error=EPERM:when=1", "nlmsg_type=0x10", &words);
        let words = ["socket(AF_PACKET): ", "EPERM", &lacks("NET_RAW")];
        check("socket:error=EPERM:when=4", "AF_PACKET", &words);
        if is_root {
            return;
        }
        // As with AppArmor: there is a user namespace, but it gives no privilege.
        let words = ["/proc/self/uid_map: ", "EPERM", &lacks("")];
        // Before it, the helper writes to setgroups; nobody else writes twice.
        check("write:error=EPERM:when=2", "\"0 ", &words);
        let words = ["unshare(CLONE_NEWNET): ", "EPERM", &lacks("")];
        check("unshare:error=EPERM:when=2", "NEWNET", &words);
    });
}

#[test]
fn root_without_all_that_a_lab_needs_has_it_in_a_user_namespace() {
    for capability in ["net_admin", "net_raw"] {
        let without = format!("--bounding-set=-{capability}");
        let output = Command::new("setpriv")
            .args([&without, "--inh-caps=-all", "--"])
            .args([env!("CARGO_BIN_EXE_fivetuple"), "lab", "--", "true"])
            .output();
        let Ok(output) = output else {
            return skipped("no setpriv here");
        };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if said.starts_with("setpriv:") || said.contains("unshare(") {
            return skipped(&said);
        }
        assert!(output.status.success(), "without {capability}: {said}");
    }
}
