use std::fmt;

use serde::Serialize;

use crate::tcp::{
    Change, Endpoint, InterfaceNames, Owner, Protocol, SocketRow, Timer, netstat_address,
    netstat_state,
};

/// One line of the table as `netstat` prints it, or one object of JSON.
#[derive(Clone, Copy, Debug)]
pub struct NetstatLine<'a> {
    /// The row.
    pub row: &'a SocketRow,
    /// The process that holds the socket, if known.
    pub owner: Option<&'a Owner>,
    /// The names of interfaces.
    pub interfaces: &'a InterfaceNames,
    /// How wide both columns of addresses are.
    pub widths: [usize; 2],
}

impl NetstatLine<'_> {
    /// How wide netstat makes both columns of addresses.
    pub const WIDTHS: [usize; 2] = [23; 2];

    /// The names of the columns, with columns of addresses in these widths.
    pub fn head([local, foreign]: [usize; 2]) -> String {
        let [at, to, state] = ["Local Address", "Foreign Address", "State"];
        format!("Proto Recv-Q Send-Q {at:<local$} {to:<foreign$} {state:<11} PID/Program name")
    }

    /// The widths in which the addresses of all these rows have room.
    pub fn widths(rows: &[SocketRow], interfaces: &InterfaceNames) -> [usize; 2] {
        // An address of IPv4 always has room.
        let long = rows.iter().filter(|row| row.tuple.local.ip.is_ipv6() || row.interface != 0);
        long.fold(NetstatLine::WIDTHS, |[local, foreign], row| {
            let [at, to] = addresses(row, interfaces).map(|address| address.len());
            [local.max(at), foreign.max(to)]
        })
    }

    /// The row as an object of JSON, after what happened to it and when, in milliseconds.
    pub fn json(&self, event: Option<(&str, u64)>) -> String {
        let row = self.row;
        let interface = self.interfaces.suffix(row.name());
        let timer = |timer: Timer| JsonTimer {
            kind: timer.kind.word(),
            left_ms: u64::try_from(timer.left.as_millis()).unwrap_or(u64::MAX),
            tries: timer.tries.into(),
        };
        let object = JsonRow {
            event: event.map(|(word, _)| word),
            at_ms: event.map(|(_, at)| at),
            proto: protocol(row),
            local: row.tuple.local.to_string(),
            foreign: row.tuple.remote.to_string(),
            state: row.state.name(),
            recv_q: row.queues.recv,
            send_q: row.queues.send,
            timer: row.timer.map(timer),
            pid: self.owner.map(|owner| owner.pid),
            program: self.owner.map(|owner| &*owner.name),
            fd: self.owner.map(|owner| owner.fd),
            uid: row.uid,
            inode: row.inode,
            interface: interface.strip_prefix('%'),
        };
        serde_json::to_string(&object).unwrap_or_default()
    }
}

/// A row in JSON: its fields in the order in which one reads a row.
#[derive(Serialize)]
struct JsonRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_ms: Option<u64>,
    proto: &'a str,
    local: String,
    foreign: String,
    state: &'a str,
    recv_q: u32,
    send_q: u32,
    timer: Option<JsonTimer>,
    pid: Option<u32>,
    program: Option<&'a str>,
    fd: Option<u32>,
    uid: u32,
    inode: u64,
    interface: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonTimer {
    kind: &'static str,
    left_ms: u64,
    tries: u32,
}

impl fmt::Display for NetstatLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queues = self.row.queues;
        let state = netstat_state(self.row);
        let [at, to] = addresses(self.row, self.interfaces);
        let [local, foreign] = self.widths;
        let owner = self
            .owner
            .map_or_else(|| "-".to_owned(), |owner| format!("{}/{}", owner.pid, owner.program));
        write!(
            f,
            "{:<5} {:>6} {:>6} {at:<local$} {to:<foreign$} {state:<11} {owner}",
            protocol(self.row),
            queues.recv,
            queues.send,
        )
    }
}

pub(super) fn before_and_after(change: &Change) -> (Option<&SocketRow>, Option<&SocketRow>) {
    match change {
        Change::Appeared(row) => (None, Some(row)),
        Change::Vanished(row) => (Some(row), None),
        Change::Moved { from, to } => (Some(from), Some(to)),
    }
}

pub(super) fn row_event(
    change: &Change,
    is_shown: impl Fn(&SocketRow) -> bool,
) -> Option<(&'static str, SocketRow)> {
    let (from, to) = before_and_after(change);
    match (from.filter(|row| is_shown(row)), to.filter(|row| is_shown(row))) {
        (None, Some(row)) => Some(("opened", *row)),
        (Some(_), Some(row)) => Some(("changed", *row)),
        (Some(row), None) => Some(("closed", *row)),
        (None, None) => None,
    }
}

fn addresses(row: &SocketRow, interfaces: &InterfaceNames) -> [String; 2] {
    let address =
        |end: Endpoint, interface| format!("{}{interface}:{}", netstat_address(end), end.port);
    let interface = interfaces.suffix(row.name());
    [address(row.tuple.local, &*interface), address(row.tuple.remote, "")]
}

fn protocol(row: &SocketRow) -> &'static str {
    match (row.tuple.protocol, row.tuple.local.ip.is_ipv6()) {
        (Protocol::Tcp, false) => "tcp",
        (Protocol::Tcp, true) => "tcp6",
        (Protocol::Udp, false) => "udp",
        (Protocol::Udp, true) => "udp6",
    }
}
