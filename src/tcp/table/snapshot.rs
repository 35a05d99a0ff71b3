use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::tcp::{Host, Protocol, Queues, SocketRow, TcpState, Timer, TimerKind};

/// The socket table at one moment, in the order in which the kernel told it.
///
/// Prints as lines like `tcp 0 0 127.0.0.1:5000 0.0.0.0:* LISTEN`, followed by what is known beyond that as `word=value`; parses the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// One for each socket.
    pub rows: Vec<SocketRow>,
}

impl FromIterator<SocketRow> for Snapshot {
    fn from_iter<I: IntoIterator<Item = SocketRow>>(rows: I) -> Snapshot {
        Snapshot { rows: rows.into_iter().collect() }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl FromStr for Snapshot {
    type Err = ParseRowError;

    fn from_str(text: &str) -> Result<Snapshot, ParseRowError> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::parse).collect()
    }
}

/// The line is no row of a socket table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a row: {line:?} ({why}); write: tcp 0 0 127.0.0.1:5000 0.0.0.0:* LISTEN")]
pub struct ParseRowError {
    line: String,
    why: &'static str,
}

impl fmt::Display for SocketRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SocketRow { tuple, queues, .. } = self;
        write!(
            f,
            "{} {} {} {} {} {}",
            tuple.protocol, queues.recv, queues.send, tuple.local, tuple.remote, self.state
        )?;
        if self.host != Host::THIS {
            write!(f, " host={}", self.host.0)?;
        }
        for (word, value) in [
            ("uid", self.uid.into()),
            ("inode", self.inode),
            ("cookie", self.cookie),
            ("interface", self.interface.into()),
        ] {
            if value != 0 {
                write!(f, " {word}={value}")?;
            }
        }
        let Some(timer) = self.timer else { return Ok(()) };
        write!(f, " {}={}ms/{}", timer.kind.word(), timer.left.as_millis(), timer.tries)
    }
}

impl TimerKind {
    const ALL: [TimerKind; 4] = [
        TimerKind::Retransmit,
        TimerKind::KeepAlive,
        TimerKind::TimeWait,
        TimerKind::ZeroWindowProbe,
    ];

    /// The word for it in printed rows.
    pub const fn word(self) -> &'static str {
        match self {
            TimerKind::Retransmit => "retransmit",
            TimerKind::KeepAlive => "keepalive",
            TimerKind::TimeWait => "timewait",
            TimerKind::ZeroWindowProbe => "probe",
        }
    }
}

impl FromStr for SocketRow {
    type Err = ParseRowError;

    fn from_str(line: &str) -> Result<SocketRow, ParseRowError> {
        let wrong = |why| ParseRowError { line: line.to_owned(), why };
        let mut words = line.split_whitespace();
        let mut next = |why| words.next().ok_or_else(|| wrong(why));
        let protocol = match next("no protocol")? {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            _ => return Err(wrong("protocol is tcp or udp")),
        };
        let recv = next("no Recv-Q")?.parse().map_err(|_| wrong("Recv-Q is no number"))?;
        let send = next("no Send-Q")?.parse().map_err(|_| wrong("Send-Q is no number"))?;
        let local = next("no local address")?.parse().map_err(|_| wrong("local address"))?;
        let remote = next("no foreign address")?.parse().map_err(|_| wrong("foreign address"))?;
        let state: TcpState = next("no state")?.parse().map_err(|()| wrong("unknown state"))?;
        let mut row = SocketRow::new(crate::tcp::FiveTuple { protocol, local, remote }, state);
        row.queues = Queues { recv, send };
        for word in words {
            set(&mut row, word).ok_or_else(|| wrong("unknown word after the state"))?;
        }
        Ok(row)
    }
}

fn set(row: &mut SocketRow, word: &str) -> Option<()> {
    let (word, value) = word.split_once('=')?;
    match word {
        "host" => row.host = Host(value.parse().ok()?),
        "uid" => row.uid = value.parse().ok()?,
        "inode" => row.inode = value.parse().ok()?,
        "cookie" => row.cookie = value.parse().ok()?,
        "interface" => row.interface = value.parse().ok()?,
        timer => {
            let kind = TimerKind::ALL.into_iter().find(|kind| kind.word() == timer)?;
            let (left, tries) = value.split_once("ms/")?;
            let left = Duration::from_millis(left.parse().ok()?);
            row.timer = Some(Timer { kind, left, tries: tries.parse().ok()? });
        }
    }
    Some(())
}
