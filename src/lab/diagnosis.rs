//! Why a lab cannot be created on this machine, and what to try.

use rustix::io::Errno;

use crate::tcp::LabRefusal;
use crate::tcp::socket::errno;

pub(super) type FailedStep = (String, Errno);

/// What EAGAIN of clone(2) means.
pub const NO_MORE_PROCESSES: &str = "This user may have no more processes (ulimit -u)";

pub(super) const PORT_RANGE: &str = "/proc/sys/net/ipv4/ip_local_port_range";

/// Sysctls that forbid user namespaces: the name, the value that forbids, the value to set.
const FORBID: [(&str, &str, &str); 4] = [
    ("user/max_user_namespaces", "0", "15000"),
    ("user/max_net_namespaces", "0", "15000"),
    ("kernel/unprivileged_userns_clone", "0", "1"),
    (APPARMOR_USERNS, "1", "0"),
];

/// The one that allows user namespaces, but without privileges.
const APPARMOR_USERNS: &str = "kernel/apparmor_restrict_unprivileged_userns";

pub(super) fn at(step: impl Into<String>) -> impl FnOnce(Errno) -> FailedStep {
    |why| (step.into(), why)
}

/// `is_root` says whether root asked for the lab.
pub(super) fn refusal((step, errno): FailedStep, is_root: bool) -> LabRefusal {
    let setting = |name: &str| std::fs::read_to_string(format!("/proc/sys/{name}")).ok();
    let helps = helps((&step, errno), (is_root, is_root_mounted()), setting);
    LabRefusal { step, errno: errno::Errno(errno.raw_os_error()), helps }
}

/// In a chroot the mounts above its directory are not listed (proc_pid_mountinfo(5)). One that is a mount itself cannot be told.
fn is_root_mounted() -> bool {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    mounts.is_empty() || mounts.lines().any(|mount| mount.split(' ').nth(4) == Some("/"))
}

fn helps(
    (step, errno): (&str, Errno),
    (is_root, has_root_mount): (bool, bool),
    setting: impl Fn(&str) -> Option<String>,
) -> String {
    let is = |name: &str, value: &str| setting(name).is_some_and(|now| now.trim() == value);
    let is_namespaces = step.starts_with("unshare") || step.starts_with("/proc/self/");
    let is_denied = matches!(errno, Errno::PERM | Errno::ACCESS)
        && step != PORT_RANGE
        && !step.starts_with("execve");
    let forbidding: Vec<String> = FORBID
        .iter()
        .filter(|(name, ..)| is_namespaces || (is_denied && *name == APPARMOR_USERNS))
        .filter(|(name, value, _)| is(name, value))
        .map(|(name, value, needed)| {
            let name = name.replacen('/', ".", 1);
            format!("{name} is {value} here; as root: sysctl {name}={needed}")
        })
        .collect();
    if !forbidding.is_empty() {
        return forbidding.join("; ");
    }
    match errno {
        Errno::NOSPC if is_namespaces => {
            let kind = if step.contains("NEWNET") { "net" } else { "user" };
            let limit = format!("max_{kind}_namespaces");
            let most = setting(&format!("user/{limit}")).unwrap_or_default();
            format!(
                "The limit of namespaces is reached, here or in an enclosing user namespace; user.{limit} is {} here",
                most.trim()
            )
        }
        _ if is_denied && is_root => {
            let lacks = privilege(step);
            format!("This container lacks CAP_{lacks}; try docker run --cap-add {lacks}")
        }
        _ if is_denied && !has_root_mount => {
            "This process is in a chroot, which may have no user namespace (unshare(2)); try outside the chroot, or as root".to_owned()
        }
        _ if is_denied => {
            "No sysctl forbids it, so a container, a seccomp filter or a chroot does; try outside of it, or as root".to_owned()
        }
        Errno::NOSYS | Errno::INVAL if is_namespaces => {
            "This kernel was built without namespaces (CONFIG_USER_NS, CONFIG_NET_NS)".to_owned()
        }
        Errno::MFILE => "The limit of open files is too low; try ulimit -n 1024".to_owned(),
        Errno::AGAIN if step.starts_with("execve") => NO_MORE_PROCESSES.to_owned(),
        Errno::ROFS if step == PORT_RANGE => {
            "/proc/sys is read-only, as in most containers; docker run --security-opt systempaths=unconfined makes it writable. The lab works without its own port range".to_owned()
        }
        _ if step == PORT_RANGE => "The lab works without its own port range".to_owned(),
        Errno::OPNOTSUPP | Errno::NODEV if step.contains("veth") => {
            "This kernel lacks veth links (CONFIG_VETH); as root: modprobe veth".to_owned()
        }
        Errno::AFNOSUPPORT if step.contains("AF_PACKET") => {
            "This kernel lacks packet sockets (CONFIG_PACKET); as root: modprobe af_packet"
                .to_owned()
        }
        _ => String::new(),
    }
}

fn privilege(step: &str) -> &'static str {
    if step.starts_with("RTM_") {
        "NET_ADMIN"
    } else if step.contains("AF_PACKET") {
        "NET_RAW"
    } else {
        "SYS_ADMIN"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(step: &str, errno: Errno, (name, value): (&str, &str)) -> String {
        helps((step, errno), (false, true), |asked| (asked == name).then(|| format!("{value}\n")))
    }

    #[test]
    fn the_setting_that_forbids_is_named_with_its_value() {
        const USER: &str = "unshare(CLONE_NEWUSER)";
        const NETWORK: &str = "unshare(CLONE_NEWNET)";
        for (step, errno, (name, value)) in [
            (USER, Errno::NOSPC, ("user/max_user_namespaces", "0")),
            (USER, Errno::PERM, ("kernel/unprivileged_userns_clone", "0")),
            (USER, Errno::NOSPC, ("user/max_user_namespaces", "7")),
            (NETWORK, Errno::NOSPC, ("user/max_net_namespaces", "2")),
        ] {
            let said = said(step, errno, (name, value));
            let text = format!("{} is {value} here", name.replace('/', "."));
            assert!(said.contains(&text), "{said}");
        }
        assert_eq!(said("RTM_NEWLINK veth", Errno::NOMEM, ("", "")), "");
    }

    /// Ubuntu 24.04: there is a user namespace, and it gives no privilege for anything.
    #[test]
    fn whatever_apparmor_denies_its_setting_is_named() {
        let setting = (APPARMOR_USERNS, "1");
        for step in [
            "unshare(CLONE_NEWUSER)",
            "/proc/self/uid_map",
            "unshare(CLONE_NEWNET)",
            "RTM_NEWLINK veth",
            "socket(AF_PACKET)",
        ] {
            for errno in [Errno::PERM, Errno::ACCESS] {
                assert_eq!(
                    said(step, errno, setting),
                    "kernel.apparmor_restrict_unprivileged_userns is 1 here; \
                     as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0",
                    "{step}"
                );
            }
        }
        let elsewhere = "execve(/proc/self/exe)";
        assert_eq!(said(elsewhere, Errno::ACCESS, setting), "");
    }
}
