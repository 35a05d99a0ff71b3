//! What a program on a computer of the lab finds in files: its own /sys, host name and /etc/hosts, as with `ip netns exec`.

use std::fmt::Write;

use rustix::io::Result;
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind, mount_change, unmount,
};
use rustix::system::sethostname;

use crate::lab::addressing::{address, name};
use crate::lab::diagnosis::{FailedStep, at};
use crate::lab::namespace::{new_mounts_and_name, write};
use crate::tcp::Host;

/// Gives this process, which has entered the network of `host`, files that fit it.
///
/// # Errors
/// What failed, and why: the rest of the files are this machine's then.
pub fn see_own_files(host: Host) -> std::result::Result<(), String> {
    make(host)
        .map_err(|(step, errno)| format!("{step}: {}", crate::tcp::Errno(errno.raw_os_error())))
}

fn make(host: Host) -> std::result::Result<(), FailedStep> {
    new_mounts_and_name()?;
    // What is mounted on this machine later is seen, and nothing that is mounted here is seen there.
    mount_change("/", MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC)
        .map_err(at("mount(MS_SLAVE)"))?;
    mount_new("sysfs").map_err(at("mount(sysfs)"))?;
    mount_hosts()?;
    sethostname(name(host).as_bytes()).map_err(at("sethostname"))
}

fn mount_new(kind: &str) -> Result<()> {
    mount(kind, "/sys", kind, MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC, None)
}

/// The names of the computers. Without it a program that asks for its own name could wait for a name server that is not there.
fn mount_hosts() -> std::result::Result<(), FailedStep> {
    let mut hosts = String::from("127.0.0.1 localhost\n::1 localhost\n");
    for host in Host::in_a_lab() {
        let _ = writeln!(hosts, "{} {}", address(host), name(host));
    }
    // Only a file can be mounted on a file; once it is, its own file system may go.
    mount_new("tmpfs").map_err(at("mount(tmpfs)"))?;
    let mounted = write("/sys/hosts", &hosts)
        .and_then(|()| mount_bind("/sys/hosts", "/etc/hosts").map_err(at("mount(/etc/hosts)")));
    unmount("/sys", UnmountFlags::DETACH).map_err(at("umount(tmpfs)"))?;
    mounted
}
