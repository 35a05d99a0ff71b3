use std::collections::{HashMap, HashSet};
use std::fs;
use std::hash::BuildHasher;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::time::Duration;

use foldhash::fast::RandomState;
use rustix::fs::{CWD, Dir, Mode, OFlags, openat, readlinkat_raw};

use crate::kernel::source::thread_cpu_time;
use crate::tcp::{Moment, Owner};

/// The result of the search for owners.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// The inodes with the first process found to hold each.
    pub found: Vec<(u64, Owner)>,
    /// The inodes whose process belongs to another user, or has ended.
    pub missing: Vec<u64>,
}

/// Finds the processes that hold the sockets with these inodes, as far as /proc shows them (proc_pid_fd(5)), and counts them.
///
/// Searches this process first, and all others, as each may hold them, too. Takes up to tenths of a second: never call it for a frame, and
/// where the first holder is enough use an [`OwnerFinder`].
pub fn owners<S: BuildHasher>(wanted: &HashSet<u64, S>) -> Owners {
    let mut search = HolderSearch::new(wanted);
    if !search.missing.is_empty() {
        all_processes().for_each(|pid| search.look_into(pid));
    }
    search.end()
}

/// Whether that process still holds the socket by the same descriptor, and has the same name: sockets are inherited, and processes end.
pub fn still_holds(inode: u64, owner: &Owner) -> bool {
    let link = open_fds(owner.pid).and_then(|fds| socket_of(&fds, owner.fd.to_string()));
    link == Some(inode) && String::from_utf8_lossy(&name_of(owner.pid)) == owner.name
}

/// Finds the owners of sockets as they come, with a small part of the processor: first where others were found before, then everywhere.
#[derive(Debug, Default)]
pub struct OwnerFinder {
    recent: Vec<u32>,
    /// When it may look there again, and everywhere.
    paused_until: [Moment; 2],
}

impl OwnerFinder {
    /// Either search may take one part in so many of the time.
    const SHARE: u32 = 40;
    const RECENT: usize = 8;

    /// The first holders found, others not counted; `missing` has only those that were searched for everywhere.
    pub fn find(&mut self, wanted: &HashSet<u64>, now: Moment) -> Owners {
        let mut search = HolderSearch::new(wanted);
        let recent = self.recent.clone();
        self.search(0, &mut search, now, recent.into_iter());
        let was_everywhere = self.search(1, &mut search, now, all_processes());
        let mut owners = search.end();
        for (_, owner) in &mut owners.found {
            // It looked into some processes only, and into some of them twice.
            owner.others = 0;
            self.recent.retain(|pid| *pid != owner.pid);
            self.recent.insert(0, owner.pid);
        }
        self.recent.truncate(OwnerFinder::RECENT);
        if !was_everywhere {
            owners.missing.clear();
        }
        owners
    }

    fn search(
        &mut self,
        place: usize,
        search: &mut HolderSearch,
        now: Moment,
        pids: impl Iterator<Item = u32>,
    ) -> bool {
        if search.missing.is_empty() || now < self.paused_until[place] {
            return false;
        }
        let before = thread_cpu_time();
        for pid in pids {
            search.look_into(pid);
            if search.missing.is_empty() {
                break;
            }
        }
        let took: Duration = thread_cpu_time().saturating_sub(before);
        self.paused_until[place] = now.plus(took * (OwnerFinder::SHARE - 1));
        true
    }
}

struct HolderSearch {
    missing: HashSet<u64, RandomState>,
    /// With the last process that was found to hold it.
    found: HashMap<u64, (Owner, u32), RandomState>,
}

impl HolderSearch {
    fn new<S: BuildHasher>(wanted: &HashSet<u64, S>) -> HolderSearch {
        let missing = wanted.iter().copied().filter(|inode| *inode != 0).collect();
        HolderSearch { missing, found: HashMap::default() }
    }

    fn look_into(&mut self, pid: u32) {
        let Some(fds) = open_fds(pid) else { return };
        let Ok(entries) = Dir::read_from(&fds) else { return };
        let mut name = None;
        for entry in entries.flatten() {
            let Some(inode) = socket_of(&fds, entry.file_name()) else { continue };
            let fd = || entry.file_name().to_str().ok()?.parse().ok();
            if self.missing.remove(&inode) {
                let name = name.get_or_insert_with(|| name_of(pid));
                let Some(fd) = fd() else { continue };
                self.found.insert(inode, (Owner::new(pid, name, fd), pid));
            } else if let Some((owner, last)) = self.found.get_mut(&inode)
                && *last != pid
            {
                owner.others += 1;
                *last = pid;
            }
        }
    }

    fn end(self) -> Owners {
        let found = self.found.into_iter().map(|(inode, (owner, _))| (inode, owner));
        Owners { found: found.collect(), missing: self.missing.into_iter().collect() }
    }
}

/// This process first.
fn all_processes() -> impl Iterator<Item = u32> {
    let own = std::process::id();
    let numbers = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    [own].into_iter().chain(pids.filter(move |pid| *pid != own))
}

fn open_fds(pid: u32) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(CWD, format!("/proc/{pid}/fd"), flags, Mode::empty()).ok()
}

/// The inode of the socket behind an entry of /proc/PID/fd, if it is one: `socket:[12345]`.
fn socket_of(fds: &OwnedFd, fd: impl rustix::path::Arg) -> Option<u64> {
    let mut buffer = [MaybeUninit::uninit(); 64];
    let (link, _) = readlinkat_raw(fds, fd, &mut buffer).ok()?;
    std::str::from_utf8(link).ok()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

fn name_of(pid: u32) -> Vec<u8> {
    let mut name = fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.pop_if(|last| *last == b'\n');
    name
}
