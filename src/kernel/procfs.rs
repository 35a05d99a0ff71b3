use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use procfs::net::{TcpNetEntries, UdpNetEntries};
use procfs::{FromBufReadSI, ProcResult, current_system_info};

use crate::kernel::inet_diag::timer_kind;
use crate::kernel::source::{ReadError, ReadResult, Reading, SocketSource, is_asked_for};
use crate::tcp::{
    Errno, Filter, FiveTuple, Host, Protocol, Queues, SocketId, SocketRow, TcpState, Timer,
};

/// Reads `/proc/thread-self/net/tcp` and its three siblings: works wherever /proc is mounted, two to six times slower, and knows neither
/// backlogs nor cookies, nor sockets that are only bound.
#[derive(Clone, Copy, Debug)]
pub struct Procfs {
    host: Host,
}

impl Procfs {
    /// Rows of the calling thread's network namespace; they will carry `host`. There are none for other hosts than this machine.
    pub fn new(host: Host) -> Procfs {
        Procfs { host }
    }

    /// Appends the wanted rows of one protocol.
    ///
    /// # Errors
    /// When the table of IPv4 cannot be read; IPv6 may be missing.
    pub fn append(&self, protocol: Protocol, wanted: &Filter, reading: &mut Reading) -> ReadResult {
        if self.host != Host::THIS {
            return Ok(());
        }
        let (v4, v6) = match protocol {
            Protocol::Tcp => ("/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"),
            Protocol::Udp => ("/proc/thread-self/net/udp", "/proc/thread-self/net/udp6"),
        };
        let text = read_text(v4)?;
        let text6 = match read_text(v6) {
            Err(ReadError::Proc(_, Errno::ENOENT)) => String::new(),
            other => other?,
        };
        let mut places = HashMap::new();
        for text in [text, text6] {
            for mut row in parse(&text, protocol) {
                row.host = self.host;
                if wanted.wants(&row) {
                    insert(row, &mut reading.snapshot.rows, &mut places);
                }
            }
        }
        Ok(())
    }
}

impl SocketSource for Procfs {
    fn name(&self) -> &'static str {
        "procfs"
    }

    fn is_exact(&self) -> bool {
        false
    }

    fn read(&mut self, wanted: &Filter, reading: &mut Reading) -> ReadResult {
        reading.clear();
        [Protocol::Tcp, Protocol::Udp]
            .into_iter()
            .filter(|protocol| wanted.protocol.is_none_or(|wanted| wanted == *protocol))
            .try_for_each(|protocol| self.append(protocol, wanted, reading))
    }

    fn lookup(&mut self, id: SocketId) -> ReadResult<Option<SocketRow>> {
        let wanted = Filter {
            ports: Some([id.tuple.local.port].into()),
            protocol: Some(id.tuple.protocol),
            state: None,
        };
        let rows = self.snapshot(&wanted)?.snapshot.rows;
        Ok(rows.into_iter().find(|row| is_asked_for(id, row)))
    }
}

/// The rows of a text like /proc/net/tcp (proc_pid_net(5)); an invalid line is left out.
pub fn parse(text: &str, protocol: Protocol) -> Vec<SocketRow> {
    let lines = || text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let timed = |(row, line): (SocketRow, &str)| SocketRow { timer: timer(line), ..row };
    if let Ok(rows) = entries(text, protocol)
        && rows.len() == lines().count()
    {
        return rows.into_iter().zip(lines()).map(timed).collect();
    }
    let row_of = |line| entries(&format!("\n{line}"), protocol).ok()?.pop();
    lines().filter_map(|line| row_of(line).map(|row| timed((row, line)))).collect()
}

fn entries(text: &str, protocol: Protocol) -> ProcResult<Vec<SocketRow>> {
    let (text, system) = (text.as_bytes(), current_system_info());
    // Two types of the crate with the same fields.
    macro_rules! rows {
        ($entries:ty) => {{
            let entries = <$entries>::from_buf_read(text, system)?.0.into_iter();
            let rows = entries.filter_map(|entry| {
                let tuple = FiveTuple {
                    protocol,
                    local: entry.local_address.into(),
                    remote: entry.remote_address.into(),
                };
                let state = TcpState::from_kernel(entry.state.to_u8())?;
                let queues = Queues { recv: entry.rx_queue, send: entry.tx_queue };
                Some(SocketRow {
                    queues,
                    uid: entry.uid,
                    inode: entry.inode,
                    ..SocketRow::new(tuple, state)
                })
            });
            rows.collect()
        }};
    }
    Ok(match protocol {
        Protocol::Tcp => rows!(TcpNetEntries),
        Protocol::Udp => rows!(UdpNetEntries),
    })
}

/// The timer of a line, which the crate leaves out: `tr:tm->when`, in hundredths of a second (`USER_HZ`), and `retrnsmt`.
fn timer(line: &str) -> Option<Timer> {
    let mut words = line.split_whitespace().skip(5);
    let (kind, left) = words.next()?.split_once(':')?;
    let kind = timer_kind(u8::from_str_radix(kind, 16).ok()?)?;
    let hundredths = u64::from_str_radix(left, 16).ok()?;
    let tries = u32::from_str_radix(words.next()?, 16).ok()?;
    Some(Timer {
        kind,
        left: Duration::from_millis(hundredths.saturating_mul(10)),
        tries: u8::try_from(tries).unwrap_or(u8::MAX),
    })
}

/// A row may appear twice while the table changes, or a second time for the socket that reuses its five-tuple. Over UDP there may be
/// several sockets with one.
fn insert(row: SocketRow, rows: &mut Vec<SocketRow>, places: &mut HashMap<SocketId, usize>) {
    let twin = row.as_twin().filter(|row| row.tuple.protocol == Protocol::Udp);
    let name = twin.unwrap_or(row).name();
    let place = *places.entry(name).or_insert(rows.len());
    match rows.get_mut(place) {
        None => rows.push(row),
        Some(first) if first.state == TcpState::TimeWait => *first = row,
        Some(_) => {}
    }
}

fn read_text(file: &'static str) -> ReadResult<String> {
    let bytes = fs::read(file).map_err(|why| ReadError::Proc(file, Errno::from(&why)))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
