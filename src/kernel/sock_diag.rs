pub(crate) mod lookup;

use std::collections::{BTreeSet, HashMap};
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::netlink;

use crate::kernel::inet_diag::{Body, Dump, Family, answer, request};
use crate::kernel::netlink::Netlink;
use crate::kernel::parallel_dump::{DumpPart, SecondDump, halves};
use crate::kernel::request_error::{RequestError, absent_is_empty, is_unknown_here};
use crate::kernel::{Procfs, ReadError, Reading, SocketSource};
use crate::tcp::{Filter, Host, Port, Protocol, SocketId, SocketRow, TcpInfo, TcpState};

const RETRIES: u32 = 3;

/// Asks the kernel over netlink (sock_diag(7)): whole tables with the filter in the kernel, or one socket in a microsecond.
///
/// The socket is kept open, so that it also reads when no descriptor is left. It shows the network namespace that it was opened in.
#[derive(Debug)]
pub struct SockDiag {
    netlink: Netlink,
    host: Host,
    /// Whether the kernel knows how to walk the TCP table once for both families.
    one_pass: bool,
    /// Whether the kernel takes a port filter.
    filters: bool,
    /// Whether the kernel has the module udp_diag, once that is known; /proc tells about UDP where it has not.
    has_udp: Option<bool>,
    /// The interfaces of the sockets that are bound to one: they are found only by it.
    interfaces: HashMap<SocketId, u32>,
    /// Reads the other half of a large table at the same time.
    twin: Option<Box<SecondDump>>,
}

impl SockDiag {
    /// Opens the netlink socket in the network namespace of this thread; rows will carry `host`.
    ///
    /// # Errors
    /// [`ReadError::Denied`] when the kernel or a sandbox does not let us.
    pub fn open(host: Host) -> Result<SockDiag, ReadError> {
        let open = || Netlink::open(Some(netlink::SOCK_DIAG)).map(|it| SockDiag::with(it, host));
        let mut source = open()?;
        source.twin = open().ok().and_then(SecondDump::of);
        Ok(source)
    }

    /// Reads through a `NETLINK_SOCK_DIAG` socket that was opened elsewhere, for example in another network namespace.
    ///
    /// # Errors
    /// When the socket is no such socket.
    pub fn over(socket: OwnedFd, host: Host) -> Result<SockDiag, ReadError> {
        Netlink::over(socket).map(|netlink| SockDiag::with(netlink, host))
    }

    /// Has a second such socket of the same network namespace read half of a large table.
    #[must_use]
    pub fn with_twin(mut self, socket: OwnedFd) -> SockDiag {
        let second = SockDiag::over(socket, self.host).ok();
        self.twin = second.and_then(SecondDump::of);
        self
    }

    fn with(netlink: Netlink, host: Host) -> SockDiag {
        SockDiag {
            netlink,
            host,
            one_pass: true,
            filters: true,
            has_udp: None,
            interfaces: HashMap::new(),
            twin: None,
        }
    }

    /// Appends the rows of TCP.
    pub(crate) fn tcp(
        &mut self,
        part: DumpPart<'_>,
        reading: &mut Reading,
    ) -> Result<(), ReadError> {
        if self.one_pass {
            match self.dump(Protocol::Tcp, None, part, reading) {
                Err(RequestError::Answer(errno)) if is_unknown_here(errno) => self.one_pass = false,
                other => return other.map_err(ReadError::from),
            }
        }
        self.dump(Protocol::Tcp, Some(Family::V4), part, reading)?;
        absent_is_empty(self.dump(Protocol::Tcp, Some(Family::V6), part, reading))
    }

    /// What `other` has learned about interfaces.
    pub(crate) fn learn_interfaces(&mut self, other: &mut SockDiag) {
        self.interfaces.extend(other.interfaces.drain());
    }

    fn udp(&mut self, wanted: &Filter, reading: &mut Reading) -> Result<(), ReadError> {
        if self.has_udp == Some(false) {
            return Procfs::new(self.host).append(Protocol::Udp, wanted, reading);
        }
        let part = DumpPart::all(wanted);
        match self.dump(Protocol::Udp, Some(Family::V4), part, reading) {
            Err(RequestError::Answer(errno)) if is_unknown_here(errno) => {
                self.has_udp = Some(false);
                return self.udp(wanted, reading);
            }
            other => other.map_err(ReadError::from)?,
        }
        self.has_udp = Some(true);
        absent_is_empty(self.dump(Protocol::Udp, Some(Family::V6), part, reading))
    }

    /// A lookup does not tell a socket that is missing from a module that is; a dump does.
    fn has_udp(&mut self) -> Result<bool, ReadError> {
        if self.has_udp.is_none() {
            self.udp(&Filter::ports([Port(1)]), &mut Reading::default())?;
        }
        Ok(self.has_udp == Some(true))
    }

    /// Appends the rows of one dump; tries again when the kernel says that it was disturbed.
    fn dump(
        &mut self,
        protocol: Protocol,
        family: Option<Family>,
        part: DumpPart<'_>,
        reading: &mut Reading,
    ) -> Result<(), RequestError> {
        let before = reading.snapshot.rows.len();
        let mut tries = 0;
        loop {
            let program = part.program();
            let dump = Dump {
                protocol,
                family,
                states: part.states(),
                program: program.as_deref().filter(|_| self.filters),
            };
            let torn = match self.dump_once(&dump, part, &mut reading.snapshot.rows) {
                Err(RequestError::Answer(errno))
                    if errno == Errno::INVAL.raw_os_error() && dump.program.is_some() =>
                {
                    self.filters = false;
                    continue;
                }
                Err(RequestError::Call(_, Errno::NOBUFS)) => {
                    self.netlink.grow();
                    true
                }
                Err(trouble) => return Err(trouble),
                Ok(torn) => torn,
            };
            if !torn || tries == RETRIES {
                reading.torn |= torn;
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
    ) -> Result<bool, RequestError> {
        let asked = self.netlink.ask(|number, request| dump.write(number, request))?;
        let mut torn = false;
        loop {
            let mut bytes = self.netlink.receive()?;
            while let Some(answer) = answer::next_answer(&mut bytes, dump.protocol) {
                let answer = answer.map_err(RequestError::Garbled)?;
                if answer.sequence != asked {
                    continue;
                }
                torn |= answer.torn;
                match answer.body {
                    Body::Socket(mut row, interface) => {
                        row.host = self.host;
                        if interface != 0 {
                            self.interfaces.insert(row.name(), interface);
                        }
                        if part.has(&row) {
                            rows.push(row);
                        }
                    }
                    Body::Done(0) => return Ok(torn),
                    Body::Done(errno) | Body::Error(errno) => {
                        return Err(RequestError::Answer(errno));
                    }
                    Body::Other => {}
                }
            }
        }
    }
}

impl SocketSource for SockDiag {
    fn name(&self) -> &'static str {
        "sock_diag"
    }

    fn is_exact(&self) -> bool {
        true
    }

    fn read(&mut self, wanted: &Filter, reading: &mut Reading) -> Result<(), ReadError> {
        // The table looks much like the last time.
        let halves = halves(&reading.snapshot.rows);
        reading.clear();
        if wanted.ports.as_ref().is_some_and(BTreeSet::is_empty) {
            return Ok(());
        }
        if self.interfaces.len() > 4096 {
            self.interfaces.clear();
        }
        if wanted.protocol != Some(Protocol::Udp) {
            match (self.twin.take(), halves) {
                (Some(mut twin), Some(halves)) if self.filters => {
                    let done = twin.read(self, halves, wanted, reading);
                    self.twin = Some(twin);
                    done?;
                }
                (twin, _) => {
                    self.twin = twin;
                    self.tcp(DumpPart::all(wanted), reading)?;
                }
            }
        }
        let of_udp =
            request::state_bits(TcpState::Established) | request::state_bits(TcpState::Closed);
        if wanted.protocol != Some(Protocol::Tcp) && DumpPart::all(wanted).states() & of_udp != 0 {
            self.udp(wanted, reading)?;
        }
        Ok(())
    }

    fn look(&mut self, name: SocketId) -> Result<Option<SocketRow>, ReadError> {
        if name.tuple.local.port == Port::ANY {
            return Ok(None);
        }
        if !name.tuple.is_connected() {
            return self.unconnected(name);
        }
        if name.tuple.protocol == Protocol::Udp && !self.has_udp()? {
            return Procfs::new(self.host).look(name);
        }
        for _ in 0..RETRIES {
            match self.exact(name) {
                Err(RequestError::Call(_, Errno::NOBUFS)) => self.netlink.grow(),
                other => return other.map_err(ReadError::from),
            }
        }
        self.exact(name).map_err(ReadError::from)
    }

    fn inside(&mut self, name: SocketId) -> Result<Option<TcpInfo>, ReadError> {
        self.info(name).map_err(ReadError::from)
    }
}
