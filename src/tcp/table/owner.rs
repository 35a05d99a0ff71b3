use std::fmt;

/// The process that holds a socket open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its process id.
    pub pid: u32,
    /// Its command name, escaped: a stranger may have chosen it.
    pub program: String,
    /// The descriptor by which it holds the socket.
    pub fd: u32,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} fd {}", self.pid, self.program, self.fd)
    }
}
