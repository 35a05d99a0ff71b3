//! What has to be so, one thing after the other, for a connection of the lab to come into a state.

use crate::tcp::{Flags, TcpState};

/// What has to be so before it goes on, and what is ordered for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cue {
    /// The wire is as quick as a cable, and holds nothing back.
    Plain,
    /// The wire is held.
    WireHeld,
    /// The server listens.
    Listens,
    /// accept() is called at once.
    Accepts,
    /// accept() is held.
    AcceptHeld,
    /// The client has called.
    Called,
    /// The client is connected, as far as it knows.
    Connected,
    /// The server's program has the other end.
    Accepted,
    /// That end has sent its FIN, and can be read from still.
    HungUp(Side),
    /// The client has closed.
    ClientClosed,
    /// The server's program has closed, by itself or because it is told to.
    ServerClosed,
    /// A segment of that end with these flags is on the wire, or was.
    Sent(Side, Flags),
    /// It has reached the other computer.
    Crossed(Side, Flags),
}

/// One of the ends of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

const SYN_ACK: Flags = Flags::SYN.and(Flags::ACK);

/// Which cues lead to a state, and at which end of the connection it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cues {
    /// How the connection begins.
    first: &'static [Cue],
    then: &'static [Cue],
    pub(crate) at: Side,
}

/// The client's SYN stays on the wire.
const UNANSWERED: &[Cue] = &[Cue::Plain, Cue::Listens, Cue::WireHeld, Cue::Called];
/// No program has the server's end.
const UNACCEPTED: &[Cue] =
    &[Cue::Plain, Cue::Listens, Cue::AcceptHeld, Cue::Called, Cue::Connected];
/// Programs have both ends.
const ACCEPTED: &[Cue] =
    &[Cue::Plain, Cue::Listens, Cue::Accepts, Cue::Called, Cue::Connected, Cue::Accepted];

impl Cues {
    /// What leads to that state; nothing does where it is none of a connection.
    pub(crate) const fn to(state: TcpState) -> Cues {
        use crate::app::actions::Cue::ClientClosed;
        use crate::app::actions::Cue::Crossed;
        use crate::app::actions::Cue::HungUp;
        use crate::app::actions::Cue::Sent;
        use crate::app::actions::Cue::ServerClosed;
        use crate::app::actions::Cue::WireHeld;
        use crate::app::actions::Side::Client;
        use crate::app::actions::Side::Server;
        let (first, then, at): (_, &[Cue], _) = match state {
            TcpState::SynSent => (UNANSWERED, &[Sent(Client, Flags::SYN)], Client),
            TcpState::SynReceived => {
                (UNANSWERED, &[Crossed(Client, Flags::SYN), Sent(Server, SYN_ACK)], Server)
            }
            TcpState::Established => (UNACCEPTED, &[], Server),
            TcpState::FinWait2 => (UNACCEPTED, &[HungUp(Client)], Client),
            TcpState::CloseWait => (UNACCEPTED, &[HungUp(Client)], Server),
            TcpState::FinWait1 => {
                (ACCEPTED, &[WireHeld, HungUp(Client), Sent(Client, Flags::FIN)], Client)
            }
            TcpState::Closing => (
                ACCEPTED,
                &[
                    WireHeld,
                    HungUp(Client),
                    Sent(Client, Flags::FIN),
                    HungUp(Server),
                    Sent(Server, Flags::FIN),
                    Crossed(Client, Flags::FIN),
                    Crossed(Server, Flags::FIN),
                ],
                Client,
            ),
            TcpState::LastAck => (
                ACCEPTED,
                &[
                    WireHeld,
                    HungUp(Client),
                    Crossed(Client, Flags::FIN),
                    ServerClosed,
                    Sent(Server, Flags::FIN),
                ],
                Server,
            ),
            TcpState::TimeWait => (ACCEPTED, &[ClientClosed, ServerClosed], Client),
            TcpState::Listen | TcpState::Closed => (&[], &[], Server),
        };
        Cues { first, then, at }
    }

    /// The cue so many after the first.
    pub(crate) fn get(self, place: usize) -> Option<Cue> {
        let mut all = self.first.iter().chain(self.then);
        all.nth(place).copied()
    }
}

impl Cue {
    /// What is still to come.
    pub(crate) const fn waits_for(self) -> &'static str {
        match self {
            Cue::Plain | Cue::WireHeld => "the wire does not obey",
            Cue::Listens => "the server does not listen yet",
            Cue::Accepts | Cue::AcceptHeld => "the server does not obey",
            Cue::Called => "the client's call is not made yet",
            Cue::Connected => "the client's call is not answered yet",
            Cue::Accepted => "accept() has not returned the connection yet",
            Cue::HungUp(_) => "nobody has hung up yet",
            Cue::ClientClosed => "the client has not closed yet",
            Cue::ServerClosed => "the server has not closed yet",
            Cue::Sent(..) => "the segment is not on the wire yet",
            Cue::Crossed(..) => "the segment has not crossed the wire yet",
        }
    }
}
