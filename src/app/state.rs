//! All data of the dashboard.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::app::model::Script;
use crate::app::{
    Awaited, Clients, Effect, Episodes, LabState, LessonProgress, Notices, OpenEnds, Server,
    Servers, Sockets, Statement, SyscallLog, Tone, Ui,
};
use crate::tcp::{HostLimits, Moment, OwnSocket};

/// Everything the dashboard knows. What can be derived is not stored, except `shown` and `ranks` of [`Ui`], which each frame needs.
#[derive(Clone, Debug)]
pub struct State {
    /// The time of the last event.
    pub now: Moment,
    /// The local time of day at the start.
    pub started: Duration,
    /// What this machine allows.
    pub machine: HostLimits,
    /// The servers.
    pub servers: Servers,
    /// The computers that connect.
    pub clients: Clients,
    /// The sockets of the server's and the clients' connections.
    pub ends: OpenEnds,
    /// The sockets of connections on loopback that `S` holds in a state. No client computer owns them, so no action closes them.
    pub held_sockets: Vec<OwnSocket>,
    /// What was ordered, and is not reported done.
    pub awaited: Awaited,
    /// The kernel's table.
    pub sockets: Sockets,
    /// What happened, in sentences.
    pub notices: Notices,
    /// What has just happened, and is looked at.
    pub(crate) episodes: Episodes,
    /// What the screen shows, and how.
    pub ui: Ui,
    /// The computers with a network of their own, and their wire.
    pub lab: LabState,
    pub(crate) script: Option<Script>,
    /// The lesson that is being given.
    pub lesson: Option<LessonProgress>,
    /// The exercises that are done, by their numbers.
    pub exercises_done: BTreeSet<usize>,
    /// The system calls of our own sockets.
    pub calls: SyscallLog,
}

impl State {
    /// The state at the start: nothing listens, and the table has not been read.
    pub fn new(
        machine: HostLimits,
        started: Duration,
        servers: Servers,
        clients: Clients,
    ) -> State {
        State {
            now: Moment::default(),
            started,
            sockets: Sockets::new(machine.ephemeral),
            machine,
            servers,
            clients,
            ends: OpenEnds::default(),
            held_sockets: vec![],
            awaited: Awaited::default(),
            notices: Notices::default(),
            episodes: Episodes::default(),
            ui: Ui { stale: true, ..Ui::default() },
            lab: LabState::default(),
            script: None,
            lesson: None,
            exercises_done: BTreeSet::new(),
            calls: SyscallLog::default(),
        }
    }

    /// The selected server.
    pub fn server(&self) -> &Server {
        self.servers.selected()
    }

    pub(crate) fn server_mut(&mut self) -> &mut Server {
        self.servers.selected_mut()
    }

    pub(crate) fn say(&mut self, what: impl Into<Statement>) {
        self.notices.say(self.now, Tone::Plain, what);
    }

    pub(crate) fn warn(&mut self, what: impl Into<Statement>) {
        self.notices.say(self.now, Tone::Warning, what);
    }

    /// Says a sentence, and does nothing else.
    pub(crate) fn only_say(&mut self, what: impl Into<Statement>) -> Vec<Effect> {
        self.say(what);
        vec![]
    }
}
