use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

use crate::kernel::inet_diag::{PortHalf, SocketEnd};
use crate::kernel::sock_diag::socket::{DiagSocket, DumpPart};
use crate::kernel::source::{ReadResult, Reading, thread_cpu_time};
use crate::tcp::{Filter, Port, SocketRow};

/// With fewer rows, one dump is faster than two and a thread.
const MIN_ROWS: usize = 4000;
const SAMPLE: usize = 256;

/// Two dumps at the same time are faster than one, as the kernel mostly waits for memory; they take a little more processor time.
#[derive(Debug)]
pub(super) struct SecondDump {
    socket: DiagSocket,
    reading: Reading,
}

impl SecondDump {
    pub(super) fn new(socket: DiagSocket) -> Option<SecondDump> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        (processors > 1).then(|| SecondDump { socket, reading: Reading::default() })
    }

    pub(super) fn read(
        &mut self,
        first: &mut DiagSocket,
        [lower, upper]: [PortHalf; 2],
        wanted: &Filter,
        reading: &mut Reading,
    ) -> ReadResult {
        let SecondDump { socket: second, reading: half } = self;
        half.clear();
        let part = |half| DumpPart { wanted, half: Some(half) };
        // A thread is started in a thousandth of the time that the table takes.
        let joined = thread::scope(|scope| {
            let spawned =
                thread::Builder::new().name("half".to_owned()).spawn_scoped(scope, || {
                    let done = second.tcp(part(lower), half);
                    half.beside = thread_cpu_time();
                    done
                });
            let done = first.tcp(part(upper), reading);
            let joined = spawned.ok().map(ScopedJoinHandle::join);
            done.map(|()| joined)
        })?;
        match joined {
            Some(Ok(done)) => done?,
            Some(Err(panic)) => resume_unwind(panic),
            // The thread could not be started.
            None => second.tcp(part(lower), half)?,
        }
        reading.snapshot.rows.append(&mut half.snapshot.rows);
        reading.interrupted |= half.interrupted;
        reading.beside += half.beside;
        Ok(())
    }
}

/// How to halve a table like `rows`; `None` where it is too small, or no port is near the middle.
pub(super) fn halves(rows: &[SocketRow]) -> Option<[PortHalf; 2]> {
    if rows.len() < MIN_ROWS {
        return None;
    }
    let (off, halves) = [SocketEnd::Local, SocketEnd::Remote]
        .into_iter()
        .flat_map(|end| {
            let sample = rows.iter().step_by(rows.len() / SAMPLE);
            let mut ports: Vec<Port> = sample.map(|row| end.port(&row.tuple)).collect();
            ports.sort_unstable();
            let middle = ports.len() / 2;
            let at = ports.get(middle).map_or(0, |port| port.0);
            // Many rows may share the port in the middle.
            [at.saturating_sub(1), at].map(|last| {
                let last = Port(last);
                let off = ports.partition_point(|port| *port <= last).abs_diff(middle);
                (off, [PortHalf::UpTo(end, last), PortHalf::Above(end, last)])
            })
        })
        .min_by_key(|(off, _)| *off)?;
    // With a server's own port in the middle of its clients' ports a quarter is on one side, and the sample is a little off.
    (off < SAMPLE * 3 / 8).then_some(halves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tcp::{Endpoint, FiveTuple, TcpState};

    /// The rows of a server at `port` with clients on both sides of it: of four rows one is below it, two are at it, one is above.
    fn amid(port: u16, connections: u16) -> Vec<SocketRow> {
        let at = |port| Endpoint::new([127, 0, 0, 1], port);
        let row = |local, remote| {
            SocketRow::new(FiveTuple::tcp(at(local), at(remote)), TcpState::Established)
        };
        (1..=connections / 2)
            .map(|n| (port - n, port + n))
            .flat_map(|(below, above)| {
                [row(port, below), row(below, port), row(port, above), row(above, port)]
            })
            .collect()
    }

    #[test]
    fn with_a_servers_port_amid_its_clients_it_is_halved_too() {
        let rows = amid(40_000, 39 * 128);
        let [lower, upper] = halves(&rows).expect("two halves");
        for row in &rows {
            assert!(lower.has(&row.tuple) != upper.has(&row.tuple), "{row:?}");
        }
        let many = rows.iter().filter(|row| lower.has(&row.tuple)).count();
        assert!((rows.len() / 5..=rows.len() * 4 / 5).contains(&many), "{many}");
    }
}
