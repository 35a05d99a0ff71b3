use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::{fs, io};

use procfs::process::Process;

use crate::lab::namespace;
use crate::lab::running_lab::HELPER;
use crate::lab::setup::SPACES;
use crate::tcp::Host;

/// Moves this process, which must have one thread (user_namespaces(7)), to a computer of the lab of process `pid`; as root there.
///
/// # Errors
/// When `pid` has no lab, the lab has no such computer, or it belongs to another user.
pub fn join(pid: u32, host: Host) -> io::Result<()> {
    let helper = helper_of(pid).ok_or(io::ErrorKind::NotFound)?;
    let network = fs::File::open(helper.join(format!("fd/{}", SPACES + i32::from(host.0))))?;
    let user = fs::File::open(helper.join("ns/user"))?;
    if user.metadata()?.ino() != fs::metadata("/proc/self/ns/user")?.ino() {
        namespace::enter_user(&user)?;
    }
    namespace::enter_network(&network)?;
    Ok(())
}

fn helper_of(pid: u32) -> Option<PathBuf> {
    let parent = i32::try_from(pid).ok()?;
    let is_helper = |process: &Process| {
        process.stat().is_ok_and(|stat| stat.ppid == parent)
            && process.cmdline().is_ok_and(|words| words.get(1).is_some_and(|word| word == HELPER))
    };
    let mut processes = procfs::process::all_processes().ok()?.flatten();
    let helper = processes.find(is_helper)?;
    Some(PathBuf::from(format!("/proc/{}", helper.pid)))
}
