//! Makes and enters namespaces for this thread (namespaces(7)).

#![allow(
    unsafe_code,
    reason = "unshare(2) is safe only where descriptors are not unshared, which the call cannot know"
)]

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::io::{Errno, Result, fcntl_dupfd_cloexec};
use rustix::process::{getegid, geteuid};
use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space, unshare_unsafe};

/// A kind of namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Namespaces {
    User,
    Network,
}

impl Namespaces {
    /// The call that makes one, for an error.
    pub(super) fn step(self) -> &'static str {
        match self {
            Namespaces::User => "unshare(CLONE_NEWUSER)",
            Namespaces::Network => "unshare(CLONE_NEWNET)",
        }
    }

    /// Moves this thread into a new one.
    pub(super) fn unshare(self) -> Result<()> {
        let flags = match self {
            Namespaces::User => UnshareFlags::NEWUSER,
            Namespaces::Network => UnshareFlags::NEWNET,
        };
        // SAFETY: the table of descriptors is not unshared: CLONE_FILES is not among the flags.
        unsafe { unshare_unsafe(flags) }
    }
}

/// A descriptor of this thread's network namespace, numbered `lowest` or higher.
pub(super) fn network(lowest: i32) -> Result<OwnedFd> {
    let file = open(Path::new("/proc/thread-self/ns/net"))?;
    // EINVAL means that the limit of descriptors is below `lowest` (fcntl(2), `F_DUPFD`).
    fcntl_dupfd_cloexec(&file, lowest).map_err(|why| match why {
        Errno::INVAL => Errno::MFILE,
        why => why,
    })
}

/// Moves this thread into that network namespace.
pub(super) fn enter_network(space: &impl AsFd) -> Result<()> {
    move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))
}

/// Moves this thread into that user namespace, where it has all privileges.
pub(super) fn enter_user(space: &impl AsFd) -> Result<()> {
    move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::User))
}

/// Moves this thread into a new user namespace, in which its user and the programs it starts are root.
pub(super) fn become_root_inside() -> std::result::Result<(), (&'static str, Errno)> {
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    Namespaces::User.unshare().map_err(|why| (Namespaces::User.step(), why))?;
    // Kernels before Linux 3.19 neither have nor need this file.
    let _ = std::fs::write("/proc/self/setgroups", "deny");
    write("/proc/self/uid_map", &format!("0 {user} 1"))?;
    write("/proc/self/gid_map", &format!("0 {group} 1"))
}

/// Writes to a file of /proc; the error names the file.
pub(super) fn write(
    path: &'static str,
    text: &str,
) -> std::result::Result<(), (&'static str, Errno)> {
    std::fs::write(path, text).map_err(|why| (path, errno(&why)))
}

/// Opens a file.
pub(super) fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|why| errno(&why))
}

fn errno(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}
