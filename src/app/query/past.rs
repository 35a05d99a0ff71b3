//! The moment that the screen shows: now, or one in the past.

use crate::app::{Content, Notice, Notices, Past, Server, Spotlight, State, Table};
use crate::tcp::{Delivery, Moment, TcpState, WireSettings};

impl State {
    /// The moment that is shown: now, unless the past is.
    pub fn then(&self) -> Moment {
        self.sockets.past().map_or(self.now, |past| past.at)
    }

    /// What is lit: the effects of the last verb, in the past those of the step.
    pub fn spotlight(&self) -> Spotlight {
        match self.sockets.past() {
            Some(past) if !past.paused => past.spotlight(),
            Some(_) | None => Spotlight::after(self.ui.acted, self.then()),
        }
    }

    /// The sentences of the moment that is shown and, in the past, the answers to the keys pressed there; the newest first.
    pub fn told(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        let past = self.sockets.past();
        let is_told = move |past: &Past, notice: &Notice| {
            let is_answer =
                notice.at >= past.entered && matches!(notice.content, Content::Statement(_));
            notice.at <= past.at.plus(Notices::AT_ONCE) || is_answer
        };
        self.notices
            .newest_first()
            .filter(move |notice| past.is_none_or(|past| is_told(past, notice)))
    }

    /// Whether a server of ours listened at the moment that is shown.
    pub fn listened(&self) -> bool {
        self.then_listening().next().is_some()
    }

    /// The servers that listened at the moment that is shown, the selected one first.
    pub fn then_listening(&self) -> impl Iterator<Item = &Server> {
        let selected = self.server();
        let others = self.servers.all.iter().filter(|other| other.spec.id != selected.spec.id);
        let all = std::iter::once(selected).chain(others);
        all.filter(|server| match self.sockets.past() {
            Some(past) => {
                let lines = past.table.in_order();
                let mut rows = lines.take_while(|line| line.row.state == TcpState::Listen);
                let (host, at) = (server.spec.host, server.at());
                rows.any(|line| {
                    line.gone.is_none() && line.row.host == host && line.row.tuple.local == at
                })
            }
            None => server.is_listening(),
        })
    }

    /// Whether the past is shown, or the table is frozen.
    pub fn is_past(&self) -> bool {
        self.sockets.past().is_some()
    }

    /// The table that is shown: live, or of the past.
    pub fn seen(&self) -> &Table {
        self.sockets.shown()
    }

    /// The wire's settings at the moment that is shown.
    pub fn wire_then(&self) -> WireSettings {
        if !self.is_past() {
            return self.lab.wire;
        }
        let then = self.then();
        let mut wires = self.lab.wires.iter().rev();
        let wire = wires.find(|(since, _)| *since <= then);
        wire.map(|(_, wire)| *wire).unwrap_or_default()
    }

    /// The number of segments on the wire at the moment that is shown.
    pub fn waiting_then(&self) -> usize {
        if !self.is_past() {
            return self.lab.waiting();
        }
        let then = self.then();
        let sent = self.lab.crossings.iter();
        let sent = sent.take_while(|crossing| crossing.sent <= then);
        sent.filter(|crossing| crossing.fate_by(then) == Delivery::OnTheWay).count()
    }
}
