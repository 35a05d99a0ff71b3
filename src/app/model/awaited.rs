use std::collections::HashSet;

use crate::tcp::{Command, ListenerId, Moment, SocketEvent, SocketId};

/// Orders to our own sockets that are not reported done yet. Those to listen and to connect are counted where their sockets are.
#[derive(Clone, Debug, Default)]
pub struct Awaited {
    /// Sockets that are to close or half-close, and the other ends that close with them.
    pub(crate) ends: HashSet<SocketId>,
    /// Ends to which bytes were sent that their program has not read yet.
    pub(crate) readers: HashSet<SocketId>,
    /// Whose accept() is to be held, resumed or called.
    pub(crate) accept: Option<ListenerId>,
    /// Whether a state is to be held.
    pub(crate) held_state: bool,
    /// When the last order was given, or the last report came.
    pub(crate) at: Moment,
    /// When one of several was answered the last time: an end of many, a connect of a burst, a step of a script.
    pub(crate) answered: Moment,
}

impl Awaited {
    pub(crate) fn order(&mut self, command: &Command) {
        match command {
            Command::Close(end) | Command::Abort(end) | Command::HalfClose(end) => {
                self.ends.insert(*end);
            }
            Command::HoldAccept(id) | Command::ResumeAccept(id) | Command::AcceptOne(id) => {
                self.accept = Some(*id);
            }
            Command::HoldState(..) => self.held_state = true,
            Command::Listen(_)
            | Command::StopListening(_)
            | Command::Connect(..)
            | Command::StopConnecting
            | Command::Send(..)
            | Command::StayOpen(..)
            | Command::CloseWithPeer(_)
            | Command::CloseEverything
            | Command::EndTimeWait(_)
            | Command::Probe(_) => (),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing waits for all others")]
    pub(crate) fn report(&mut self, now: Moment, event: &SocketEvent) {
        self.at = now;
        let is_answer = match event {
            SocketEvent::AcceptHeld(id, _)
            | SocketEvent::Accepted { on: (id, _), .. }
            | SocketEvent::AcceptFailed { id, .. }
            | SocketEvent::StoppedListening { id, .. } => {
                self.accept.take_if(|awaited| awaited == id).is_some()
            }
            SocketEvent::StateHeld { .. } | SocketEvent::HoldFailed { .. } => {
                std::mem::take(&mut self.held_state)
            }
            SocketEvent::Received { at, .. } => self.readers.remove(at),
            SocketEvent::HalfClosed(at) => self.ends.remove(at),
            SocketEvent::Closed { at, .. } | SocketEvent::CallFailed { at, .. } => {
                self.ends.remove(at) | self.readers.remove(at)
            }
            _ => false,
        };
        if is_answer {
            self.answered = now;
        }
    }
}
