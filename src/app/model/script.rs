//! A script as data: steps to a goal, each with what it waits for. `actions::script` plays it.

use std::net::IpAddr;

use crate::app::{Clients, Servers};
use crate::tcp::{
    ConnectId, Flags, Host, ListenerId, Moment, Port, SocketId, SyscallError, TcpState,
};

/// Steps that are taken one after another: each is ordered once, and done when its condition holds.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) goal: ScriptGoal,
    pub(crate) steps: Vec<ScriptStep>,
    /// The place of the step that is under way.
    pub(crate) next: usize,
    /// The order given for that step: the number of the segment to deliver, else 0.
    pub(crate) ordered: Option<u64>,
    pub(crate) began: Moment,
    /// The listener that was selected when it began, whichever is selected by now.
    pub(crate) listener: ListenerId,
    /// The computer whose next connection the steps are about, and the last order to connect before.
    pub(crate) client: usize,
    pub(crate) after: ConnectId,
    /// The client's socket of that connection, once it exists.
    pub(crate) end: Option<SocketId>,
}

impl Script {
    /// A script at its first step, about the next connection from the selected computer to the selected listener.
    pub(crate) fn new(
        goal: ScriptGoal,
        steps: Vec<ScriptStep>,
        began: Moment,
        (servers, clients): (&Servers, &Clients),
    ) -> Script {
        let (client, after) = (clients.chosen, clients.last_order);
        let listener = servers.selected().spec.id;
        Script { goal, steps, next: 0, ordered: None, began, listener, client, after, end: None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptGoal {
    /// That end of a connection of the lab stays in that state.
    HeldState(TcpState, ScriptEnd),
    Myth,
}

/// The condition for the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptStep {
    /// The wire has no delay, loses nothing, and is not held.
    WirePlain,
    WireHeld,
    Listening,
    /// accept() is called at once.
    Accepting,
    AcceptHeld,
    Called,
    Connected,
    Accepted,
    HalfClosed(ScriptEnd),
    ClientClosed,
    /// The server has called close(), on its own or as ordered.
    ServerClosed,
    /// That end has put a segment with these flags on the wire.
    Sent(ScriptEnd, Flags),
    Delivered(ScriptEnd, Flags),
    /// That connect() of the myth has returned, counted from 0.
    MythCall(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptEnd {
    Client,
    Server,
}

/// The states that can be held: LISTEN is what `l` makes, and CLOSED has no row.
pub const HOLDABLE_STATES: [TcpState; 9] = {
    let [_, held @ .., _] = TcpState::ALL;
    held
};

/// The steps that bring a connection into a state, and the end that is in it then; none where it is no connection's state.
pub(crate) fn steps_to(state: TcpState) -> (Vec<ScriptStep>, ScriptEnd) {
    use ScriptEnd::{Client, Server};
    use ScriptStep::{
        AcceptHeld, Accepted, Accepting, Called, ClientClosed, Connected, Delivered, HalfClosed,
        Listening, Sent, ServerClosed, WireHeld, WirePlain,
    };
    const SYN: Flags = Flags::SYN;
    const SYN_ACK: Flags = Flags::SYN.and(Flags::ACK);
    const FIN: Flags = Flags::FIN;
    // The client's SYN stays on the wire; no program has the server's end; programs have both ends.
    let unanswered: &[ScriptStep] = &[WirePlain, Listening, WireHeld, Called];
    let unaccepted: &[ScriptStep] = &[WirePlain, Listening, AcceptHeld, Called, Connected];
    let accepted: &[ScriptStep] = &[WirePlain, Listening, Accepting, Called, Connected, Accepted];
    let (first, then, at): (_, &[ScriptStep], _) = match state {
        TcpState::SynSent => (unanswered, &[Sent(Client, SYN)], Client),
        TcpState::SynReceived => {
            (unanswered, &[Delivered(Client, SYN), Sent(Server, SYN_ACK)], Server)
        }
        TcpState::Established => (unaccepted, &[], Server),
        TcpState::FinWait2 => (unaccepted, &[HalfClosed(Client)], Client),
        TcpState::CloseWait => (unaccepted, &[HalfClosed(Client)], Server),
        TcpState::FinWait1 => {
            (accepted, &[WireHeld, HalfClosed(Client), Sent(Client, FIN)], Client)
        }
        TcpState::Closing => (
            accepted,
            &[
                WireHeld,
                HalfClosed(Client),
                Sent(Client, FIN),
                HalfClosed(Server),
                Sent(Server, FIN),
                Delivered(Client, FIN),
                Delivered(Server, FIN),
            ],
            Client,
        ),
        TcpState::LastAck => (
            accepted,
            &[
                WireHeld,
                HalfClosed(Client),
                Delivered(Client, FIN),
                ServerClosed,
                Sent(Server, FIN),
            ],
            Server,
        ),
        TcpState::TimeWait => (accepted, &[ClientClosed, ServerClosed], Client),
        TcpState::Listen | TcpState::Closed => (&[], &[], Server),
    };
    ([first, then].concat(), at)
}

/// The connects of one test; each is made once the one before is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Myth {
    /// The port of both ends.
    pub port: Port,
    /// The connects, in order.
    pub calls: [MythCall; 3],
    /// The order of the connect() that is under way.
    pub order: Option<ConnectId>,
}

/// One connect from the server's own port number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MythCall {
    /// The computer that connects.
    pub who: String,
    /// Its network.
    pub host: Host,
    /// Its address.
    pub from: IpAddr,
    /// The result; `None` while there is none.
    pub answer: Option<Result<SocketId, SyscallError>>,
}

impl Myth {
    /// Whether the results are those expected: the first computer's connect succeeds, its second fails, another computer's succeeds.
    pub fn is_as_usual(&self) -> bool {
        let is_ok = |call: &MythCall| call.answer.map(|answer| answer.is_ok());
        self.calls.each_ref().map(is_ok) == [Some(true), Some(false), Some(true)]
    }
}
