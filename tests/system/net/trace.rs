//! The trace of the system calls on our sockets.

use std::net::SocketAddr;

use fivetuple::tcp::{
    Burst, Command, ConnectSpec, Endpoint, ListenSpec, Purpose, SocketEvent, SocketId, SourcePort,
    SyscallTrace,
};

use crate::net::rig::Rig;
use crate::net::{anywhere, burst, from, loopback, to};

fn tracing() -> Rig {
    let rig = Rig::new();
    rig.engine.trace_syscalls();
    rig
}

/// The next trace for that purpose: its row and its calls as text.
async fn traced(rig: &mut Rig, wanted: Purpose) -> (Option<SocketId>, Vec<String>) {
    let record = rig.wait_for(|event| match event {
        SocketEvent::SyscallsTraced(record) if record.purpose == wanted => Some(record),
        _ => None,
    });
    let SyscallTrace { row, calls, .. } = record.await;
    (row, calls.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn the_calls_of_a_listener_a_client_and_an_accepted_socket_are_reported() {
    let mut rig = tracing();
    let spec = ListenSpec { reuse_addr: true, ..anywhere() };
    rig.run(Command::Listen(spec));
    let (row, calls) = traced(&mut rig, Purpose::Listen).await;
    let at = row.unwrap().tuple.local;
    let fd = calls[0].strip_prefix("socket(AF_INET, SOCK_STREAM) = ").unwrap();
    assert_eq!(
        calls[1..],
        [
            format!("setsockopt({fd}, SO_REUSEADDR, 1) = 0"),
            format!("bind({fd}, 127.0.0.1:0) = 0"),
            format!("listen({fd}, 128) = 0"),
            format!("getsockname({fd}) = {at}"),
        ]
    );
    rig.run(Command::Connect(to(at), Burst::ONE));
    let (row, calls) = traced(&mut rig, Purpose::Connect).await;
    let client = row.unwrap();
    let own = calls[0].rsplit(' ').next().unwrap().to_owned();
    let local = client.tuple.local;
    assert!(calls[1].starts_with(&format!("connect({own}, {at}) = ")));
    assert_eq!(calls.last().unwrap(), &format!("getsockname({own}) = {local}"));
    assert!(
        !calls.iter().any(|call| call.contains("bind(")),
        "nobody called bind() for the client: {calls:?}"
    );
    let (row, calls) = traced(&mut rig, Purpose::Accept).await;
    assert_eq!(row.unwrap().tuple, client.tuple.mirrored());
    assert!(calls[0].starts_with(&format!("accept({fd}) = ")), "{calls:?}");
    assert!(calls[0].ends_with(&format!(", from {local}")), "{calls:?}");
    rig.run(Command::HalfClose(client));
    let (_, calls) = traced(&mut rig, Purpose::HalfClose).await;
    assert_eq!(calls, [format!("shutdown({own}, SHUT_WR) = 0")]);
    rig.run(Command::Abort(client));
    let (row, _) = traced(&mut rig, Purpose::Close).await;
    assert!(row.is_some());
}

#[tokio::test]
async fn a_refused_call_is_reported_with_its_errno() {
    let mut rig = tracing();
    let at = rig.listen(anywhere()).await;
    rig.run(Command::Listen(ListenSpec::at(at)));
    let (row, calls) = traced(&mut rig, Purpose::Listen).await;
    assert_eq!(row, None);
    assert!(calls[1].ends_with("= -1 EADDRINUSE"), "{calls:?}");
    assert!(calls[2].starts_with("close("), "{calls:?}");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free: SocketAddr = nobody.local_addr().unwrap();
    drop(nobody);
    let spec = ConnectSpec {
        source_port: SourcePort::Fixed(fivetuple::tcp::Port(0)),
        ..from(loopback(31), Endpoint::from(free))
    };
    rig.run(Command::Connect(spec, Burst::ONE));
    let (_, calls) = traced(&mut rig, Purpose::Connect).await;
    assert!(calls[1].contains("bind(") && calls[1].contains("127.0.0.31:0) = 0"));
    assert!(calls.iter().any(|call| call.contains("= -1 ECONNREFUSED")), "{calls:?}");
}

#[tokio::test]
async fn of_a_burst_the_first_few_are_reported_and_the_number_of_the_rest() {
    let mut rig = tracing();
    let at = rig.listen(anywhere()).await;
    rig.run(Command::Connect(to(at), burst(200)));
    let (mut told, mut omitted) = (0, 0);
    rig.wait_for(|event| {
        match event {
            SocketEvent::SyscallsTraced(record) if record.purpose == Purpose::Connect => told += 1,
            SocketEvent::SyscallsOmitted { purpose: Purpose::Connect, count } => omitted += count,
            _ => (),
        }
        (told + omitted == 200).then_some(())
    })
    .await;
    assert!((1..=32).contains(&told), "{told} were told");
}

#[tokio::test]
async fn unless_requested_no_calls_are_reported() {
    let mut rig = Rig::new();
    let at = rig.listen(anywhere()).await;
    rig.pair(to(at)).await;
    let told = |event: &SocketEvent| {
        matches!(event, SocketEvent::SyscallsTraced(_) | SocketEvent::SyscallsOmitted { .. })
    };
    assert!(!rig.pending_events().iter().any(told));
}
