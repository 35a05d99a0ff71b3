use crate::kernel::inet_diag::{Body, next_answer, tcp_info, write_lookup};
use crate::kernel::procfs::Procfs;
use crate::kernel::sock_diag::socket::{DiagSocket, RETRIES};
use crate::kernel::source::{ReadError, ReadResult, Reading, SocketSource, is_asked_for};
use crate::tcp::{Errno, Filter, Port, Protocol, SocketId, SocketRow, TcpInfo, TcpState};

impl DiagSocket {
    pub(super) fn lookup(&mut self, id: SocketId) -> ReadResult<Option<SocketRow>> {
        if id.tuple.local.port == Port::ANY {
            return Ok(None);
        }
        if !id.tuple.is_connected() {
            return self.lookup_unconnected(id);
        }
        if id.tuple.protocol == Protocol::Udp && !self.has_udp()? {
            return Procfs::new(self.host).lookup(id);
        }
        let mut found = self.ask_for(id, false);
        for _ in 0..RETRIES {
            if let Err(ReadError::Call(_, Errno::ENOBUFS)) = found {
                self.netlink.grow();
                found = self.ask_for(id, false);
            }
        }
        Ok(found?.map(|(row, _)| row))
    }

    pub(super) fn inspect(&mut self, id: SocketId) -> ReadResult<Option<TcpInfo>> {
        if id.tuple.protocol != Protocol::Tcp || !id.tuple.is_connected() {
            return Ok(None);
        }
        Ok(self.ask_for(id, true)?.and_then(|(_, info)| info))
    }

    fn ask_for(
        &mut self,
        id: SocketId,
        with_info: bool,
    ) -> ReadResult<Option<(SocketRow, Option<TcpInfo>)>> {
        let asked =
            self.netlink.ask(|sequence, request| write_lookup(id, with_info, sequence, request))?;
        loop {
            let mut bytes = self.netlink.receive()?;
            loop {
                let message = bytes;
                let Some(answer) = next_answer(&mut bytes, id.tuple.protocol) else { break };
                let answer = answer.map_err(ReadError::Garbled)?;
                if answer.sequence != asked {
                    continue;
                }
                match answer.body {
                    Body::Socket(mut row) => {
                        row.host = self.host;
                        let length = message.len() - bytes.len();
                        let info = message.get(..length).and_then(tcp_info);
                        return Ok(is_asked_for(id, &row).then_some((row, info)));
                    }
                    Body::Error(errno) | Body::Done(errno) => {
                        let why = ReadError::Refused(Errno(errno));
                        // There is no such socket, or not even the family.
                        return if why.is_unknown_here() { Ok(None) } else { Err(why) };
                    }
                    Body::Other => {}
                }
            }
        }
    }

    /// Looks up a socket without a peer: several may share an address, so only a dump shows them all.
    fn lookup_unconnected(&mut self, id: SocketId) -> ReadResult<Option<SocketRow>> {
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
