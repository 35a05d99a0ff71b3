//! Making a socket of another computer may block; only the command that wants it waits.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fivetuple::net::{Engine, RemoteSockets};
use fivetuple::tcp::{
    Burst, Command, ConnectSpec, Endpoint, Errno, Host, ListenSpec, ListenerId, PortRange, Probe,
    Protocol, SocketEvent,
};
use socket2::{Domain, Socket, Type};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::net::rig::Rig;
use crate::net::{anywhere, to};

const THERE: Host = Host(1);

/// Announces that a socket is wanted, and makes it when it is allowed to.
struct Slow {
    wanted: Sender<()>,
    may: Mutex<Receiver<()>>,
}

impl RemoteSockets for Slow {
    fn socket(&self, _: Host, _: Protocol, _: IpAddr) -> io::Result<OwnedFd> {
        let _ = self.wanted.send(());
        let told = self.may.lock().unwrap().recv_timeout(Duration::from_secs(60));
        told.map_err(io::Error::other)?;
        let socket = Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), None)?;
        Ok(socket.into())
    }

    fn ephemeral_range(&self) -> PortRange {
        PortRange::DEFAULT
    }

    fn descriptors(&self) -> u64 {
        0
    }
}

/// An engine with such sockets, the announcements, and the sender that allows one.
fn slow() -> (Rig, Receiver<()>, Sender<()>) {
    let (sender, events) = mpsc::channel(256);
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let (wanted, wants) = channel();
    let (lets, may) = channel();
    let may = Mutex::new(may);
    let remote = Arc::new(Slow { wanted, may });
    let limits = (20_000, Engine::ECHO_TIMEOUT);
    let engine = Engine::new(sender, tasks.clone(), stop.clone(), limits, Some(remote));
    let rig = Rig { engine, events, tasks, stop };
    (rig, wants, lets)
}

fn listen() -> ListenSpec {
    ListenSpec { host: THERE, ..anywhere() }
}

/// Whether this process holds the socket of that inode.
fn is_open(inode: u64) -> bool {
    let link = format!("socket:[{inode}]");
    let mut all = fs::read_dir("/proc/self/fd").unwrap().flatten();
    all.any(|fd| fs::read_link(fd.path()).is_ok_and(|to| to.as_os_str() == link.as_str()))
}

// One thread for everything: what blocks it would block for ever.
#[tokio::test]
async fn commands_for_another_computer_do_not_delay_others() {
    let (mut rig, _wants, lets) = slow();
    rig.run(Command::Listen(listen()));
    let there = ConnectSpec { host: THERE, ..to(Endpoint::new([127, 0, 0, 1], 1)) };
    rig.run(Command::Connect(there, Burst::ONE));
    let (protocol, at) = (Protocol::Tcp, anywhere().at);
    let (reuse_addr, reuse_port) = (false, false);
    rig.run(Command::Probe(vec![Probe::Bind {
        host: THERE,
        protocol,
        at,
        reuse_addr,
        reuse_port,
    }]));
    let at = rig.listen(anywhere()).await;
    rig.pair(to(at)).await;
    for _ in 0..3 {
        lets.send(()).unwrap();
    }
    let (mut listens, mut tried, mut refused) = (false, false, false);
    rig.wait_for(|event| {
        match event {
            SocketEvent::Listening { spec, .. } => listens |= spec.host == THERE,
            SocketEvent::Probed { outcome, .. } => tried |= outcome.is_ok(),
            SocketEvent::ConnectFailed { why, .. } => refused |= why.errno == Errno::ECONNREFUSED,
            _ => (),
        }
        (listens && tried && refused).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_stop_before_the_socket_is_made_closes_it_at_once() {
    for order in [Command::StopListening(ListenerId::FIRST), Command::CloseEverything] {
        let (mut rig, wants, lets) = slow();
        rig.run(Command::Listen(listen()));
        let wanted = tokio::task::spawn_blocking(move || wants.recv()).await.unwrap();
        wanted.expect("a socket is wanted");
        rig.run(order);
        assert!(rig.pending_events().is_empty(), "nothing is reported before");
        lets.send(()).unwrap();
        let name = rig.wait_for(|event| match event {
            SocketEvent::Listening { sockets, .. } => Some(sockets[0].name),
            _ => None,
        });
        let name = name.await;
        assert!(name.number > 0);
        rig.closed(name).await;
        rig.hears(SocketEvent::StoppedListening { id: ListenerId::FIRST, why: None }).await;
        assert!(!is_open(name.number), "{name:?}");
    }
}

#[tokio::test]
async fn a_socket_that_cannot_be_made_is_a_refusal() {
    let (mut rig, _wants, lets) = slow();
    drop(lets);
    let why = rig.try_listen(listen()).await.expect_err("refused");
    // An error without a number.
    assert_eq!(why.errno, Errno::EINVAL);
}
