use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::{Arc, OnceLock};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::lab::fd_channel::Channel;

/// Takes a lab down.
#[derive(Clone, Debug)]
pub struct StopHandle(Arc<StopState>);

#[derive(Debug)]
struct StopState {
    channel: Arc<Channel>,
    /// `None` before Linux 5.3.
    process: Option<OwnedFd>,
    /// Set once it was stopped.
    why: OnceLock<StopReason>,
}

/// Why a lab was stopped.
#[derive(Clone, Debug)]
pub(crate) enum StopReason {
    /// Somebody wanted it so.
    Wanted,
    /// In words.
    Broken(String),
}

impl StopHandle {
    pub(crate) fn of(child: &Child, channel: Arc<Channel>) -> StopHandle {
        StopHandle(Arc::new(StopState {
            channel,
            process: pidfd_open(Pid::from_child(child), PidfdFlags::empty()).ok(),
            why: OnceLock::new(),
        }))
    }

    /// Has the helper end; its end is seen by whoever waits for it.
    pub fn stop(&self) {
        self.end(StopReason::Wanted);
    }

    /// The same when something went wrong: whoever waits for the end is told the reason.
    pub fn give_up(&self, why: String) {
        self.end(StopReason::Broken(why));
    }

    /// Why it was stopped, if it was.
    pub(crate) fn why(&self) -> Option<&StopReason> {
        self.0.why.get()
    }

    fn end(&self, why: StopReason) {
        // The first reason is the one.
        let _ = self.0.why.set(why);
        self.0.channel.hang_up();
        // It holds nothing that would have to be given back, and might be busy or stopped.
        if let Some(process) = &self.0.process {
            let _ = pidfd_send_signal(process, Signal::KILL);
        }
    }
}
