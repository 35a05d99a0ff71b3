use std::time::Duration;

use crate::app::State;
use crate::app::history::RowHistory;
use crate::app::history::ladder::who;
use crate::tcp::{DropReason, FiveTuple, Moment, SocketId, TcpState};

/// What went to and fro between the client's end, at the left, and the server's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    /// What stands above the lines: computer, address and port.
    pub ends: [String; 2],
    /// Whether the segments were captured on their way; else states and calls tell what they must have been.
    pub captured: bool,
    /// Whether it shows all connections, and not only one.
    pub of_all: bool,
    /// So many segments more crossed the wire, and are not shown.
    pub hidden: u64,
    /// The oldest first.
    pub rungs: Vec<Rung>,
}

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// When.
    pub at: Moment,
    /// What was sent; `None` where only a state changed.
    pub arrow: Option<LadderArrow>,
    /// What each end has become.
    pub states: [Option<StateMark>; 2],
    /// The ports at both ends, where those of several connections stand among each other.
    pub ports: Option<[String; 2]>,
}

/// A segment between the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderArrow {
    /// Who sent it.
    pub from: Side,
    /// Flags and data.
    pub words: String,
    /// Sequence and acknowledgement number, as far as they are known.
    pub numbers: String,
    /// What became of it.
    pub fate: ArrowEnd,
    /// Whether it had been sent before.
    pub again: bool,
}

/// One of both lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The client's.
    Client,
    /// The server's.
    Server,
}

impl Side {
    /// The one opposite.
    #[must_use]
    pub const fn other(self) -> Side {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

/// What became of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrowEnd {
    /// It is not known to the millisecond: nobody captured it.
    WorkedOut,
    /// It is on its way.
    OnTheWay,
    /// It is kept on a wire that is held.
    Waits,
    /// It arrived then.
    Arrived(Moment),
    /// It was lost.
    Lost(DropReason),
}

/// What an end has become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateMark {
    /// The state; `None` once the kernel has it no more.
    pub state: Option<TcpState>,
    /// Whether a look at the table showed it.
    pub seen: bool,
}

/// An end that the kernel has no more.
pub(crate) const GONE: Option<StateMark> = Some(StateMark { state: None, seen: true });

/// How far a look may be from what it shows the effect of.
pub(crate) const ABOUT: Duration = Duration::from_secs(2);

/// Both rows of one connection, as far as they are known.
#[derive(Clone, Debug)]
pub struct ConnectionRows<'a> {
    /// Protocol and both ends, as both ends call it.
    pub connection: FiveTuple,
    /// The client's row, then the server's.
    pub lives: [Option<RowHistory<'a>>; 2],
    /// What stands above the lines.
    pub names: [String; 2],
    /// The time that is shown.
    pub now: Moment,
}

impl<'a> ConnectionRows<'a> {
    /// The chosen connection, else the newest.
    pub fn chosen(state: &'a State) -> Option<ConnectionRows<'a>> {
        let is_connected = |name: &SocketId| name.tuple.is_connected();
        let chosen = state.ui.selected.filter(is_connected);
        let newest = || state.ui.shown.iter().rev().copied().find(is_connected);
        let last = || {
            let mut gone = state.seen().departed().iter().rev();
            let name = gone.find(|gone| is_connected(&gone.line.row.name()));
            name.map(|gone| gone.line.row.name())
        };
        ConnectionRows::of(state, chosen.or_else(newest).or_else(last)?)
    }

    /// Whether something of that time may be this connection's: a call comes about when a look shows its row; what is much older or newer
    /// was another connection with the same numbers.
    pub(crate) fn was_there(&self, at: Moment) -> bool {
        let (born, gone) = self.lived();
        at.plus(ABOUT) >= born && at <= gone.plus(ABOUT)
    }

    /// When looks showed the first of both rows, and that the last of them was gone.
    pub(crate) fn lived(&self) -> (Moment, Moment) {
        let lives = || self.lives.iter().flatten().map(|life| lived(life, self.now));
        let born = lives().map(|(born, _)| born).min();
        let gone = lives().map(|(_, gone)| gone).max();
        (born.unwrap_or(self.now), gone.unwrap_or(self.now))
    }

    /// The connection that has this row.
    fn of(state: &'a State, name: SocketId) -> Option<ConnectionRows<'a>> {
        let own = life(state, name)?;
        let mirrored = state.seen().mirror(name);
        let other = match mirrored {
            Some(line) => life(state, line.row.name()),
            None => departed(state, |other| is_other_end(name, other)),
        };
        // Who was not born together went by the same five numbers at another time.
        let lived_together = |other: &RowHistory<'_>| {
            let [own, other] = [&own, other].map(|life| lived(life, state.then()));
            other.0 <= own.1 && own.0 <= other.1
        };
        let other = other.filter(lived_together);
        let lives = if own.is_client { [Some(own), other] } else { [other, Some(own)] };
        let tuple = name.tuple;
        let ends =
            if own.is_client { [tuple.local, tuple.remote] } else { [tuple.remote, tuple.local] };
        let server = if own.is_client { state.other_end(name).host } else { name.host };
        let called = [
            who(state, lives[0].map(|life| life.line)),
            server.name().unwrap_or("server").to_owned(),
        ];
        let names =
            [0, 1].map(|n| format!("{} {}", called[n], ends[n].canonical()).trim().to_owned());
        Some(ConnectionRows { connection: tuple.connection(), lives, names, now: state.then() })
    }
}

fn is_other_end(name: SocketId, other: SocketId) -> bool {
    name != other && name.tuple.canonical() == other.tuple.canonical().mirrored()
}

pub(crate) fn life(state: &State, name: SocketId) -> Option<RowHistory<'_>> {
    let table = state.seen();
    let Some(line) = table.get(name) else {
        return departed(state, |other| other == name);
    };
    Some(RowHistory { line, is_client: table.is_client(name) })
}

/// When looks showed a row, and that it was gone.
pub(crate) fn lived(life: &RowHistory<'_>, now: Moment) -> (Moment, Moment) {
    let gone = life.line.gone.map_or(now, |gone| gone.at);
    (life.line.born, gone)
}

/// The last row that went and is the wanted one.
fn departed(state: &State, is_it: impl Fn(SocketId) -> bool) -> Option<RowHistory<'_>> {
    let mut all = state.seen().departed().iter().rev();
    let gone = all.find(|gone| is_it(gone.line.row.name()))?;
    Some(RowHistory { line: &gone.line, is_client: gone.is_client })
}
