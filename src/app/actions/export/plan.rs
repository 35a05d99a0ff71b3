use crate::tcp::{Endpoint, SocketId, SyscallRecord};

/// The calls of one socket, and what it is called in the program.
pub(crate) struct Piece {
    pub(crate) row: SocketId,
    /// Whose socket it is, in words.
    pub(crate) about: String,
    pub(crate) name: String,
    pub(crate) calls: Vec<SyscallRecord>,
    /// Who may have to accept it: the names of the listening sockets.
    pub(crate) accepted_by: Vec<String>,
    /// Whether connect() has no answer, so that nobody may wait for one.
    pub(crate) is_calling: bool,
    /// Whether the socket is closed by now: only its connections are left.
    pub(crate) is_closed: bool,
}

/// What the program does: who listens, who connects, and how many more like the last.
pub(crate) struct Plan {
    pub(crate) listeners: Vec<Piece>,
    pub(crate) clients: Vec<Piece>,
    pub(crate) more: usize,
    pub(crate) port: u16,
}

/// Where to look for the rows.
pub(crate) fn look(plan: &Plan) -> String {
    format!("netstat -atn | grep ':{} '", plan.port)
}

/// `"127.0.0.1", 5000`, which both languages understand.
pub(crate) fn arguments(end: Endpoint) -> String {
    format!("\"{}\", {}", end.ip, end.port.0)
}
