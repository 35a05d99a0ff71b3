use std::collections::BTreeSet;

use crate::kernel::inet_diag::{
    ALL_STATES, Body, Dump, Family, PortHalf, next_answer, program, state_bits,
};
use crate::kernel::netlink::Netlink;
use crate::kernel::procfs::Procfs;
use crate::kernel::source::{ReadError, ReadResult, Reading};
use crate::tcp::{Errno, Filter, Host, Port, Protocol, SocketRow, TcpState};

pub(super) const RETRIES: u32 = 3;

#[derive(Debug)]
pub(super) struct DiagSocket {
    pub(super) netlink: Netlink,
    pub(super) host: Host,
    one_pass: bool,
    pub(super) filters: bool,
    /// Whether the kernel has the module udp_diag, once that is known; without it UDP is read from /proc.
    has_udp: Option<bool>,
}

#[derive(Clone, Copy)]
pub(super) struct DumpPart<'a> {
    pub(super) wanted: &'a Filter,
    pub(super) half: Option<PortHalf>,
}

impl<'a> DumpPart<'a> {
    fn all(wanted: &'a Filter) -> DumpPart<'a> {
        DumpPart { wanted, half: None }
    }

    fn states(self) -> u32 {
        self.wanted.state.map_or(ALL_STATES, state_bits)
    }

    fn has(self, row: &SocketRow) -> bool {
        self.half.is_none_or(|half| half.has(&row.tuple)) && self.wanted.wants(row)
    }
}

impl DiagSocket {
    pub(super) fn new(netlink: Netlink, host: Host) -> DiagSocket {
        DiagSocket { netlink, host, one_pass: true, filters: true, has_udp: None }
    }

    pub(super) fn read(
        &mut self,
        wanted: &Filter,
        reading: &mut Reading,
        read_tcp: impl FnOnce(&mut DiagSocket, &mut Reading) -> ReadResult,
    ) -> ReadResult {
        if wanted.ports.as_ref().is_some_and(BTreeSet::is_empty) {
            return Ok(());
        }
        if wanted.protocol != Some(Protocol::Udp) {
            read_tcp(self, reading)?;
        }
        let udp_states = state_bits(TcpState::Established) | state_bits(TcpState::Closed);
        if wanted.protocol != Some(Protocol::Tcp)
            && DumpPart::all(wanted).states() & udp_states != 0
        {
            self.udp(wanted, reading)?;
        }
        Ok(())
    }

    pub(super) fn read_whole(&mut self, wanted: &Filter, reading: &mut Reading) -> ReadResult {
        self.read(wanted, reading, |socket, reading| socket.tcp(DumpPart::all(wanted), reading))
    }

    pub(super) fn tcp(&mut self, part: DumpPart<'_>, reading: &mut Reading) -> ReadResult {
        if self.one_pass {
            match self.dump(Protocol::Tcp, None, part, reading) {
                Err(why) if why.is_unknown_here() => self.one_pass = false,
                other => return other,
            }
        }
        self.dump(Protocol::Tcp, Some(Family::V4), part, reading)?;
        absent_is_empty(self.dump(Protocol::Tcp, Some(Family::V6), part, reading))
    }

    fn udp(&mut self, wanted: &Filter, reading: &mut Reading) -> ReadResult {
        if self.has_udp == Some(false) {
            return Procfs::new(self.host).append(Protocol::Udp, wanted, reading);
        }
        let part = DumpPart::all(wanted);
        match self.dump(Protocol::Udp, Some(Family::V4), part, reading) {
            Err(why) if why.is_unknown_here() => {
                self.has_udp = Some(false);
                return self.udp(wanted, reading);
            }
            other => other?,
        }
        self.has_udp = Some(true);
        absent_is_empty(self.dump(Protocol::Udp, Some(Family::V6), part, reading))
    }

    /// Whether the kernel has udp_diag: a dump shows it, while a lookup fails as if only the socket were missing.
    pub(super) fn has_udp(&mut self) -> ReadResult<bool> {
        if self.has_udp.is_none() {
            self.udp(&Filter::ports([Port(1)]), &mut Reading::default())?;
        }
        Ok(self.has_udp == Some(true))
    }

    fn dump(
        &mut self,
        protocol: Protocol,
        family: Option<Family>,
        part: DumpPart<'_>,
        reading: &mut Reading,
    ) -> ReadResult {
        let before = reading.snapshot.rows.len();
        let program = program(part.wanted.ports.as_ref(), part.half);
        let mut tries = 0;
        loop {
            let program = program.as_deref().filter(|_| self.filters);
            let dump = Dump { protocol, family, states: part.states(), program };
            let interrupted = match self.dump_once(&dump, part, &mut reading.snapshot.rows) {
                Err(ReadError::Refused(Errno::EINVAL)) if dump.program.is_some() => {
                    self.filters = false;
                    continue;
                }
                Err(ReadError::Call(_, Errno::ENOBUFS)) if tries < RETRIES => {
                    self.netlink.grow();
                    true
                }
                Err(why) => return Err(why),
                Ok(interrupted) => interrupted,
            };
            if !interrupted || tries == RETRIES {
                reading.interrupted |= interrupted;
                return Ok(());
            }
            tries += 1;
            reading.snapshot.rows.truncate(before);
        }
    }

    fn dump_once(
        &mut self,
        dump: &Dump<'_>,
        part: DumpPart<'_>,
        rows: &mut Vec<SocketRow>,
    ) -> ReadResult<bool> {
        let asked = self.netlink.ask(|sequence, request| dump.write(sequence, request))?;
        let mut interrupted = false;
        loop {
            let mut bytes = self.netlink.receive()?;
            while let Some(answer) = next_answer(&mut bytes, dump.protocol) {
                let answer = answer.map_err(ReadError::Garbled)?;
                if answer.sequence != asked {
                    continue;
                }
                interrupted |= answer.interrupted;
                match answer.body {
                    Body::Socket(mut row) => {
                        row.host = self.host;
                        if part.has(&row) {
                            rows.push(row);
                        }
                    }
                    Body::Done(0) => return Ok(interrupted),
                    Body::Done(errno) | Body::Error(errno) => {
                        return Err(ReadError::Refused(Errno(errno)));
                    }
                    Body::Other => {}
                }
            }
        }
    }
}

fn absent_is_empty(dumped: ReadResult) -> ReadResult {
    match dumped {
        Err(why) if why.is_unknown_here() => Ok(()),
        other => other,
    }
}
