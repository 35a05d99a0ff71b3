//! What has to be so, one thing after the other, for a connection of the lab to come into a state.

use crate::tcp::{Flags, TcpState};

/// What has to be so before it goes on, and what is ordered for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptStep {
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
    HungUp(ScriptEnd),
    /// The client has closed.
    ClientClosed,
    /// The server's program has closed, by itself or because it is told to.
    ServerClosed,
    /// A segment of that end with these flags is on the wire, or was.
    Sent(ScriptEnd, Flags),
    /// It has reached the other computer.
    Crossed(ScriptEnd, Flags),
}

/// One of the ends of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptEnd {
    Client,
    Server,
}

const SYN_ACK: Flags = Flags::SYN.and(Flags::ACK);

/// Which cues lead to a state, and at which end of the connection it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepLists {
    /// How the connection begins.
    first: &'static [ScriptStep],
    then: &'static [ScriptStep],
    pub(crate) at: ScriptEnd,
}

/// The client's SYN stays on the wire.
const UNANSWERED: &[ScriptStep] =
    &[ScriptStep::Plain, ScriptStep::Listens, ScriptStep::WireHeld, ScriptStep::Called];
/// No program has the server's end.
const UNACCEPTED: &[ScriptStep] = &[
    ScriptStep::Plain,
    ScriptStep::Listens,
    ScriptStep::AcceptHeld,
    ScriptStep::Called,
    ScriptStep::Connected,
];
/// Programs have both ends.
const ACCEPTED: &[ScriptStep] = &[
    ScriptStep::Plain,
    ScriptStep::Listens,
    ScriptStep::Accepts,
    ScriptStep::Called,
    ScriptStep::Connected,
    ScriptStep::Accepted,
];

impl StepLists {
    /// What leads to that state; nothing does where it is none of a connection.
    pub(crate) const fn to(state: TcpState) -> StepLists {
        use crate::app::actions::ScriptEnd::Client;
        use crate::app::actions::ScriptEnd::Server;
        use crate::app::actions::ScriptStep::ClientClosed;
        use crate::app::actions::ScriptStep::Crossed;
        use crate::app::actions::ScriptStep::HungUp;
        use crate::app::actions::ScriptStep::Sent;
        use crate::app::actions::ScriptStep::ServerClosed;
        use crate::app::actions::ScriptStep::WireHeld;
        let (first, then, at): (_, &[ScriptStep], _) = match state {
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
        StepLists { first, then, at }
    }

    /// The cue so many after the first.
    pub(crate) fn get(self, place: usize) -> Option<ScriptStep> {
        let mut all = self.first.iter().chain(self.then);
        all.nth(place).copied()
    }
}

impl ScriptStep {
    /// What is still to come.
    pub(crate) const fn waits_for(self) -> &'static str {
        match self {
            ScriptStep::Plain | ScriptStep::WireHeld => "the wire does not obey",
            ScriptStep::Listens => "the server does not listen yet",
            ScriptStep::Accepts | ScriptStep::AcceptHeld => "the server does not obey",
            ScriptStep::Called => "the client's call is not made yet",
            ScriptStep::Connected => "the client's call is not answered yet",
            ScriptStep::Accepted => "accept() has not returned the connection yet",
            ScriptStep::HungUp(_) => "nobody has hung up yet",
            ScriptStep::ClientClosed => "the client has not closed yet",
            ScriptStep::ServerClosed => "the server has not closed yet",
            ScriptStep::Sent(..) => "the segment is not on the wire yet",
            ScriptStep::Crossed(..) => "the segment has not crossed the wire yet",
        }
    }
}
