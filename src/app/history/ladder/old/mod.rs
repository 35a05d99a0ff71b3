//! The answers that the state machines gave before there was one table, and that the table gives the same.

#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::wildcard_enum_match_arm,
    reason = "kept for one commit, for comparison"
)]

mod inferred;
mod inferred_close;
mod tcp_end;

use proptest::prelude::*;

use std::time::Duration;

use inferred::OldInference;

use crate::app::history::{ConnectionRows, Inference, RowHistory, TcpEnd};
use crate::app::model::LoggedEvent;
use crate::app::table::{Gone, GoneReason, Sighting, TableRow};
use crate::tcp::{
    CloseKind, Endpoint, Errno, FiveTuple, Flags, Host, Moment, Protocol, Segment, SocketId,
    SocketRow, TcpState,
};
use tcp_end::OldTcpEnd;

/// A segment of TCP: all but the first SYN and RST carry an ACK. The numbers are few, so that many of them meet.
fn segments() -> impl Strategy<Value = Segment> {
    let flags = prop::sample::select(vec![
        Flags::SYN,
        Flags::SYN.and(Flags::ACK),
        Flags::ACK,
        Flags::ACK,
        Flags::FIN.and(Flags::ACK),
        Flags::FIN.and(Flags::ACK),
        Flags::RST,
        Flags::RST.and(Flags::ACK),
    ]);
    (flags, 0..4_u32, 0..4_u32, 0..2_u32).prop_map(|(flags, seq, ack, length)| {
        let end = |port| Endpoint::new([127, 0, 0, 1], port);
        Segment {
            number: 1,
            from: Host(1),
            to: Host(2),
            tuple: FiveTuple::tcp(end(5000), end(46000)),
            is_refusal: false,
            is_fragment: false,
            flags,
            // They wrap around.
            seq: seq.wrapping_sub(2),
            ack: ack.wrapping_sub(2),
            length,
            first: Vec::new(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn old_and_new_state_agree_after_each_segment(
        segments in prop::collection::vec((any::<bool>(), segments()), 1..14),
    ) {
        let (mut old, mut new) = (OldTcpEnd::default(), TcpEnd::default());
        for (is_sent, segment) in segments {
            if is_sent {
                old.sends(&segment);
                new.sends(&segment);
            } else {
                old.receives(&segment);
                new.receives(&segment);
            }
            let expected = if old.is_over { Some(TcpState::Closed) } else { old.state };
            prop_assert_eq!(new.state(), expected);
        }
    }
}

fn moment() -> impl Strategy<Value = Moment> {
    (0..40_u64).prop_map(|n| Moment::at(Duration::from_millis(n * 100)))
}

fn tuple(protocol: Protocol) -> FiveTuple {
    let end = |port| Endpoint::new([127, 0, 0, 1], port);
    FiveTuple { protocol, ..FiveTuple::tcp(end(46000), end(5000)) }
}

/// The states of a client's or a server's end, some of which no look saw.
fn walk(birth: TcpState) -> impl Strategy<Value = Vec<TcpState>> {
    prop::collection::vec((any::<prop::sample::Index>(), prop::bool::weighted(0.7)), 1..8).prop_map(
        move |picks| {
            let (mut at, mut seen) = (birth, Vec::new());
            for (pick, is_seen) in picks {
                let arrows = crate::tcp::Transition::USUAL.into_iter();
                let next: Vec<TcpState> = arrows.filter(|a| a.from == at).map(|a| a.to).collect();
                at = next[pick.index(next.len())];
                match at {
                    TcpState::Closed | TcpState::Listen => break,
                    _ if is_seen => seen.push(at),
                    _ => (),
                }
            }
            if seen.is_empty() { vec![TcpState::Established] } else { seen }
        },
    )
}

fn row(protocol: Protocol, is_client: bool) -> impl Strategy<Value = TableRow> {
    let why = prop::sample::select(vec![
        GoneReason::ClosedByServer,
        GoneReason::ClosedByClient,
        GoneReason::ClosedSecond,
        GoneReason::Reset,
        GoneReason::TimeWaitOver,
        GoneReason::Refused,
        GoneReason::NeverConnected,
        GoneReason::Unknown,
    ]);
    let birth = if is_client { TcpState::Closed } else { TcpState::Listen };
    let gone = prop::option::of((0..5_u64, why));
    let states = (walk(birth), 0..5_u64, prop::collection::vec(0..5_u64, 8));
    let unread = (any::<bool>(), 0..3_u32, 0..3_u8);
    (states, gone, any::<[bool; 2]>(), unread).prop_map(
        move |((states, born, steps), gone, [found, told], (closed, unread, tries))| {
            let tuple = tuple(protocol);
            let tuple = if is_client { tuple } else { tuple.mirrored() };
            let mut time = born;
            let times: Vec<Moment> = steps
                .iter()
                .map(|step| {
                    time += step;
                    Moment::at(Duration::from_millis(time * 100))
                })
                .collect();
            let last = states.len() - 1;
            let mut row = SocketRow::new(tuple, states[last]);
            row.queues.recv = unread;
            row.timer = (tries > 0).then_some(crate::tcp::Timer {
                kind: crate::tcp::TimerKind::Retransmit,
                left: Duration::from_secs(1),
                tries: tries.saturating_sub(1),
            });
            let mut line = TableRow::new(row, times[0]);
            let seen = states.iter().zip(&times);
            line.passed = seen
                .take(last)
                .map(|(state, since)| Sighting { state: *state, since: *since })
                .collect();
            line.changed = times[last];
            (line.found, line.told) = (found, told && gone.is_some() && last == 0);
            line.ending = closed.then_some(CloseKind::Close);
            line.gone = gone.map(|(after, why)| Gone {
                at: times[last].plus(Duration::from_millis(after * 100)),
                why,
            });
            line
        },
    )
}

fn logged(protocol: Protocol) -> impl Strategy<Value = Vec<(Moment, SocketId, LoggedEvent)>> {
    let event = prop::sample::select(vec![
        LoggedEvent::Calls,
        LoggedEvent::Connected,
        LoggedEvent::Accepted,
        LoggedEvent::Sent(5),
        LoggedEvent::Received(5),
        LoggedEvent::PeerClosed,
        LoggedEvent::HalfClosed,
        LoggedEvent::Closed(CloseKind::Close),
        LoggedEvent::Closed(CloseKind::Abort),
        LoggedEvent::Closed(CloseKind::Broken(Errno::ECONNRESET)),
    ]);
    prop::collection::vec((moment(), any::<bool>(), event), 0..8).prop_map(move |mut all| {
        all.sort_by_key(|(at, ..)| *at);
        let tuple = tuple(protocol);
        let name = |is_client| {
            SocketId::connected(Host::THIS, if is_client { tuple } else { tuple.mirrored() })
        };
        all.into_iter().map(|(at, is_client, event)| (at, name(is_client), event)).collect()
    })
}

fn connections()
-> impl Strategy<Value = ([Option<TableRow>; 2], Protocol, Vec<(Moment, SocketId, LoggedEvent)>)> {
    prop::bool::weighted(0.9).prop_flat_map(|is_tcp| {
        let protocol = if is_tcp { Protocol::Tcp } else { Protocol::Udp };
        let rows = (
            prop::option::weighted(0.9, row(protocol, true)),
            prop::option::weighted(0.9, row(protocol, false)),
        );
        (rows, logged(protocol))
            .prop_map(move |((client, server), log)| ([client, server], protocol, log))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn old_and_new_inference_draw_the_same_ladder((rows, protocol, log) in connections()) {
        prop_assume!(rows.iter().any(Option::is_some));
        // The one difference that is meant: a row that was found in TIME_WAIT has exchanged both FINs already, whatever the other row says.
        let first = |n: usize| rows[n].as_ref().and_then(|row| row.states().next());
        let is_old = |n: usize| rows[n].as_ref().is_some_and(|row| row.found && !row.told);
        let agree = |n: usize| first(n).is_none_or(|state| state == TcpState::TimeWait);
        let waits = |n: usize| is_old(n) && first(n) == Some(TcpState::TimeWait);
        prop_assume!((0..2).all(|n| !waits(n) || agree(1 - n)));
        let lives = [0, 1].map(|n| {
            let line = rows[n].as_ref()?;
            Some(RowHistory { line, is_client: n == 0 })
        });
        let connection = tuple(protocol).connection();
        let now = Moment::at(Duration::from_secs(10));
        let pair = ConnectionRows { connection, lives, names: Default::default(), now };
        let mut old = OldInference { pair: &pair, doings: log.clone(), after: Moment::default(), rungs: Vec::new() };
        prop_assert_eq!(Inference::new(&pair, log).rungs(), old.work_out());
    }
}
