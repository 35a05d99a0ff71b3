//! Sockets that the kernel destroys or refuses.

use std::process::Command as Tool;

use fivetuple::tcp::{Call, CloseKind, Endpoint, Errno, ListenSpec};

use crate::net::{Rig, anywhere, to};
use crate::support::{netns, skipped};

fn wait_for<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

#[test]
fn a_destroyed_connection_is_reported_as_broken() {
    netns::alone(|| {
        wait_for(async {
            let mut rig = Rig::new();
            let at = rig.listen(anywhere()).await;
            let pair = rig.pair(to(at)).await;
            let filter = format!("sport = :{}", at.port);
            let ss = Tool::new("ss").args(["-tnK", "state", "established", &filter]).output();
            let killed = ss.map(|ss| String::from_utf8_lossy(&ss.stdout).into_owned());
            let port = format!(":{}", at.port);
            if !killed.is_ok_and(|killed| killed.contains(&port)) {
                return skipped("ss -K destroys nothing here");
            }
            let (client, server) = rig.both_closed(pair).await;
            assert_eq!(client, CloseKind::Broken(Errno::ECONNRESET));
            assert_eq!(server, CloseKind::Broken(Errno::ECONNABORTED));
        });
    });
}

#[test]
fn the_eleventh_of_ten_ports_is_refused() {
    netns::alone(|| {
        let range = "/proc/sys/net/ipv4/ip_local_port_range";
        if std::fs::write(range, "60000 60009").is_err() {
            return skipped("the port range cannot be set here");
        }
        wait_for(async {
            let mut rig = Rig::new();
            let at = Endpoint::new([127, 0, 0, 1], 5000);
            rig.listen(ListenSpec::at(at)).await;
            for _ in 0..10 {
                rig.connect(to(at)).await.expect("a port is left");
            }
            let why = rig.refused(to(at)).await;
            assert_eq!((why.call, why.errno), (Call::Connect, Errno::EADDRNOTAVAIL));
        });
    });
}
