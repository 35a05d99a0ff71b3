use std::process::Command;

use crate::lab::commands::possible;
use crate::ran::{Ran, ran};
use crate::support::again::as_nobody_too_if;
use crate::support::{skipped, skipped_none};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fivetuple");
/// Gives up every privilege.
const WITHOUT: &str = "setpriv --bounding-set=-all --inh-caps=-all --";

/// Runs a lab where `limits` hold; what it complains, or why that cannot be tried here.
fn refused(limits: &str, privileges: &str) -> Option<Ran> {
    let script = format!("{limits} && exec {privileges} \"$@\"");
    // dash has no redirection of a descriptor of two digits.
    let line = ["-Ur", "bash", "-c", &script, "bash", PROGRAM, "lab", "--", "true"];
    let said = ran(Command::new("unshare").args(line));
    if !said.err.starts_with("fivetuple:") {
        return skipped_none(&format!("no user namespace to set limits in: {said:?}"));
    }
    Some(said)
}

#[test]
fn a_limit_of_this_machine_is_named_with_what_helps() {
    let table: [(&str, &str, &[&str]); 5] = [
        (
            "echo 0 > /proc/sys/user/max_user_namespaces",
            WITHOUT,
            &[
                "unshare(CLONE_NEWUSER)",
                "ENOSPC",
                "user.max_user_namespaces is 0 here; as root: sysctl user.max_user_namespaces=15000",
            ],
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
        // An inherited descriptor must not shift the computers that can be joined.
        ("exec 42</dev/null", "", &["fcntl(F_DUPFD, 42)", "EBUSY"]),
    ];
    for (limits, privileges, words) in table {
        if let Some(said) = refused(limits, privileges) {
            said.ends(1, words);
        }
    }
}

/// Checks what a lab complains whose helper's call fails as `inject` says (strace(1)), unless that cannot be tried here.
fn check(inject: &str, failed: &str, words: &[&str]) {
    if let Some(said) = injected(inject, failed, &["true"]) {
        said.fails(words).fails(&["fivetuple: no lab on this machine: "]);
    }
}

/// Runs a program in a lab whose helper's call fails as `inject` says.
fn injected(inject: &str, failed: &str, program: &[&str]) -> Option<Ran> {
    let inject = format!("inject={inject}");
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("calls");
    let traced = |words: &[&str]| {
        let mut strace = Command::new("strace");
        ran(strace.args(["-ff", "-qq", "-e", &inject, "-o"]).arg(&log).args(words))
    };
    if traced(&["true"]).code != Some(0) {
        return skipped_none("strace is needed, and a kernel that lets it trace");
    }
    // It ends with the last of the processes that it follows: none is left.
    let said = traced(&[&[PROGRAM, "lab", "--computers", "1", "--"], program].concat());
    // A file for each process, so that no call is interrupted by another's.
    let files = std::fs::read_dir(folder.path()).expect("files").flatten();
    let calls: String =
        files.map(|file| std::fs::read_to_string(file.path()).expect("calls")).collect();
    let Some(call) = calls.lines().rfind(|call| call.contains("(INJECTED)")) else {
        return skipped_none(&format!("no lab here, it failed before: {said:?}"));
    };
    assert!(call.contains(failed), "another call failed: {call}");
    Some(said)
}

/// What is said to whoever is denied something: which capability root lacks, or that nothing is known.
fn lacks(capability: &str) -> String {
    if rustix::process::geteuid().is_root() {
        return format!(
            "This container lacks CAP_{capability}; try docker run --cap-add {capability}"
        );
    }
    "No sysctl forbids it, so a container, a seccomp filter or a chroot does; try outside of it, or as root"
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
fn a_kernel_that_lacks_something_is_told_what_to_load() {
    as_nobody_too_if(possible_without_settings, || {
        for errno in ["EOPNOTSUPP", "ENODEV"] {
            let inject = format!("sendto:error={errno}:when=1");
            let words = ["RTM_NEWLINK veth: ", "as root: modprobe veth"];
            check(&inject, "nlmsg_type=0x10", &words);
        }
        // One netlink socket for the middle, and one for each computer, come before.
        let words = ["socket(AF_PACKET): ", "as root: modprobe af_packet"];
        check("socket:error=EAFNOSUPPORT:when=4", "AF_PACKET", &words);
        for errno in ["ENOSYS", "EINVAL"] {
            let words = ["unshare(CLONE_NEW", "built without namespaces"];
            check(&format!("unshare:error={errno}"), "unshare", &words);
        }
    });
}

#[test]
fn an_answer_that_is_not_received_is_not_taken_for_that_to_another_request() {
    as_nobody_too_if(possible_without_settings, || {
        // The lab works without the second answer, which is about addresses of IPv6.
        for errno in ["EINTR", "ENOBUFS"] {
            let inject = format!("recvfrom:error={errno}:when=2");
            let connect = [PROGRAM, "connect", "192.168.1.13:80"];
            if let Some(said) = injected(&inject, "recvfrom", &connect) {
                // The kernel of another computer refuses it.
                said.fails(&["cannot connect to 192.168.1.13:80", "ECONNREFUSED"]);
            }
        }
    });
}

#[test]
fn whoever_may_not_is_told_so_at_whatever_step() {
    as_nobody_too_if(possible_without_settings, || {
        let (admin, net) = (lacks("SYS_ADMIN"), lacks("NET_ADMIN"));
        let (raw, nothing) = (lacks("NET_RAW"), lacks(""));
        let table = [
            ("unshare:error=EPERM", "NEWUSER", "unshare(CLONE_NEWUSER): ", &admin),
            ("unshare:error=EACCES", "NEWUSER", "unshare(CLONE_NEWUSER): ", &admin),
            ("sendto:error=EPERM:when=1", "nlmsg_type=0x10", "RTM_NEWLINK veth: ", &net),
            ("socket:error=EPERM:when=4", "AF_PACKET", "socket(AF_PACKET): ", &raw),
            // As with AppArmor: there is a user namespace, but it gives no privilege.
            // Before it, the helper writes to setgroups; nobody else writes twice.
            ("write:error=EPERM:when=2", "\"0 ", "/proc/self/uid_map: ", &nothing),
            ("unshare:error=EPERM:when=2", "NEWNET", "unshare(CLONE_NEWNET): ", &nothing),
        ];
        let is_root = rustix::process::geteuid().is_root();
        for (inject, failed, step, lacks) in &table[..if is_root { 4 } else { 6 }] {
            let errno = if inject.contains("EACCES") { "EACCES" } else { "EPERM" };
            check(inject, failed, &[step, errno, lacks]);
        }
    });
}

#[test]
fn root_without_all_that_a_lab_needs_has_it_in_a_user_namespace() {
    for capability in ["net_admin", "net_raw"] {
        let without = format!("--bounding-set=-{capability}");
        let line = [&without, "--inh-caps=-all", "--", PROGRAM, "lab", "--", "true"];
        let said = ran(Command::new("setpriv").args(line));
        if said.err.starts_with("setpriv:") || said.err.contains("unshare(") {
            return skipped(&said.err);
        }
        said.ends(0, &[]);
    }
}

/// The whole machine as a plain folder, so that only the kernel's files are those of a mount.
const CHROOT: &str = "cd \"$1\" && mkdir dev proc run && mount --rbind /dev dev && mount --rbind /proc proc && \
    cp \"$2\" run/fivetuple && ldd \"$2\" | grep -o '/[^ ]*' | xargs cp -L --parents -t . && \
    exec chroot --userspec=65534:65534 . /run/fivetuple lab -- /run/fivetuple";

#[test]
fn a_chroot_is_told_from_a_container() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut unshare = Command::new("unshare");
    unshare.args(["-m", "sh", "-c", CHROOT, "sh"]).arg(folder.path()).arg(PROGRAM);
    let said = ran(&mut unshare);
    if !said.err.starts_with("fivetuple:") {
        return skipped(&format!("no chroot here: {said:?}"));
    }
    said.fails(&["unshare(CLONE_NEWUSER): ", "EPERM", "This process is in a chroot"]);
}
