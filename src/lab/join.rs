use std::os::unix::fs::MetadataExt;
use std::{fs, io};

use procfs::ProcError;
use procfs::process::{FDTarget, Process};
use rustix::io::Errno;
use rustix::process::geteuid;

use crate::lab::namespace;
use crate::lab::running_lab::HELPER;
use crate::lab::setup::SPACES;
use crate::tcp::Host;

/// A lab of another process of this program.
#[derive(Debug)]
pub struct JoinableLab {
    /// The process that started it.
    pub pid: u32,
    /// The user it belongs to.
    pub owner: u32,
    helper: Process,
}

impl JoinableLab {
    /// The labs whose helpers can be seen in /proc.
    pub fn all() -> Vec<JoinableLab> {
        let processes = procfs::process::all_processes();
        processes.into_iter().flatten().flatten().filter_map(JoinableLab::of).collect()
    }

    fn of(helper: Process) -> Option<JoinableLab> {
        let words = helper.cmdline().ok()?;
        let status = helper.status().ok()?;
        let is_helper = words.get(1).is_some_and(|word| word == HELPER);
        let pid = u32::try_from(status.ppid).ok().filter(|_| is_helper)?;
        Some(JoinableLab { pid, owner: status.euid, helper })
    }

    /// Whether it belongs to the user of this process: the owner of a user namespace has power over every process that enters it.
    pub fn is_ours(&self) -> bool {
        self.owner == geteuid().as_raw()
    }

    /// Moves this process, which must have one thread (user_namespaces(7)), to that computer; as root there.
    ///
    /// # Errors
    /// `ENOENT` when the lab has no such computer, `EPERM` when it is not ours, or that of setns(2).
    pub fn join(&self, host: Host) -> io::Result<()> {
        if !self.is_ours() {
            return Err(Errno::PERM.into());
        }
        let space = SPACES + i32::from(host.0);
        // Opening what is no namespace could block, or have an effect.
        let FDTarget::Net(_) = self.helper.fd_from_fd(space).map_err(io_error)?.target else {
            return Err(Errno::NOENT.into());
        };
        let open = |path: &str| self.helper.open_relative(path).map_err(io_error);
        let (network, user) = (open(&format!("fd/{space}"))?, open("ns/user")?);
        // A process cannot enter the user namespace that it is in (setns(2)).
        if user.metadata()?.ino() != fs::metadata("/proc/self/ns/user")?.ino() {
            namespace::enter_user(&user)?;
        }
        Ok(namespace::enter_network(&network)?)
    }
}

fn io_error(error: ProcError) -> io::Error {
    match error {
        ProcError::PermissionDenied(_) => Errno::ACCESS.into(),
        ProcError::NotFound(_) => Errno::NOENT.into(),
        ProcError::Io(error, _) => error,
        other @ (ProcError::Incomplete(_) | ProcError::Other(_) | ProcError::InternalError(_)) => {
            io::Error::other(other)
        }
    }
}
