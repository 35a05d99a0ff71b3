use crate::tcp::TcpState;

/// How a connection on loopback is kept in that state.
pub const fn how_held(state: TcpState) -> &'static str {
    match state {
        TcpState::SynSent => {
            "backlog 0 and no accept(): the first connection fills the queue, and the kernel drops the next SYN"
        }
        TcpState::SynReceived => {
            "the listener has TCP_DEFER_ACCEPT: it ignores the final ACK until data arrives, and none is sent"
        }
        TcpState::Established => {
            "accept() is not called: the kernel completed the connection, and no process owns the server's end"
        }
        TcpState::FinWait1 => {
            "the peer does not read, and the small buffers are full: the FIN is queued behind data"
        }
        TcpState::FinWait2 => {
            "the client closed and its FIN was acknowledged, but the server does not close"
        }
        TcpState::CloseWait => "the peer closed, and this end's program does not close",
        TcpState::Closing => {
            "both ends closed at once: the client's FIN was queued behind data when the server's FIN arrived"
        }
        TcpState::LastAck => {
            "the server closed first; the client closed too, but its FIN is queued behind data"
        }
        TcpState::TimeWait => "the client closes first, then the server",
        TcpState::Listen | TcpState::Closed => "",
    }
}

/// How a lab connection is kept in that state, and the keys that do the same.
pub const fn held_in_lab(state: TcpState) -> &'static str {
    match state {
        TcpState::SynSent => "the wire is held, and the SYN is on it (by hand: h, c)",
        TcpState::SynReceived => {
            "the SYN was delivered, and the SYN+ACK is on the wire (by hand: h, c, o)"
        }
        TcpState::Established => {
            "accept() is not called: the kernel completed the connection (by hand: a, c)"
        }
        TcpState::FinWait1 => "the client closed, and its FIN is on the wire (by hand: c, h, f)",
        TcpState::FinWait2 => {
            "the client closed and its FIN was acknowledged, but no program owns the server's end to close it (by hand: a, c, f)"
        }
        TcpState::CloseWait => {
            "the client's FIN arrived, but no program owns this end to close it (by hand: a, c, f)"
        }
        TcpState::Closing => {
            "both ends closed, and both FINs arrived; their ACKs are on the wire (by hand: c, h, f at both ends, o until both FINs are delivered)"
        }
        TcpState::LastAck => {
            "the client's FIN arrived, the server closed too, and its FIN is on the wire (by hand: c, h, f, o)"
        }
        TcpState::TimeWait => "the client closed first, then the server (by hand: c, d)",
        TcpState::Listen | TcpState::Closed => "",
    }
}

/// What lets a lab connection leave that state.
pub(crate) const fn let_go_in_lab(state: TcpState) -> &'static str {
    match state {
        TcpState::Established | TcpState::FinWait2 | TcpState::CloseWait => "a resumes accept().",
        TcpState::TimeWait => "Only the kernel's timer ends it.",
        TcpState::SynSent
        | TcpState::SynReceived
        | TcpState::FinWait1
        | TcpState::Closing
        | TcpState::LastAck => "o delivers the next segment, h releases the wire.",
        TcpState::Listen | TcpState::Closed => "",
    }
}
