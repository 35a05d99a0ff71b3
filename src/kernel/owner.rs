use std::collections::HashSet;
use std::hash::BuildHasher;
use std::io::Read;

use procfs::process::{FDInfo, FDTarget, Process, all_processes};

use crate::tcp::{Owner, escape_name};

/// The kernel cuts names at 15 bytes, each of which may be escaped as four characters.
const MAX_NAME: usize = 60;

/// The result of the search for owners.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// The inodes with the first process found to hold each; there may be several.
    pub found: Vec<(u64, Owner)>,
    /// The inodes whose process belongs to another user, or has ended.
    pub missing: Vec<u64>,
}

/// Finds the processes that hold the sockets with these inodes, as far as /proc shows them (proc_pid_fd(5)).
///
/// Searches this process first, and stops when all are found. Takes from 0.6 ms to tenths of a second: never call it for a frame.
pub fn owners<S: BuildHasher>(wanted: &HashSet<u64, S>) -> Owners {
    let mut owners = Owners::default();
    let mut missing: HashSet<u64> = wanted.iter().copied().filter(|inode| *inode != 0).collect();
    if missing.is_empty() {
        return owners;
    }
    let own = Process::myself().ok();
    let own_pid = own.as_ref().map(Process::pid);
    let others = all_processes()
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|process| Some(process.pid()) != own_pid);
    for process in own.into_iter().chain(others) {
        if missing.is_empty() {
            break;
        }
        search(&process, &mut missing, &mut owners);
    }
    owners.missing = missing.into_iter().collect();
    owners
}

fn search(process: &Process, missing: &mut HashSet<u64>, owners: &mut Owners) {
    let (Ok(descriptors), Ok(pid)) = (process.fd(), u32::try_from(process.pid())) else { return };
    let mut name = None;
    for FDInfo { fd, target, .. } in descriptors.flatten() {
        if let FDTarget::Socket(inode) = target
            && let Ok(fd) = u32::try_from(fd)
            && missing.remove(&inode)
        {
            let program = name.get_or_insert_with(|| name_of(process)).clone();
            owners.found.push((inode, Owner { pid, program, fd }));
        }
    }
}

fn name_of(process: &Process) -> String {
    let mut name = Vec::new();
    if let Ok(mut file) = process.open_relative("comm")
        && file.read_to_end(&mut name).is_ok()
    {
        name.pop_if(|last| *last == b'\n');
    }
    escape_name(&String::from_utf8_lossy(&name), MAX_NAME)
}
