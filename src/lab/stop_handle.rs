use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::{Arc, OnceLock};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::lab::fd_channel::Channel;

/// Stops a lab from any thread.
#[derive(Clone, Debug)]
pub struct StopHandle(Arc<StopState>);

#[derive(Debug)]
struct StopState {
    channel: Arc<Channel>,
    /// `None` before Linux 5.3.
    process: Option<OwnedFd>,
    /// What failed, in words; `None` where it is stopped on purpose.
    reason: OnceLock<Option<String>>,
}

impl StopHandle {
    pub(super) fn of(child: &Child, channel: Arc<Channel>) -> StopHandle {
        StopHandle(Arc::new(StopState {
            channel,
            process: pidfd_open(Pid::from_child(child), PidfdFlags::empty()).ok(),
            reason: OnceLock::new(),
        }))
    }

    /// Ends the helper.
    pub fn stop(&self) {
        self.end(None);
    }

    /// Ends the helper as something failed; [`Helper::wait`](crate::lab::Helper::wait) returns the reason.
    pub fn stop_because(&self, why: String) {
        self.end(Some(why));
    }

    pub(super) fn reason(&self) -> Option<&Option<String>> {
        self.0.reason.get()
    }

    fn end(&self, reason: Option<String>) {
        // The first reason stays.
        let _ = self.0.reason.set(reason);
        self.0.channel.shut_down();
        // It holds nothing that must be released in order, and may be busy or stopped.
        if let Some(process) = &self.0.process {
            let _ = pidfd_send_signal(process, Signal::KILL);
        }
    }
}
