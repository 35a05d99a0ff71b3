use crate::tcp::TcpState;

/// How a connection on loopback is held in that state.
pub const fn how_held(state: TcpState) -> &'static str {
    match state {
        TcpState::SynSent => {
            "a listener with backlog 0 and nobody who accepts: one call fills its queue, the SYN of the next one is dropped"
        }
        TcpState::SynReceived => {
            "a listener with TCP_DEFER_ACCEPT passes over the last ACK until data comes, and none does"
        }
        TcpState::Established => {
            "nobody calls accept(): the kernel makes the connection all by itself, and no process has the server's end"
        }
        TcpState::FinWait1 => {
            "nobody reads and the buffers are small and full: the FIN is stuck behind data"
        }
        TcpState::FinWait2 => "the client has hung up and the server knows, but does not close",
        TcpState::CloseWait => "the other end has hung up, and this one's program does not close",
        TcpState::Closing => {
            "the client's FIN is stuck behind data when the server's arrives: both hung up at once"
        }
        TcpState::LastAck => {
            "the server hung up first; the client does, too, but its FIN is stuck behind data"
        }
        TcpState::TimeWait => "the client closes first, then the server",
        TcpState::Listen | TcpState::Closed => "",
    }
}

/// How a connection of the lab is held in that state, and with which keys one does the same.
pub const fn held_in_lab(state: TcpState) -> &'static str {
    match state {
        TcpState::SynSent => "the wire is held, and the SYN waits on it (by hand: h, c)",
        TcpState::SynReceived => {
            "the SYN has crossed the wire, the SYN+ACK waits on it (by hand: h, c, o)"
        }
        TcpState::Established => {
            "nobody calls accept(): the kernel makes the connection all by itself (by hand: a, c)"
        }
        TcpState::FinWait1 => {
            "the client hung up, and its FIN waits on the wire (by hand: c, h, f)"
        }
        TcpState::FinWait2 => {
            "the client hung up and the server's kernel knows, but no program has that end and closes it (by hand: a, c, f)"
        }
        TcpState::CloseWait => {
            "the client's FIN has come, but no program has this end and closes it (by hand: a, c, f)"
        }
        TcpState::Closing => {
            "both hung up, and their FINs crossed each other; what acknowledges them waits on the wire (by hand: c, h, f at both ends, o until both FINs have crossed)"
        }
        TcpState::LastAck => {
            "the client's FIN has come, the server closed, too, and its FIN waits on the wire (by hand: c, h, f, o)"
        }
        TcpState::TimeWait => "the client closed first, then the server (by hand: c, d)",
        TcpState::Listen | TcpState::Closed => "",
    }
}

/// What lets a connection of the lab go that is held in that state.
pub(crate) const fn let_go_in_lab(state: TcpState) -> &'static str {
    match state {
        TcpState::Established | TcpState::FinWait2 | TcpState::CloseWait => {
            "a goes on with accept()."
        }
        TcpState::TimeWait => "Only the kernel's timer ends it.",
        TcpState::SynSent
        | TcpState::SynReceived
        | TcpState::FinWait1
        | TcpState::Closing
        | TcpState::LastAck => "o lets the next segment through, h lets the wire go.",
        TcpState::Listen | TcpState::Closed => "",
    }
}
