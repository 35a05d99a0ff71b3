//! Every state is reached on real sockets, as the kernel's table shows.

use std::time::Duration;

use fivetuple::app::HELD;
use fivetuple::kernel::{SockDiag, SocketSource};
use fivetuple::tcp::{Command, Errno, Filter, Host, OwnSocket, SocketEvent, SocketId, TcpState};

use crate::net::Rig;

/// The state of a row in the kernel's table.
fn state_of(source: &mut SockDiag, name: SocketId) -> Option<TcpState> {
    let (local, remote) = (name.tuple.local, name.tuple.remote);
    let ports = Filter::ports([local.port, remote.port]);
    let rows = source.snapshot(&ports).unwrap().snapshot.rows;
    let row = rows.iter().find(|row| row.name() == name)?;
    Some(row.state)
}

/// The state of a row, as soon as it is `wanted`: an ACK may be delayed by 40 ms.
fn state_when(source: &mut SockDiag, name: SocketId, wanted: Option<TcpState>) -> Option<TcpState> {
    let mut state = None;
    for _ in 0..20_000 {
        state = state_of(source, name);
        if state == wanted {
            break;
        }
        std::thread::park_timeout(Duration::from_micros(100));
    }
    state
}

async fn held(rig: &mut Rig, state: TcpState) -> (SocketId, Vec<OwnSocket>, Vec<String>) {
    rig.run(Command::Stage(state, [127, 0, 0, 2].into()));
    rig.wait_for(|event| match event {
        SocketEvent::Staged { state: of, main, sockets, calls } if of == state => {
            Some((main, sockets, calls))
        }
        SocketEvent::StageFailed { why, .. } => panic!("{state}: {why}"),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn each_state_is_reached_and_stands_in_the_kernels_table() {
    let mut rig = Rig::new();
    let mut source = SockDiag::open(Host::THIS).unwrap();
    let mut mains = Vec::new();
    for state in HELD {
        let (main, sockets, calls) = held(&mut rig, state).await;
        let seen = state_when(&mut source, main, Some(state));
        assert_eq!(seen, Some(state), "{main:?} after {calls:#?}");
        let listener = sockets[0].name;
        assert_eq!(state_of(&mut source, listener), Some(TcpState::Listen));
        mains.push((main, state));
    }
    // None goes by itself while others are made.
    for (main, state) in &mains {
        assert_eq!(state_of(&mut source, *main), Some(*state));
    }
    rig.run(Command::CloseEverything);
    for (main, state) in mains {
        let expected = (state == TcpState::TimeWait).then_some(TcpState::TimeWait);
        let left = state_when(&mut source, main, expected);
        // A half-open request is the kernel's alone; it goes with its listener.
        assert_eq!(left, expected, "{state}");
    }
}

#[tokio::test]
async fn the_peers_are_in_the_states_of_rfc_9293() {
    let mut rig = Rig::new();
    let mut source = SockDiag::open(Host::THIS).unwrap();
    let table = [
        (TcpState::SynReceived, TcpState::Established),
        (TcpState::FinWait1, TcpState::Established),
        (TcpState::FinWait2, TcpState::CloseWait),
        (TcpState::Closing, TcpState::FinWait2),
        (TcpState::LastAck, TcpState::FinWait2),
    ];
    for (state, other) in table {
        let (main, ..) = held(&mut rig, state).await;
        let mirrored = SocketId { tuple: main.tuple.mirrored(), ..main };
        assert_eq!(state_when(&mut source, mirrored, Some(other)), Some(other), "beside {state}");
    }
    rig.run(Command::CloseEverything);
}

#[tokio::test]
async fn the_calls_name_their_descriptors_and_twelve_states_are_held_at_most() {
    let mut rig = Rig::new();
    let (_, sockets, calls) = held(&mut rig, TcpState::FinWait2).await;
    let fd = sockets[0].fd;
    assert_eq!(calls[0], format!("socket() = {fd}"));
    assert!(calls.contains(&format!("listen({fd}, 8)")), "{calls:#?}");
    // Whoever copies the calls gets the same even ports.
    let late = |call: &String| call.contains("IP_BIND_ADDRESS_NO_PORT, 1)");
    let bind = |call: &String| call.starts_with("bind(") && call.contains("127.0.0.2:0");
    let places = (calls.iter().position(late), calls.iter().position(bind));
    assert!(places.0.is_some() && places.0 < places.1, "{calls:#?}");
    assert!(calls.last().unwrap().ends_with("SHUT_WR)"), "{calls:#?}");
    for _ in 1..12 {
        held(&mut rig, TcpState::Established).await;
    }
    rig.run(Command::Stage(TcpState::SynSent, [127, 0, 0, 2].into()));
    let why = rig
        .wait_for(|event| match event {
            SocketEvent::StageFailed { why, .. } => Some(why),
            _ => None,
        })
        .await;
    assert_eq!(why.errno, Errno::EMFILE);
    rig.run(Command::CloseEverything);
    held(&mut rig, TcpState::SynSent).await;
    rig.run(Command::CloseEverything);
}
