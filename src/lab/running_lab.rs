use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::geteuid;
use serde::de::DeserializeOwned;

use crate::lab::addressing::{address, address6, hosts};
use crate::lab::diagnosis::refusal;
use crate::lab::fd_channel::Channel;
use crate::lab::namespace::errno;
use crate::lab::protocol::SetupReply;
use crate::lab::socket_pool::SocketPool;
use crate::lab::stop_handle::StopHandle;
use crate::lab::sysctl;
use crate::tcp::{Host, LabComputer, LabLimits, LabRefusal, LabSpec, PortRange, in_words};

/// The hidden subcommand that runs the helper.
pub const HELPER: &str = "__lab";
const REPLY_TIMEOUT: Duration = Duration::from_secs(5);

/// A lab that is up: computers with a TCP of their own; the wire is not connected yet.
#[derive(Debug)]
pub struct Lab {
    /// Its computers, the server first.
    pub computers: Vec<LabComputer>,
    /// Their limits: lower than intended where this machine does not allow their sysctls to be set.
    pub limits: LabLimits,
    /// Their sockets.
    pub pool: Arc<SocketPool>,
    /// The ends of the wire, for [`Wire::start`](crate::lab::Wire::start).
    pub ends: Vec<(Host, OwnedFd)>,
    /// The files of each computer's counters: `snmp`, `sockstat` and `sockstat6`, as far as they exist.
    pub counters: Vec<(Host, Vec<File>)>,
    /// The process that made them.
    pub helper: Helper,
}

/// The process that made the lab and hands out its sockets; it ends when this is dropped.
#[derive(Debug)]
pub struct Helper {
    child: Child,
    channel: Arc<Channel>,
    /// Stops it, from any thread.
    pub stopper: StopHandle,
}

impl Lab {
    /// This program, even if its file was moved or replaced since it started (proc_pid_exe(5)).
    pub const THIS_PROGRAM: &str = "/proc/self/exe";

    /// Sets a lab up with `program`, as a rule this one, as its helper, which ends with the thread that calls this.
    ///
    /// # Errors
    /// When this machine does not allow it, with what helps.
    pub fn start(program: &Path, spec: LabSpec) -> Result<Lab, LabRefusal> {
        let helper = Helper::start(program, spec)?;
        let ports = spec.ports.unwrap_or(PortRange::DEFAULT);
        let (mut computers, mut ends, mut counters) = (Vec::new(), Vec::new(), Vec::new());
        for host in hosts(spec.computers) {
            let ((), fds) = helper.reply()?;
            let mut fds = fds.into_iter();
            let end = fds.next().ok_or_else(|| no_help(Errno::MFILE))?;
            computers.push(LabComputer { host, ip: address(host).into(), ip6: None });
            ends.push((host, end));
            counters.push((host, fds.map(File::from).collect()));
        }
        let (limits, _) = helper.reply::<LabLimits>()?;
        for computer in computers.iter_mut().filter(|_| limits.has_ipv6) {
            computer.ip6 = Some(address6(computer.host));
        }
        let pool = SocketPool::new(Arc::clone(&helper.channel), helper.stopper.clone(), ports);
        Ok(Lab {
            computers,
            limits: sysctl::as_used(limits, &pool, Host::SERVER),
            pool: Arc::new(pool),
            ends,
            counters,
            helper,
        })
    }
}

impl Helper {
    fn start(program: &Path, spec: LabSpec) -> Result<Helper, LabRefusal> {
        let at = |step: &str, why: Errno| refusal((step.to_owned(), why), geteuid().is_root());
        let (channel, theirs) = Channel::pair().map_err(|why| at("socketpair", why))?;
        channel.set_timeout(REPLY_TIMEOUT).map_err(|why| at("setsockopt(SO_RCVTIMEO)", why))?;
        let mut command = Command::new(program);
        command.arg0("fivetuple").arg(HELPER).arg("--computers").arg(spec.computers.to_string());
        if let Some(ports) = spec.ports {
            command.arg("--ports").arg(ports.to_string());
        }
        // In a process group of its own, so that ctrl-c and ctrl-z do not reach it.
        let child = command
            .stdin(theirs)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        let step = format!("execve({})", program.display());
        let child = child.map_err(|why| at(&step, errno(&why)))?;
        let channel = Arc::new(channel);
        let stopper = StopHandle::of(&child, Arc::clone(&channel));
        Ok(Helper { child, channel, stopper })
    }

    fn reply<T: DeserializeOwned>(&self) -> Result<(T, Vec<OwnedFd>), LabRefusal> {
        let received = self.channel.receive::<SetupReply<T>>().map_err(no_help)?;
        let (reply, fds) = received.ok_or_else(|| no_help(Errno::PIPE))?;
        Ok((reply?, fds))
    }

    /// The helper's process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends; returns the reason in words, unless it was stopped on purpose.
    pub fn wait(&mut self) -> Option<String> {
        let ended = self.child.wait();
        if let Some(reason) = self.stopper.reason() {
            return reason.clone();
        }
        match ended {
            Ok(status) if status.success() => None,
            Ok(status) => Some(words(status)),
            Err(why) => {
                Some(format!("cannot wait for the lab's helper process: {}", in_words(&why)))
            }
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        self.channel.shut_down();
        // It holds nothing that must be released in order.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn no_help(why: Errno) -> LabRefusal {
    refusal(("the lab's helper process".to_owned(), why), geteuid().is_root())
}

fn words(status: ExitStatus) -> String {
    match status.signal() {
        Some(number) => format!("the lab's helper process was killed by signal {number}"),
        None => format!(
            "the lab's helper process exited with code {}",
            status.code().unwrap_or_default()
        ),
    }
}
