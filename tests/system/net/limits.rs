use std::time::Duration;

use fivetuple::tcp::{Accepting, Command, Errno, ListenSpec, SocketEvent};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::net::{Rig, anywhere, burst, to};

/// Set in the process that gives up its descriptors, so that no other test suffers.
const CHILD: &str = "FIVETUPLE_FEW_DESCRIPTORS";

#[test]
fn accept_pauses_without_descriptors_and_recovers() {
    if std::env::var_os(CHILD).is_some() {
        return few_descriptors();
    }
    let name = "net::limits::accept_pauses_without_descriptors_and_recovers";
    let child = std::process::Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("starts");
    let text = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{text}");
}

#[tokio::main(flavor = "current_thread")]
async fn few_descriptors() {
    let mut rig = Rig::new();
    let held = ListenSpec { accepting: Accepting::Held, ..anywhere() };
    let at = rig.listen(held).await;
    rig.run(Command::Connect(to(at), burst(40)));
    let mut clients = Vec::new();
    rig.wait_for(|event| {
        if let SocketEvent::Connected(own) = event {
            clients.push(own);
        }
        (clients.len() == 40).then_some(())
    })
    .await;
    let highest = clients.iter().map(|own| u64::from(own.fd)).max();
    let few = Rlimit {
        current: highest.map(|highest| highest + 4),
        maximum: getrlimit(Resource::Nofile).maximum,
    };
    setrlimit(Resource::Nofile, few).expect("fewer is always allowed");
    rig.run(Command::ResumeAccept);
    let mut pauses = Vec::new();
    rig.wait_for(|event| {
        if let SocketEvent::AcceptFailed { why, pause } = event {
            assert_eq!(why.errno, Errno::EMFILE);
            pauses.push(pause);
        }
        (pauses.len() == 2).then_some(())
    })
    .await;
    assert_eq!(pauses, [100, 200].map(Duration::from_millis));
    for own in &clients {
        rig.run(Command::Close(own.name));
    }
    let mut closed = 0;
    rig.wait_for(|event| {
        closed += u32::from(matches!(event, SocketEvent::Closed { .. }));
        (closed == 80).then_some(())
    })
    .await;
}
