use std::collections::HashSet;
use std::hash::BuildHasher;
use std::io::Read;

use procfs::ProcError;
use procfs::process::{FDTarget, Process, all_processes};

use crate::tcp::{Owner, escape_name};

/// The kernel itself cuts names at 15 bytes, each of which may become four characters.
const LONGEST_NAME: usize = 60;

/// What the search for owners brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// The inode and who holds it; an inode may be held by several processes, of which the first found is named.
    pub found: Vec<(u64, Owner)>,
    /// The inodes that no process holds, as far as we may see: their processes are other users', or gone.
    pub missing: Vec<u64>,
    /// How many processes did not let us see their descriptors: they belong to other users.
    pub refused: usize,
}

/// Which processes hold the sockets with these inodes, as far as /proc lets us see (proc_pid_fd(5)).
///
/// It looks at this process first and stops when all are found. A process that goes away meanwhile holds nothing any more; one of
/// another user may not be looked at without a privilege. Takes from 0.6 ms to tenths of a second: never call it for a frame.
pub fn owners<S: BuildHasher>(wanted: &HashSet<u64, S>) -> Owners {
    let mut owners = Owners::default();
    let mut missing: HashSet<u64> = wanted.iter().copied().filter(|inode| *inode != 0).collect();
    if missing.is_empty() {
        return owners;
    }
    let me = Process::myself().ok();
    let my_pid = me.as_ref().map(Process::pid);
    let others = all_processes()
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|process| Some(process.pid()) != my_pid);
    for process in me.into_iter().chain(others) {
        if missing.is_empty() {
            break;
        }
        look_into(&process, &mut missing, &mut owners);
    }
    owners.missing = missing.into_iter().collect();
    owners
}

fn look_into(process: &Process, missing: &mut HashSet<u64>, owners: &mut Owners) {
    let descriptors = match process.fd() {
        Err(ProcError::PermissionDenied(_)) => {
            owners.refused += 1;
            return;
        }
        Err(_) => return,
        Ok(descriptors) => descriptors,
    };
    let Ok(pid) = u32::try_from(process.pid()) else {
        return;
    };
    let mut name = None;
    let mut is_refused = false;
    for descriptor in descriptors {
        let (number, target) = match descriptor {
            Ok(descriptor) => (descriptor.fd, descriptor.target),
            Err(why) => {
                is_refused |= matches!(why, ProcError::PermissionDenied(_));
                continue;
            }
        };
        let FDTarget::Socket(inode) = target else {
            continue;
        };
        let Ok(fd) = u32::try_from(number) else {
            continue;
        };
        if missing.remove(&inode) {
            let program = name.get_or_insert_with(|| name_of(process)).clone();
            owners.found.push((inode, Owner { pid, program, fd }));
        }
    }
    owners.refused += usize::from(is_refused);
}

/// The name that the process gives itself (proc_pid_comm(5)), in printable ASCII.
fn name_of(process: &Process) -> String {
    let mut name = Vec::new();
    if let Ok(mut file) = process.open_relative("comm")
        && file.read_to_end(&mut name).is_ok()
    {
        name.pop_if(|last| *last == b'\n');
    }
    escape_name(&String::from_utf8_lossy(&name), LONGEST_NAME)
}
