use rustix::io::Errno;

use crate::kernel::inet_diag::{Body, next_answer, tcp_info, write_inspection, write_lookup};
use crate::kernel::procfs::Procfs;
use crate::kernel::request_error::{RequestError, is_unknown_here};
use crate::kernel::sock_diag::socket::{DiagSocket, RETRIES};
use crate::kernel::source::{ReadError, Reading, SocketSource, is_asked_for};
use crate::tcp::{Filter, FiveTuple, Port, Protocol, SocketId, SocketRow, TcpInfo, TcpState};

/// Writes the request for one socket.
type WriteRequest = fn(FiveTuple, u32, u32, &mut Vec<u8>);

impl DiagSocket {
    /// Looks up one socket.
    pub(super) fn lookup(&mut self, id: SocketId) -> Result<Option<SocketRow>, ReadError> {
        if id.tuple.local.port == Port::ANY {
            return Ok(None);
        }
        if !id.tuple.is_connected() {
            return self.lookup_unconnected(id);
        }
        if id.tuple.protocol == Protocol::Udp && !self.has_udp()? {
            return Procfs::new(self.host).lookup(id);
        }
        let mut tries = 0;
        loop {
            match self.ask_for(id, write_lookup) {
                Err(RequestError::Call(_, Errno::NOBUFS)) if tries < RETRIES => self.netlink.grow(),
                found => return Ok(found?.map(|(row, _)| row)),
            }
            tries += 1;
        }
    }

    /// Asks for the `tcp_info` of one connection.
    pub(super) fn inspect(&mut self, id: SocketId) -> Result<Option<TcpInfo>, ReadError> {
        if id.tuple.protocol != Protocol::Tcp || !id.tuple.is_connected() {
            return Ok(None);
        }
        let found = self.ask_for(id, write_inspection)?;
        Ok(found.and_then(|(_, info)| info))
    }

    fn ask_for(
        &mut self,
        id: SocketId,
        write: WriteRequest,
    ) -> Result<Option<(SocketRow, Option<TcpInfo>)>, RequestError> {
        let interface = self.interfaces.get(&id).copied().unwrap_or(0);
        let tuple = id.tuple;
        let asked =
            self.netlink.ask(|sequence, request| write(tuple, interface, sequence, request))?;
        loop {
            let mut bytes = self.netlink.receive()?;
            loop {
                let message = bytes;
                let Some(answer) = next_answer(&mut bytes, tuple.protocol) else {
                    break;
                };
                let answer = answer.map_err(RequestError::Garbled)?;
                if answer.sequence != asked {
                    continue;
                }
                match answer.body {
                    Body::Socket(mut row, _) => {
                        row.host = self.host;
                        let length = message.len() - bytes.len();
                        let info = message.get(..length).and_then(tcp_info);
                        return Ok(is_asked_for(id, &row).then_some((row, info)));
                    }
                    // There is no such socket, or not even the family.
                    Body::Error(errno) if is_unknown_here(errno) => return Ok(None),
                    Body::Error(errno) | Body::Done(errno) => {
                        return Err(RequestError::Answer(errno));
                    }
                    Body::Other => {}
                }
            }
        }
    }

    /// Looks up a socket without a peer: several may share an address, so only a dump shows them all.
    fn lookup_unconnected(&mut self, id: SocketId) -> Result<Option<SocketRow>, ReadError> {
        let states: &[TcpState] = match id.tuple.protocol {
            Protocol::Tcp => &[TcpState::Listen, TcpState::Closed],
            Protocol::Udp => &[TcpState::Closed],
        };
        for state in states {
            let wanted = Filter {
                ports: Some([id.tuple.local.port].into()),
                protocol: Some(id.tuple.protocol),
                state: Some(*state),
            };
            let mut reading = Reading::default();
            self.read_whole(&wanted, &mut reading)?;
            let mut rows = reading.snapshot.rows.into_iter();
            if let Some(row) = rows.find(|row| is_asked_for(id, row)) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}
