use std::collections::VecDeque;

use crate::tcp::TcpState;
use crate::tcp::TcpState::{
    CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynReceived,
    SynSent, TimeWait,
};

/// One arrow of the state diagram (RFC 9293, figure 5): from one state to the next, and what makes TCP go it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Where it begins.
    pub from: TcpState,
    /// Where it leads.
    pub to: TcpState,
    /// What happens: a segment that is received, a call of the program, a timer that runs out.
    pub event: &'static str,
    /// What TCP sends at that; empty where it sends nothing.
    pub answer: &'static str,
}

const fn arrow(
    from: TcpState,
    to: TcpState,
    event: &'static str,
    answer: &'static str,
) -> Transition {
    Transition { from, to, event, answer }
}

impl Transition {
    /// The arrows that connections go every day, the usual one first where two leave a state.
    pub const USUAL: [Transition; 14] = [
        arrow(Closed, Listen, "listen()", ""),
        arrow(Closed, SynSent, "connect()", "snd SYN"),
        arrow(Listen, SynReceived, "rcv SYN", "snd SYN+ACK"),
        arrow(SynReceived, Established, "rcv ACK", ""),
        arrow(SynSent, Established, "rcv SYN+ACK", "snd ACK"),
        arrow(Established, FinWait1, "close()", "snd FIN"),
        arrow(Established, CloseWait, "rcv FIN", "snd ACK"),
        arrow(FinWait1, FinWait2, "rcv ACK", ""),
        arrow(FinWait1, Closing, "rcv FIN", "snd ACK"),
        arrow(FinWait2, TimeWait, "rcv FIN", "snd ACK"),
        arrow(Closing, TimeWait, "rcv ACK", ""),
        arrow(CloseWait, LastAck, "close()", "snd FIN"),
        arrow(LastAck, Closed, "rcv ACK", ""),
        arrow(TimeWait, Closed, "60 s are over", ""),
    ];

    /// The arrows that hardly any connection goes: both call at once, a call or a listener is given up, an answer comes too late.
    pub const RARE: [Transition; 6] = [
        arrow(Listen, SynSent, "send()", "snd SYN"),
        arrow(Listen, Closed, "close()", ""),
        arrow(SynSent, SynReceived, "rcv SYN", "snd SYN+ACK"),
        arrow(SynSent, Closed, "close()", ""),
        arrow(SynReceived, Listen, "rcv RST", ""),
        arrow(SynReceived, FinWait1, "close()", "snd FIN"),
    ];

    /// The arrow that leads straight from one state to another.
    pub fn between(from: TcpState, to: TcpState) -> Option<Transition> {
        let mut all = Transition::USUAL.into_iter().chain(Transition::RARE);
        all.find(|arrow| arrow.from == from && arrow.to == to)
    }

    /// The shortest way from one state to another along the usual arrows; `None` where there is none.
    pub fn way(from: TcpState, to: TcpState) -> Option<Vec<Transition>> {
        let mut found = VecDeque::from([(from, Vec::new())]);
        while let Some((at, way)) = found.pop_front() {
            if at == to {
                return Some(way);
            }
            // No connection goes on as another: behind CLOSED nothing follows.
            let is_over = at == Closed && !way.is_empty();
            let next = Transition::USUAL.into_iter().filter(|arrow| arrow.from == at);
            for arrow in next.filter(|_| !is_over) {
                let longer = way.iter().copied().chain([arrow]).collect();
                found.push_back((arrow.to, longer));
            }
        }
        None
    }

    /// What makes TCP go it, in one piece: `rcv FIN, snd ACK`.
    pub fn cause(&self) -> String {
        match self.answer {
            "" => self.event.to_owned(),
            answer => format!("{}, {answer}", self.event),
        }
    }
}
