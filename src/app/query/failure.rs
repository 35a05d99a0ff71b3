//! Questions about the last failure.

use crate::app::model::failure::ROWS;
use crate::app::model::{Attempt, Failure};
use crate::app::table::TableRow;
use crate::app::{Overlay, State};
use crate::tcp::{
    Call, CloseKind, Endpoint, Errno, Host, Moment, Protocol, SocketId, SyscallError, TcpState,
};

/// The LISTEN rows at the port of a destination, on its computer.
pub(crate) fn at_that_port(
    state: &State,
    caller: Host,
    to: Endpoint,
) -> impl Iterator<Item = &TableRow> {
    let host = state.lab.host_called(caller, to.ip);
    let listens = move |line: &&TableRow| {
        line.row.state == TcpState::Listen
            && line.gone.is_none()
            && line.row.host == host
            && line.row.tuple.local.port == to.port
    };
    state.sockets.in_order().filter(listens)
}

/// Whether a listener on `at` takes connections to `to`, as far as rows show: IPV6_V6ONLY is in none.
pub(crate) fn takes(at: Endpoint, to: Endpoint) -> bool {
    let (at, to) = (at.ip.to_canonical(), to.ip.to_canonical());
    at == to || (at.is_unspecified() && at.is_ipv4() == to.is_ipv4())
}

impl State {
    /// Whether something is listening now where the last connect() was refused.
    pub fn somebody_listens_now(&self) -> bool {
        let Some(case) = &self.notices.case else {
            return false;
        };
        let (Errno::ECONNREFUSED, Attempt::Connect(spec, Some(to))) = (case.why.errno, &case.asked)
        else {
            return false;
        };
        let takes_it = |line: &TableRow| {
            let at = line.row.tuple.local;
            // IPV6_V6ONLY is known of our own listener only.
            let own = self.server.running.as_ref();
            let only_v6 = own.is_some_and(|own| own.at == at && own.only_v6);
            let is_dual = at.ip.is_ipv6() && at.ip.is_unspecified() && !only_v6;
            takes(at, *to) || (is_dual && line.born > case.at)
        };
        at_that_port(self, spec.host, *to).any(takes_it)
    }
}

/// When a datagram was last refused, which the sender learns later.
pub(crate) fn datagram_refused(state: &State) -> Option<Moment> {
    let closed = state.sockets.closed_rows();
    let lines = state.sockets.in_order().chain(closed).filter(|line| {
        let is_udp = line.row.tuple.protocol == Protocol::Udp;
        is_udp && line.ending == Some(CloseKind::Broken(Errno::ECONNREFUSED))
    });
    lines.map(|line| line.gone.map_or(state.now, |gone| gone.at)).max()
}

/// Stores a failure.
pub(crate) fn refused(
    state: &mut State,
    asked: Attempt,
    why: SyscallError,
    mut rows: Vec<SocketId>,
) {
    rows.truncate(ROWS);
    let case = Failure::new(state.now, asked, why);
    state.notices.case = Some(Failure { rows, ..case });
}

/// The seconds until the last TIME_WAIT in the way ends, rounded up; `None` where there is none.
pub(crate) fn longest_wait(state: &State) -> Option<u64> {
    let rows = state.notices.case.as_ref().map_or(&[][..], |case| &case.rows);
    let lines = rows.iter().filter_map(|row| state.sockets.get(*row));
    let waits = lines.filter(|line| line.gone.is_none() && line.row.state == TcpState::TimeWait);
    let left = waits.map(|line| line.time_left(state.now).unwrap_or_default());
    left.max().map(|left| left.as_secs() + 1)
}

impl State {
    /// Whether only TIME_WAIT is in the way: bind() also fails because of other rows.
    pub fn waiting_helps(&self) -> bool {
        let Some(case) = &self.notices.case else {
            return false;
        };
        let lines = case.rows.iter().filter_map(|row| self.sockets.get(*row));
        let mut states = lines.filter(|line| line.gone.is_none()).map(|line| line.row.state);
        let binds = matches!(case.why.call, Call::Bind | Call::Listen);
        let stays = |state: TcpState| state != TcpState::TimeWait;
        longest_wait(self).is_some() && !(binds && states.any(stays))
    }

    /// The main culprit among the rows in the way.
    pub fn culprit(&self) -> Option<&TableRow> {
        let case = self.notices.case.as_ref()?;
        self.sockets.get(*case.rows.first()?)
    }

    /// The seconds until the failed call is retried.
    pub fn retries_in(&self) -> Option<u64> {
        let waits = self.notices.case.as_ref().is_some_and(|case| case.waits);
        longest_wait(self).filter(|_| waits)
    }

    /// The last failure in words: the action, the call and the error.
    pub fn refusal(&self) -> Option<String> {
        let case = self.notices.case.as_ref()?;
        let call = case.why.call;
        let on = match &case.asked {
            Attempt::Listen(spec) => format!("Listening on {}", spec.at),
            Attempt::Connect(spec, to) => {
                let target = to.map_or_else(|| spec.to.to_string(), |to| to.to_string());
                let from = spec.from.map_or_else(String::new, |ip| format!(" from {ip}"));
                format!("Connecting{from} to {target}")
            }
        };
        if let Some(why) = case.why.of_our_own() {
            return Some(format!("{on}: {why}."));
        }
        let failed = match call {
            Call::Remote(_) | Call::Resolve | Call::Reserve => "",
            Call::Socket
            | Call::SetSockOpt
            | Call::Bind
            | Call::Listen
            | Call::Accept
            | Call::Connect
            | Call::Write
            | Call::Shutdown => " failed",
        };
        Some(format!("{on}: {call}{failed}: {}.", case.why.errno))
    }
}

impl State {
    /// The rows in the way that are marked.
    pub fn blamed(&self) -> &[SocketId] {
        if let (Some(Overlay::Why(_)), Some(case)) = (&self.ui.overlay, &self.notices.case) {
            return &case.rows;
        }
        self.notices.last().map_or(&[], |notice| &notice.blame)
    }
}
