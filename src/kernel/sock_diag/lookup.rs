//! One socket out of all.

use crate::kernel::inet_diag::{Body, answer, request, tcp_info};
use crate::kernel::request_error::{RequestError, is_unknown_here};
use crate::kernel::sock_diag::SockDiag;
use crate::kernel::{ReadError, SocketSource, is_asked_for};
use crate::tcp::{Filter, FiveTuple, Protocol, SocketId, SocketRow, TcpInfo, TcpState};

/// Writes the question for one socket.
type Write = fn(FiveTuple, u32, u32, &mut Vec<u8>);

impl SockDiag {
    /// Asks for one socket.
    pub(crate) fn exact(&mut self, name: SocketId) -> Result<Option<SocketRow>, RequestError> {
        let found = self.one(name, request::write_lookup)?;
        Ok(found.map(|(row, _)| row))
    }

    /// Asks for what the kernel knows of one connection beyond its row.
    pub(crate) fn info(&mut self, name: SocketId) -> Result<Option<TcpInfo>, RequestError> {
        let is_tcp = name.tuple.protocol == Protocol::Tcp && name.tuple.is_connected();
        if !is_tcp {
            return Ok(None);
        }
        let found = self.one(name, request::write_inspection)?;
        Ok(found.and_then(|(_, info)| info))
    }

    fn one(
        &mut self,
        name: SocketId,
        write: Write,
    ) -> Result<Option<(SocketRow, Option<TcpInfo>)>, RequestError> {
        let interface = self.interfaces.get(&name).copied().unwrap_or(0);
        let tuple = name.tuple;
        let asked = self.netlink.ask(|number, request| write(tuple, interface, number, request))?;
        loop {
            let mut bytes = self.netlink.receive()?;
            loop {
                let message = bytes;
                let Some(answer) = answer::next_answer(&mut bytes, tuple.protocol) else {
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
                        let info = message.get(..length).and_then(tcp_info::tcp_info);
                        let found = Some((row, info));
                        return Ok(found.filter(|(row, _)| is_asked_for(name, row)));
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

    /// Finds a socket without another end: several may share an address, so that only a dump shows them all.
    pub(crate) fn unconnected(&mut self, name: SocketId) -> Result<Option<SocketRow>, ReadError> {
        let states: &[TcpState] = match name.tuple.protocol {
            Protocol::Tcp => &[TcpState::Listen, TcpState::Closed],
            Protocol::Udp => &[TcpState::Closed],
        };
        for state in states {
            let near = Filter {
                ports: Some([name.tuple.local.port].into()),
                protocol: Some(name.tuple.protocol),
                state: Some(*state),
            };
            let reading = self.snapshot(&near)?;
            let mut rows = reading.snapshot.rows.into_iter();
            if let Some(row) = rows.find(|row| is_asked_for(name, row)) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}
