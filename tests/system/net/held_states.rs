//! Every state is reached on real sockets, as the kernel's table shows.

use std::time::Duration;

use fivetuple::app::HOLDABLE_STATES;
use fivetuple::kernel::{SockDiag, SocketSource};
use fivetuple::tcp::{
    Command, Errno, Filter, Host, OwnSocket, SocketEvent, SocketId, SyscallError, SyscallTrace,
    TcpState,
};

use crate::net::rig::Rig;

type StateHeld = (SocketId, Vec<OwnSocket>, Vec<SyscallTrace>);

/// Whether the kernel's table shows a row in that state, or none: at once, or soon, as an ACK may be delayed by 40 ms.
#[track_caller]
fn shows(source: &mut SockDiag, name: SocketId, wanted: Option<TcpState>) {
    let filter = Filter::ports([name.tuple.local.port, name.tuple.remote.port]);
    let mut state = None;
    for _ in 0..20_000 {
        let rows = source.snapshot(&filter).unwrap().snapshot.rows;
        state = rows.iter().find(|row| row.name() == name).map(|row| row.state);
        if state == wanted {
            return;
        }
        std::thread::park_timeout(Duration::from_micros(100));
    }
    panic!("{name:?} is in {state:?}, not in {wanted:?}");
}

async fn stage(rig: &mut Rig, wanted: TcpState) -> Result<StateHeld, SyscallError> {
    rig.run(Command::HoldState(wanted, [127, 0, 0, 2].into()));
    let mut traces = Vec::new();
    rig.wait_for(|event| match event {
        SocketEvent::SyscallsTraced(trace) => {
            traces.push(trace);
            None
        }
        SocketEvent::StateHeld { state, main, sockets } if state == wanted => {
            Some(Ok((main, sockets, std::mem::take(&mut traces))))
        }
        SocketEvent::HoldFailed { why, .. } => Some(Err(why)),
        _ => None,
    })
    .await
}

/// Held states, and those of the other end then (RFC 9293).
const BESIDE: [(TcpState, TcpState); 5] = [
    (TcpState::SynReceived, TcpState::Established),
    (TcpState::FinWait1, TcpState::Established),
    (TcpState::FinWait2, TcpState::CloseWait),
    (TcpState::Closing, TcpState::FinWait2),
    (TcpState::LastAck, TcpState::FinWait2),
];

#[tokio::test]
async fn each_state_is_reached_and_stands_in_the_kernels_table() {
    let mut rig = Rig::new();
    let mut source = SockDiag::open(Host::THIS).unwrap();
    let mut mains = Vec::new();
    for state in HOLDABLE_STATES {
        let (main, sockets, _) = stage(&mut rig, state).await.unwrap();
        shows(&mut source, main, Some(state));
        shows(&mut source, sockets[0].name, Some(TcpState::Listen));
        mains.push((main, state));
        if let Some((_, other)) = BESIDE.iter().find(|(held, _)| *held == state) {
            let mirrored = SocketId { tuple: main.tuple.mirrored(), ..main };
            shows(&mut source, mirrored, Some(*other));
        }
    }
    // None goes by itself while others are made.
    for (main, state) in &mains {
        shows(&mut source, *main, Some(*state));
    }
    rig.run(Command::CloseEverything);
    for (main, state) in mains {
        // A half-open request is the kernel's alone; it goes with its listener.
        shows(&mut source, main, (state == TcpState::TimeWait).then_some(TcpState::TimeWait));
    }
}

#[tokio::test]
async fn the_calls_belong_to_their_rows_and_twelve_states_are_held_at_most() {
    let mut rig = Rig::new();
    rig.engine.trace_syscalls();
    let (main, sockets, traces) = stage(&mut rig, TcpState::FinWait1).await.unwrap();
    let of = |row: SocketId| {
        let traces = traces.iter().filter(move |trace| trace.row == Some(row));
        traces.flat_map(|trace| trace.calls.iter().map(ToString::to_string)).collect::<Vec<_>>()
    };
    let [listener, client] = [sockets[0].name, main].map(of);
    let [listens, writes] = [sockets[0].fd, sockets[1].fd];
    assert!(listener.contains(&format!("listen({listens}, 8) = 0")), "{listener:#?}");
    // Whoever copies the calls gets the same even ports.
    let late = |call: &String| call.contains("IP_BIND_ADDRESS_NO_PORT, 1)");
    let bind = |call: &String| call.starts_with("bind(") && call.contains("127.0.0.2:0");
    let places = (client.iter().position(late), client.iter().position(bind));
    assert!(places.0.is_some() && places.0 < places.1, "{client:#?}");
    let fills = format!("write({writes}, ...) until EAGAIN = ");
    let [.., full, fin] = &client[..] else { panic!("{client:#?}") };
    assert!(full.starts_with(&fills), "{client:#?}");
    assert_eq!(*fin, format!("shutdown({writes}, SHUT_WR) = 0"));
    for _ in 1..12 {
        stage(&mut rig, TcpState::Established).await.unwrap();
    }
    let one_more = stage(&mut rig, TcpState::SynSent).await;
    assert_eq!(one_more.map_err(|why| why.errno), Err(Errno::EMFILE));
    rig.run(Command::CloseEverything);
    stage(&mut rig, TcpState::SynSent).await.unwrap();
    rig.run(Command::CloseEverything);
}
