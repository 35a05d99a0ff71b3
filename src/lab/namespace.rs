//! Makes and enters namespaces for this thread (namespaces(7)).

#![allow(
    unsafe_code,
    reason = "unshare(2) is safe only where descriptors are not unshared, which the call cannot know"
)]

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use rustix::io::{Errno, Result, fcntl_dupfd_cloexec};
use rustix::process::{getegid, geteuid};
use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space, unshare_unsafe};

use crate::lab::diagnosis::{FailedStep, at};

pub(super) fn new_network() -> std::result::Result<(), FailedStep> {
    // SAFETY: only the network is unshared, not the table of descriptors (CLONE_FILES).
    let done = unsafe { unshare_unsafe(UnshareFlags::NEWNET) };
    done.map_err(at("unshare(CLONE_NEWNET)"))
}

pub(super) fn new_mounts_and_name() -> std::result::Result<(), FailedStep> {
    // SAFETY: only mounts and the host name are unshared, not the table of descriptors (CLONE_FILES).
    let done = unsafe { unshare_unsafe(UnshareFlags::NEWNS | UnshareFlags::NEWUTS) };
    done.map_err(at("unshare(CLONE_NEWNS)"))
}

pub(super) fn become_root_inside() -> std::result::Result<(), FailedStep> {
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    // SAFETY: only the user namespace is unshared, not the table of descriptors (CLONE_FILES).
    let done = unsafe { unshare_unsafe(UnshareFlags::NEWUSER) };
    done.map_err(at("unshare(CLONE_NEWUSER)"))?;
    // Kernels before Linux 3.19 neither have nor need this file.
    let _ = std::fs::write("/proc/self/setgroups", "deny");
    write("/proc/self/uid_map", &format!("0 {user} 1"))?;
    write("/proc/self/gid_map", &format!("0 {group} 1"))
}

pub(super) fn network(number: i32) -> std::result::Result<OwnedFd, FailedStep> {
    const FILE: &str = "/proc/thread-self/ns/net";
    let file = File::open(FILE).map_err(|why| at(FILE)(errno(&why)))?;
    // EINVAL means that the limit of descriptors is below it (fcntl(2), `F_DUPFD`).
    let space = fcntl_dupfd_cloexec(&file, number);
    let space =
        space.map_err(|why| at(FILE)(if why == Errno::INVAL { Errno::MFILE } else { why }))?;
    // Who joins the lab knows its computers by these numbers; an inherited descriptor may have one of them.
    if space.as_raw_fd() != number {
        return Err((format!("fcntl(F_DUPFD, {number})"), Errno::BUSY));
    }
    Ok(space)
}

pub(super) fn enter_network(space: &impl AsFd) -> Result<()> {
    move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))
}

pub(super) fn enter_user(space: &impl AsFd) -> Result<()> {
    move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::User))
}

pub(super) fn write(path: &str, text: &str) -> std::result::Result<(), FailedStep> {
    std::fs::write(path, text).map_err(|why| at(path)(errno(&why)))
}

pub(super) fn errno(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}
