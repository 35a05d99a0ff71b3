//! Questions about the last failure.

use std::time::Duration;

use crate::app::{Attempt, Failure, Overlay, State, TableRow};
use crate::tcp::{
    Call, CloseKind, ConnectSpec, Endpoint, Errno, Moment, Protocol, SocketId, TcpState,
};

/// `TCP_TIMEWAIT_LEN` of the kernel's net/tcp.h.
const TIME_WAIT: Duration = Duration::from_secs(60);

/// When a datagram was last refused, which the sender learns later.
pub(crate) fn datagram_refused(state: &State) -> Option<Moment> {
    let lines = state.sockets.in_order().chain(state.sockets.closed_rows()).filter(|line| {
        let is_udp = line.row.tuple.protocol == Protocol::Udp;
        is_udp && line.ending == Some(CloseKind::Broken(Errno::ECONNREFUSED))
    });
    lines.map(|line| line.gone.map_or(state.now, |gone| gone.at)).max()
}

/// The seconds until no TIME_WAIT is in the way any more, rounded up; `None` where there is none.
pub(crate) fn wait_left(state: &State) -> Option<u64> {
    let failure = state.notices.failure.as_ref()?;
    let rows = &failure.rows;
    let lines = rows.iter().filter_map(|row| state.sockets.get(*row));
    let waits = lines.filter(|line| line.gone.is_none() && line.row.state == TcpState::TimeWait);
    let left = waits.map(|line| line.time_left(state.now).unwrap_or_default());
    let Some((spec, to)) = failure.picked_port() else {
        return left.max().map(|left| left.as_secs() + 1);
    };
    // One port is enough, and connect() may pick it before TIME_WAIT is over.
    let reused = state.machine.reuses_time_wait(to.ip).filter(|_| spec.protocol == Protocol::Tcp);
    let early = TIME_WAIT.saturating_sub(reused.unwrap_or(TIME_WAIT));
    let left = left.min()?;
    (reused.is_none() || left > early).then(|| left.saturating_sub(early).as_secs() + 1)
}

impl Failure {
    /// Of a connect() for which the kernel was to pick the port: what was asked for, and the destination.
    fn picked_port(&self) -> Option<(&ConnectSpec, Endpoint)> {
        let Attempt::Connect(spec, Some(to)) = &self.asked else { return None };
        let picks = self.why.call == Call::Connect && spec.asked_port().is_none();
        picks.then_some((spec, *to))
    }
}

impl State {
    /// Whether only TIME_WAIT is in the way: bind() also fails because of other rows.
    pub fn waiting_helps(&self) -> bool {
        let Some(failure) = &self.notices.failure else { return false };
        let lines = failure.rows.iter().filter_map(|row| self.sockets.get(*row));
        let mut states = lines.filter(|line| line.gone.is_none()).map(|line| line.row.state);
        let binds = matches!(failure.why.call, Call::Bind | Call::Listen);
        let stays = |state: TcpState| state != TcpState::TimeWait;
        wait_left(self).is_some() && !(binds && states.any(stays))
    }

    /// The main culprit among the rows in the way.
    pub fn culprit(&self) -> Option<&TableRow> {
        self.sockets.get(*self.notices.failure.as_ref()?.rows.first()?)
    }

    /// The seconds until the failed call is retried.
    pub fn retries_in(&self) -> Option<u64> {
        let waits = self.notices.failure.as_ref().is_some_and(|failure| failure.waits);
        wait_left(self).filter(|_| waits)
    }

    /// The rows in the way that are marked.
    pub fn blamed(&self) -> &[SocketId] {
        if let (Some(Overlay::Why(_)), Some(failure)) = (&self.ui.overlay, &self.notices.failure) {
            return &failure.rows;
        }
        self.told().next().map_or(&[], |notice| &notice.blame)
    }
}
