//! Which ports are in use: counted as rows come and go, and always the same as counting all of them anew.

use std::time::Duration;

use fivetuple::app::{Clients, Event, Parity, Servers, State, TableUpdate, update};
use fivetuple::tcp::{
    Change, ConnectSpec, Endpoint, FiveTuple, HostLimits, ListenSpec, Moment, Port, PortRange,
    SocketRow, TcpState,
};
use proptest::prelude::*;

const SERVER: u16 = 5000;

pub(crate) fn state() -> State {
    let at = Endpoint::new([127, 0, 0, 1], SERVER);
    State::new(
        HostLimits::default(),
        Duration::ZERO,
        Servers::new(ListenSpec::at(at)),
        Clients::new(4, ConnectSpec::to(at.into())),
    )
}

fn row(host: u8, port: u16) -> SocketRow {
    let client = Endpoint::new([127, 0, 0, host], port);
    let server = Endpoint::new([127, 0, 0, 1], SERVER);
    SocketRow::new(FiveTuple::tcp(client, server), TcpState::Established)
}

proptest! {
    #[test]
    fn counts_kept_are_counts_made_anew(
        steps in prop::collection::vec((2_u8..4, 40_000_u16..40_150, 0_u8..3), 1..120),
        low in 39_990_u16..40_100, length in 0_u16..100,
        calls_in in prop_oneof![Just(PortRange::DEFAULT), Just(PortRange { low: Port(40_050), high: Port(40_100) })],
    ) {
        let mut state = state();
        let mut there: Vec<SocketRow> = Vec::new();
        for (host, port, what) in steps {
            let row = row(host, port);
            let known = there.iter().position(|other| other.tuple == row.tuple);
            let change = match (what, known) {
                (0, None) => {
                    there.push(row);
                    Change::Appeared(row)
                }
                (1, Some(place)) => Change::Vanished(there.remove(place)),
                (2, Some(place)) => {
                    let to = SocketRow { state: TcpState::TimeWait, ..row };
                    Change::Moved { from: std::mem::replace(&mut there[place], to), to }
                }
                _ => continue,
            };
            let sight = TableUpdate { changes: vec![change], source: "sock_diag", ..TableUpdate::default() };
            update(&mut state, Moment::default(), Event::TableRead(sight));
        }
        let limits = HostLimits { ephemeral: calls_in, ..HostLimits::default() };
        update(&mut state, Moment::default(), Event::LimitsRead(limits));
        let ports = &state.sockets.ports;
        let range = PortRange { low: Port(low), high: Port(low + length) };
        for parity in [Parity::Even, Parity::Odd] {
            let mut used: Vec<Port> = there.iter().map(|row| row.tuple.local.port).collect();
            used.retain(|port| range.contains(*port) && Parity::of(*port) == parity);
            used.sort();
            used.dedup();
            prop_assert_eq!(ports.used(range, parity) as usize, used.len());
        }
        for host in 2..4 {
            let is_its = |row: &&SocketRow| row.tuple.local.ip == std::net::Ipv4Addr::new(127, 0, 0, host);
            let calls = there.iter().filter(is_its).filter(|row| calls_in.contains(row.tuple.local.port));
            let waiting = calls.clone().filter(|row| row.state == TcpState::TimeWait).count();
            let calls = [calls.count(), waiting].map(|count| u32::try_from(count).unwrap());
            let to = Endpoint::new([127, 0, 0, 1], SERVER);
            prop_assert_eq!(ports.calls([127, 0, 0, host].into(), to), calls);
        }
    }
}

#[test]
fn every_port_can_be_in_use_at_once() {
    let mut state = state();
    let changes = (0..=u16::MAX).map(|port| Change::Appeared(row(2, port))).collect();
    let sight =
        TableUpdate { changes, afresh: true, source: "sock_diag", ..TableUpdate::default() };
    update(&mut state, Moment::default(), Event::TableRead(sight));
    let all = PortRange { low: Port(0), high: Port(u16::MAX) };
    for parity in [Parity::Even, Parity::Odd] {
        assert_eq!(state.sockets.ports.used(all, parity), 32_768);
    }
    let supply = state.supply().unwrap();
    assert_eq!((supply.used, supply.left()), (28_232, 0));
}
