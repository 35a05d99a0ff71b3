use std::panic::resume_unwind;
use std::thread;
use std::thread::ScopedJoinHandle;

use crate::kernel::inet_diag::{ALL_STATES, PortHalf, SocketEnd, program, state_bits};
use crate::kernel::{ReadError, Reading, SockDiag, spent};
use crate::tcp::{Filter, Port, SocketRow};

/// A table of fewer rows is read sooner than a thread would be worth its while.
const WORTHWHILE: usize = 4000;
/// So many rows, spread over the table, tell about its ports.
const SAMPLE: usize = 256;

/// The rows that a dump is to bring: those of a filter, or the half of them.
#[derive(Clone, Copy)]
pub(crate) struct DumpPart<'a> {
    pub(crate) wanted: &'a Filter,
    pub(crate) half: Option<PortHalf>,
}

/// A source beside the source, and memory for its half of the rows: two dumps at the same time take less time than one, as the kernel
/// mostly waits for memory; together they take a little more of the processors.
#[derive(Debug)]
pub(crate) struct SecondDump {
    source: SockDiag,
    reading: Reading,
}

impl<'a> DumpPart<'a> {
    /// All that is wanted.
    pub(crate) fn all(wanted: &'a Filter) -> DumpPart<'a> {
        DumpPart { wanted, half: None }
    }

    /// The states that are wanted, as the kernel's bits.
    pub(crate) fn states(self) -> u32 {
        self.wanted.state.map_or(ALL_STATES, state_bits)
    }

    /// The part of it that the kernel can keep by itself.
    pub(crate) fn program(self) -> Option<Vec<u8>> {
        program(self.wanted.ports.as_ref(), self.half)
    }

    pub(crate) fn has(self, row: &SocketRow) -> bool {
        self.half.is_none_or(|half| half.has(&row.tuple)) && self.wanted.wants(row)
    }
}

impl SecondDump {
    /// A twin that reads through `source`, where there is more than one processor.
    pub(crate) fn of(source: SockDiag) -> Option<Box<SecondDump>> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let reading = Reading::default();
        (processors > 1).then(|| Box::new(SecondDump { source, reading }))
    }

    /// Appends the rows of TCP to `reading`: one half read by `source`, at the same time the other by this.
    pub(crate) fn read(
        &mut self,
        source: &mut SockDiag,
        [mine, other]: [PortHalf; 2],
        wanted: &Filter,
        reading: &mut Reading,
    ) -> Result<(), ReadError> {
        let SecondDump { source: twin, reading: half } = self;
        half.clear();
        let part = |half| DumpPart { wanted, half: Some(half) };
        // A thread is started in a thousandth of the time that the table takes.
        let both = thread::scope(|scope| {
            let begun = thread::Builder::new().name("half".to_owned()).spawn_scoped(scope, || {
                let done = twin.tcp(part(mine), half);
                half.beside = spent();
                done
            });
            let done = source.tcp(part(other), reading);
            let twins = begun.ok().map(ScopedJoinHandle::join);
            done.map(|()| twins)
        })?;
        match both {
            Some(Ok(done)) => done?,
            Some(Err(panic)) => resume_unwind(panic),
            // No thread was left.
            None => twin.tcp(part(mine), half)?,
        }
        reading.snapshot.rows.append(&mut half.snapshot.rows);
        reading.torn |= half.torn;
        reading.beside += half.beside;
        source.learn_interfaces(twin);
        Ok(())
    }
}

/// How to halve a table that looks like `rows`; `None` where it is too small, or no port comes near the middle.
pub(crate) fn halves(rows: &[SocketRow]) -> Option<[PortHalf; 2]> {
    if rows.len() < WORTHWHILE {
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
    use crate::tcp::Endpoint;
    use crate::tcp::FiveTuple;
    use crate::tcp::TcpState;

    /// The rows of a server at `port`, called from ports on both sides of it: of four rows one end is below, two are at it, one is above.
    fn amid(port: u16, connections: u16) -> Vec<SocketRow> {
        let at = |port| Endpoint::new([127, 0, 0, 1], port);
        let row = |local, remote| {
            let tuple = FiveTuple::tcp(at(local), at(remote));
            SocketRow::new(tuple, TcpState::Established)
        };
        let pairs = (1..=connections / 2).map(|n| (port - n, port + n));
        pairs
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
