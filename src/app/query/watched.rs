//! What to read from the kernel, and how often to redraw.

use std::time::Duration;

use crate::app::{LabStage, LessonProgress, Overlay, State, TableRow};
use crate::tcp::{Filter, Owner, SocketId};

pub(crate) fn wanted(state: &State) -> Filter {
    if state.ui.row_filter.whole_machine {
        return Filter::everything();
    }
    let of_lesson = state.lesson.iter().flat_map(|progress| &progress.ports);
    let called = &state.clients.called;
    Filter::ports(state.servers.ports.iter().chain(called).chain(of_lesson).copied())
}

impl State {
    pub(crate) fn watches(&self, row: SocketId) -> bool {
        self.ui.row_filter.whole_machine || self.is_at_the_demos_port(row)
    }

    pub(crate) fn is_at_the_demos_port(&self, row: SocketId) -> bool {
        let of_lesson = self.lesson.as_ref().map(|progress| &progress.ports);
        let is_watched = |port| {
            self.servers.ports.contains(&port)
                || self.clients.called.contains(&port)
                || of_lesson.is_some_and(|ports| ports.contains(&port))
        };
        [row.tuple.local, row.tuple.remote].into_iter().any(|end| is_watched(end.port))
    }

    /// The inodes of those rows without a known owner.
    pub fn unowned(&self, rows: &[SocketId]) -> Vec<u64> {
        self.inodes(rows).filter(|inode| self.sockets.owner(*inode).is_none()).collect()
    }

    /// The inodes of those rows with the other processes that held them when they were searched for.
    pub fn owned(&self, rows: &[SocketId]) -> Vec<(u64, Owner)> {
        let is_others = |owner: &&Owner| owner.pid != self.machine.pid;
        let owned = |inode| {
            let owner = self.sockets.owner(inode).filter(is_others)?;
            Some((inode, owner.clone()))
        };
        self.inodes(rows).filter_map(owned).collect()
    }

    fn inodes(&self, rows: &[SocketId]) -> impl Iterator<Item = u64> {
        let lines = rows.iter().filter_map(|name| self.sockets.get(*name));
        lines.map(|line| line.row.inode).filter(|inode| *inode != 0)
    }

    /// Both rows of the connection whose details are shown: their `tcp_info` is read.
    pub fn shown_in_details(&self) -> Vec<SocketId> {
        let Some(Overlay::Details(name)) = self.ui.overlay else { return Vec::new() };
        let other = self.sockets.mirror(name).map(|line| line.row.name());
        [Some(name), other].into_iter().flatten().collect()
    }

    /// After how long the kernel will give up the handshake that a row of the lab waits for, as its timer and its limits let infer.
    pub fn gives_up_in(&self, line: &TableRow) -> Option<Duration> {
        let timer = line.row.timer.filter(|_| line.gone.is_none())?;
        let later = self.lab.gives_up?.after(timer, line.row.state)?;
        Some(line.time_left(self.then())? + later)
    }

    /// After how long the screen changes without an event: a countdown, a fading mark or key, an age.
    pub fn tick_after(&self) -> Duration {
        let wire = &self.lab.wire;
        let lively =
            self.sockets.next_ghost().is_some() || self.seen().fades_later(self.spotlight());
        let is_changing = matches!(self.lab.stage, LabStage::Starting | LabStage::Stopping);
        let tick = if self.lesson.as_ref().is_some_and(LessonProgress::waits) {
            Duration::from_millis(15)
        } else if !self.ui.ahead.is_empty() && !is_changing {
            Duration::from_millis(10)
        } else if self.episodes.wait() {
            Duration::from_millis(15)
        } else if self.lab.waiting() > 0 && !wire.held && !wire.delay.is_zero() {
            Duration::from_millis(50)
        } else if lively {
            Duration::from_millis(250)
        } else {
            Duration::from_secs(1)
        };
        tick.min(self.ui.next_fade(self.now).unwrap_or(tick))
    }
}
